"""How often others mention an invented account: a pure function of seed, story day, handle and instant.

The mentions themselves are not invented, only their number: X's counts show no more than that.
"""

from datetime import date, timedelta
from functools import lru_cache
from random import Random

from pipeline.sandbox.world.personas import Story
from pipeline.sandbox.world.snowflakes import DAY_MS, day_of, day_start_ms
from pipeline.sandbox.world.timelines import CYCLE_DAYS, World

HOUR_MS = 3_600_000
_A_DAY = 1.5  # mentions, for each engagement of a usual post
_AT_LEAST = 6.0  # a day
_AWAKE = 0.7  # the share that follows the account's own hours; the rest comes around the clock


def mentions_between(world: World, handle: str, start_ms: int, end_ms: int) -> int:
    """Return the number of mentions in `[start_ms, end_ms)`. Parts of an hour add up to the hour."""
    day, total = day_of(start_ms), 0
    while day_start_ms(day) < end_ms:
        for hour, mentions in enumerate(_by_hour(world, handle, day)):
            begin = day_start_ms(day) + hour * HOUR_MS
            total += _until(mentions, end_ms - begin) - _until(mentions, start_ms - begin)
        day += timedelta(days=1)
    return total


def _until(mentions: int, elapsed_ms: int) -> int:
    """Return how many of an hour's mentions its first `elapsed_ms` have."""
    return mentions * min(max(elapsed_ms, 0), HOUR_MS) // HOUR_MS


@lru_cache(maxsize=2048)
def _by_hour(world: World, handle: str, day: date) -> tuple[int, ...]:
    """Return the mentions of each hour of a UTC day."""
    persona = world.persona(handle)
    if day < persona.joined:
        return (0,) * (DAY_MS // HOUR_MS)
    story = persona.story_on((day - world.story_day).days % CYCLE_DAYS)
    rng = Random(f"{world.seed}|{handle}|{day}|mentions")
    a_day = max(persona.median * _A_DAY, _AT_LEAST) * (0.6 + 0.4 * persona.weekdays[day.weekday()])
    a_day *= rng.lognormvariate(0, 0.12)
    return tuple(
        round(
            a_day
            * (_AWAKE * weight / sum(persona.hours) + (1 - _AWAKE) / len(persona.hours))
            * rng.lognormvariate(0, 0.2)
            * _talk(story, hour)
        )
        for hour, weight in enumerate(persona.hours)
    )


def _talk(story: Story | None, hour: int) -> float:
    """Return how much more an account is mentioned in an hour: from the hour of its story's first moment on."""
    began = min((moment.at.hour for moment in story.moments), default=0) if story else 0
    return story.talk if story and hour >= began else 1.0
