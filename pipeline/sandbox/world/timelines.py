"""The invented timelines: a day's posts are a pure function of seed, story day, handle and day.

Nothing is stored. A day has the same posts in every process and in whatever order days are requested; only
what has happened by the request's `now` is visible, and counts grow with a post's age.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from pipeline.sandbox.world.composing import PostPlan, compose
from pipeline.sandbox.world.personas import (
    UNREADABLE,
    Moment,
    Persona,
    Pool,
    State,
    Story,
    persona_of,
    user_id,
)
from pipeline.sandbox.world.posts import Post
from pipeline.sandbox.world.snowflakes import DAY_MS, day_of, day_start_ms

CYCLE_DAYS = 14
STORY_DAY = date(2026, 11, 22)
_AFFIX_CHANCE = 0.75


@dataclass(frozen=True)
class World:
    """All accounts of one sandbox. Equal seeds and story days make equal worlds."""

    seed: int = 1
    story_day: date = STORY_DAY

    def persona(self, handle: str) -> Persona:
        """Return the persona of a lower-case handle; every handle has one."""
        return persona_of(handle, self.seed)

    def state(self, handle: str) -> State:
        """Return whether an account can be read, and why not."""
        return UNREADABLE.get(handle, "open")

    def user_id(self, handle: str) -> int:
        """Return the id of a lower-case handle."""
        return user_id(handle, self.seed)

    def newest_first(self, handle: str, now_ms: int) -> Iterator[Post]:
        """Yield what the timeline shows at `now_ms`, deleted posts included, back to the first day."""
        joined, day = self.persona(handle).joined, day_of(now_ms)
        while day >= joined:
            for post in reversed(posts_of_day(self, handle, day)):
                if post.visible(now_ms):
                    yield post
            day -= timedelta(days=1)

    def followers(self, handle: str, now_ms: int) -> int:
        """Return the number of followers at an instant: it grows slowly, at each account's own pace."""
        pace = Random(f"{self.seed}|{handle}|followers").uniform(0.00005, 0.0005)
        days = (now_ms - day_start_ms(STORY_DAY)) / DAY_MS
        return int(self.persona(handle).followers * math.exp(pace * days))

    def post_count(self, handle: str, now_ms: int) -> int:
        """Return roughly how many posts an account has published by an instant."""
        persona = self.persona(handle)
        return max(0, int((now_ms - day_start_ms(persona.joined)) / DAY_MS * persona.posts_per_day))


@lru_cache(maxsize=2048)
def posts_of_day(world: World, handle: str, day: date) -> tuple[Post, ...]:
    """Return every version of every post of a UTC day, oldest first."""
    persona = world.persona(handle)
    if day < persona.joined:
        return ()
    cycle, phase = divmod((day - world.story_day).days, CYCLE_DAYS)
    story = persona.story_on(phase)
    rng = Random(f"{world.seed}|{handle}|{day}")
    mean = story.posts if story else persona.posts_per_day * persona.weekdays[day.weekday()]
    count = max(0, round(rng.gauss(mean, math.sqrt(mean) * 0.45)))
    instants = [_post_ms(persona, rng) for _ in range(count)]
    plans = [
        *zip(instants, _assign_texts(world.seed, persona, story, day, rng, count=count), strict=True),
        *((_moment_ms(plan.moment, rng), plan) for plan in _moments(persona, story, cycle) if plan.moment),
    ]
    posts: list[Post] = []
    previous_ms = day_start_ms(day) - 1
    for ms, plan in sorted(plans, key=lambda timed: timed[0]):
        previous_ms = max(day_start_ms(day) + ms, previous_ms + 1)
        posts += compose(plan, previous_ms, posts, rng)
    return tuple(sorted(posts, key=lambda post: post.id))


def _moments(persona: Persona, story: Story | None, cycle: int) -> list[PostPlan]:
    pools = {pool.name: pool for pool in persona.pools}
    moments = story.moments if story else ()
    return [
        PostPlan(persona, story, pools[moment.pool], moment.texts[cycle % len(moment.texts)], moment)
        for moment in moments
    ]


def _post_ms(persona: Persona, rng: Random) -> int:
    """Return a millisecond of the day by the persona's hours; scheduled posts appear on the quarter hour."""
    hour = rng.choices(range(24), persona.hours)[0]
    seconds = rng.randrange(3600)
    if rng.random() < 0.3:
        seconds = seconds // 900 * 900 + rng.randrange(6)
    return (hour * 3600 + seconds) * 1000 + rng.randrange(1000)


def _moment_ms(moment: Moment, rng: Random) -> int:
    seconds = moment.at.hour * 3600 + moment.at.minute * 60 + rng.randrange(50)
    return seconds * 1000 + rng.randrange(1000)


def _assign_texts(
    seed: int, persona: Persona, story: Story | None, day: date, rng: Random, *, count: int
) -> list[PostPlan]:
    """Choose a pool and a text for each of the day's posts.

    Each pool's texts are shuffled into rounds that run from day to day, so that no text comes back before
    all the others were used.
    """
    weekday = day.weekday()
    shares = [
        story.shares.get(pool.name, 0.0) if story else pool.share * (weekday in pool.weekdays)
        for pool in persona.pools
    ]
    chosen = rng.choices(persona.pools, shares, k=count) if count else []
    texts = {pool.name: _texts_of_day(seed, persona, pool, day) for pool in persona.pools if pool in chosen}
    return [
        PostPlan(persona, story, pool, _with_head_and_tail(pool, next(texts[pool.name]), rng))
        for pool in chosen
    ]


def _texts_of_day(seed: int, persona: Persona, pool: Pool, day: date) -> Iterator[str]:
    """Yield the texts of a pool for a day, none twice while there are others."""
    seen: set[int] = set()
    position = day.toordinal() * _texts_needed(persona, pool)
    while True:
        round_number, place = divmod(position, len(pool.texts))
        text = _shuffled(seed, persona.handle, pool.name, round_number, len(pool.texts))[place]
        position += 1
        if len(seen) == len(pool.texts):
            seen.clear()
        if text not in seen:
            seen.add(text)
            yield pool.texts[text]


def _with_head_and_tail(pool: Pool, text: str, rng: Random) -> str:
    """Return a text with one of the pool's heads before it, one of its tails after it, both or neither."""
    head = rng.choice(pool.heads) + " " if pool.heads and rng.random() < _AFFIX_CHANCE else ""
    tail = " " + rng.choice(pool.tails) if pool.tails and rng.random() < _AFFIX_CHANCE else ""
    return head + text + tail


@lru_cache(maxsize=4096)
def _texts_needed(persona: Persona, pool: Pool) -> int:
    """Return how many texts of a pool a usual day needs at most."""
    if not pool.share:
        return len(pool.texts)
    shares = [
        sum(other.share for other in persona.pools if weekday in other.weekdays) for weekday in pool.weekdays
    ]
    posts = persona.posts_per_day * max(persona.weekdays)
    return math.ceil(1.4 * posts * pool.share / min(shares)) + 1


@lru_cache(maxsize=4096)
def _shuffled(seed: int, handle: str, pool: str, round_number: int, size: int) -> tuple[int, ...]:
    return tuple(Random(f"{seed}|{handle}|{pool}|{round_number}").sample(range(size), size))
