"""From a plan to a post: its text, the post it refers to, its final counts, its edited version."""

import math
from dataclasses import dataclass, replace
from random import Random

from pipeline.sandbox.world.personas import Kind, Moment, Persona, Pool, Story
from pipeline.sandbox.world.posts import Counts, Post
from pipeline.sandbox.world.snowflakes import day_of, make_id
from pipeline.sandbox.world.writing import (
    MAX_LENGTH,
    RenderedText,
    language,
    reader_handle,
    render,
    short_link,
    shorten,
)

_EDIT_MINUTES = 30
_RETWEET_LENGTH = 140  # characters of a retweet's own text, which X truncates


@dataclass(frozen=True, slots=True)
class PostPlan:
    """What one post of a day is to be: a text of a pool, or a story's moment."""

    persona: Persona
    story: Story | None
    pool: Pool
    template: str
    moment: Moment | None = None


def compose(plan: PostPlan, at_ms: int, earlier: list[Post], rng: Random) -> list[Post]:
    """Return a post published at `at_ms`: one version, or two when it is edited.

    `earlier` are the day's posts so far, which a thread may continue.
    """
    persona, pool, moment = plan.persona, plan.pool, plan.moment
    post_id = make_id(at_ms, rng.getrandbits(22))
    text = _render(plan.template, persona, persona.handle, at_ms, rng)
    referenced = _referenced(persona, pool, at_ms, earlier, rng)
    kind: Kind = "post" if pool.kind == "thread" and referenced is None else pool.kind
    photo = None
    if pool.kind == "retweet" and referenced is not None:
        text = RenderedText(
            _truncate(f"RT @{referenced.author}: {referenced.content.text}"), referenced.content.links
        )
    elif pool.kind == "reply" and referenced is not None:
        text = replace(text, text=f"@{referenced.author} {text.text}")
    elif pool.kind == "quote" and referenced is not None:
        text = _with_link(
            text, short_link(rng), f"https://twitter.com/{referenced.author}/status/{referenced.id}"
        )
    elif rng.random() < pool.photos:
        photo = short_link(rng)
        text = _with_link(text, photo, f"https://twitter.com/{persona.handle}/status/{post_id}/photo/1")
    post = Post(
        id=post_id,
        at_ms=at_ms,
        author=persona.handle,
        kind=kind,
        content=text,
        short_text=_short_text(text, rng),
        lang=language(text.text, pool.lang),
        final_counts=_final_counts(plan, rng),
        half_growth_hours=rng.uniform(1.2, 3.0),
        conversation=referenced.conversation if referenced and pool.kind in {"reply", "thread"} else post_id,
        referenced=referenced,
        referenced_gone=(
            referenced is not None and referenced.author != persona.handle and rng.random() < 0.02
        ),
        photo=photo,
        sensitive=rng.random() < 0.003,
        withheld="ZZ" if rng.random() < 0.002 else None,
        versions=(post_id,),
        deleted_ms=at_ms + rng.randrange(1, 48) * 3_600_000 if rng.random() < 0.004 else None,
    )
    if moment or post.short_text or pool.kind not in {"post", "quote"} or rng.random() > 0.02:
        return [replace(post, deleted_ms=None) if moment else post]
    return _edited(post, rng)


def _edited(post: Post, rng: Random) -> list[Post]:
    """Return a first version with a typo and the corrected one that replaces it within half an hour."""
    later_ms = post.at_ms + rng.randrange(60, _EDIT_MINUTES * 60) * 1000
    if day_of(later_ms) != day_of(post.at_ms):
        return [post]
    later_id = make_id(later_ms, rng.getrandbits(22))
    typo = replace(post.content, text=post.content.text.replace("the ", "teh ", 1))
    first = replace(post, content=typo, replaced_ms=later_ms)
    second = replace(
        post, id=later_id, at_ms=later_ms, conversation=post.conversation, versions=(post.id, later_id)
    )
    return [first, second]


def _referenced(persona: Persona, pool: Pool, at_ms: int, earlier: list[Post], rng: Random) -> Post | None:
    """Return the post that a reply, a thread's next post, a quote or a retweet refers to."""
    if pool.kind == "post":
        return None
    if pool.kind == "thread":
        return next(
            (post for post in reversed(earlier) if post.kind in {"post", "thread"} and post.at_ms < at_ms),
            None,
        )
    question = pool.kind == "reply"
    author = reader_handle(rng) if question else rng.choice(persona.friends)
    template = rng.choice(persona.asks if question else persona.shared)
    before_ms = at_ms - rng.randrange(2 * 60, (3 if question else 20) * 3600) * 1000
    text = _render(template, persona, author, before_ms, rng)
    if question:
        text = replace(text, text=f"@{persona.handle} {text.text}")
    post_id = make_id(before_ms, rng.getrandbits(22))
    engagement = 6.0 if question else max(20.0, persona.median * 0.6)
    return Post(
        id=post_id,
        at_ms=before_ms,
        author=author,
        kind="post",
        content=text,
        short_text=_short_text(text, rng),
        lang=language(text.text, "en"),
        final_counts=_split(engagement * math.exp(rng.gauss(0, 0.7)), persona.rate, question, rng),
        half_growth_hours=rng.uniform(1.2, 3.0),
        conversation=post_id,
        versions=(post_id,),
    )


def _render(template: str, persona: Persona, author: str, at_ms: int, rng: Random) -> RenderedText:
    site = f"{author.replace('_', '-')}.example"
    return render(template, persona.slots, friends=persona.friends, site=site, at_ms=at_ms, rng=rng)


def _with_link(text: RenderedText, link: str, target: str) -> RenderedText:
    return RenderedText(f"{text.text} {link}".strip(), {**text.links, link: target})


def _short_text(text: RenderedText, rng: Random) -> str | None:
    return shorten(text.text, rng) if len(text.text) > MAX_LENGTH else None


def _truncate(text: str) -> str:
    return text if len(text) <= _RETWEET_LENGTH else text[: _RETWEET_LENGTH - 1] + "…"


def _final_counts(plan: PostPlan, rng: Random) -> Counts:
    persona, story = plan.persona, plan.story
    if plan.moment:
        return _split(persona.median * plan.moment.times, persona.rate * 2.2, plan.pool.angry, rng)
    times = math.exp(rng.gauss(0, persona.spread)) * plan.pool.reach * (story.reach if story else 1.0)
    return _split(persona.median * times, persona.rate, plan.pool.angry, rng)


def _split(engagement: float, rate: float, angry: bool, rng: Random) -> Counts:
    """Split an engagement into counts: posts that anger get more replies and reposts than likes."""
    mean = (0.2, 0.31, 0.39, 0.1) if angry else (0.78, 0.13, 0.07, 0.02)
    parts = [part * rng.uniform(0.8, 1.2) for part in mean]
    likes, reposts, replies, quotes = (engagement * part / sum(parts) for part in parts)
    impressions = engagement / (rate * math.exp(rng.gauss(0, 0.2)))
    return Counts(
        round(likes),
        round(reposts),
        round(replies),
        round(quotes),
        round(likes * rng.uniform(0.02, 0.07)),
        round(impressions),
    )
