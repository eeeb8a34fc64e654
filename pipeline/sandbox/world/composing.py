"""From a plan to a post: its text, what it is about, its counts in the end, its edited version."""

import math
from dataclasses import dataclass, replace
from random import Random

from pipeline.sandbox.world.personas import Kind, Moment, Persona, Pool, Story
from pipeline.sandbox.world.posts import Counts, Post
from pipeline.sandbox.world.snowflakes import day_of, make_id
from pipeline.sandbox.world.writing import SHORT_LENGTH, Written, language, link, reader, shorten, write

_EDIT_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Plan:
    """What one post of a day is to be: a text of a pool, or a story's moment."""

    persona: Persona
    story: Story | None
    pool: Pool
    template: str
    moment: Moment | None = None


def compose(plan: Plan, at_ms: int, earlier: list[Post], chance: Random) -> list[Post]:
    """Write one post published at `at_ms`, and its edited version when it gets one.

    `earlier` are the day's posts so far, for a thread to go on from.
    """
    persona, pool, moment = plan.persona, plan.pool, plan.moment
    post_id = make_id(at_ms, chance.getrandbits(22))
    site = f"{persona.handle.replace('_', '-')}.example"
    written = write(
        plan.template, persona.slots, friends=persona.friends, site=site, at_ms=at_ms, chance=chance
    )
    about = _about(persona, pool, at_ms, earlier, chance)
    kind: Kind = "post" if pool.kind == "thread" and about is None else pool.kind
    photo = None
    if pool.kind == "retweet" and about is not None:
        written = Written(_cut(f"RT @{about.author}: {about.written.text}"), about.written.links)
    elif pool.kind == "reply" and about is not None:
        written = replace(written, text=f"@{about.author} {written.text}")
    elif pool.kind == "quote" and about is not None:
        short = link(chance)
        leads_to = f"https://twitter.com/{about.author}/status/{about.id}"
        written = Written(f"{written.text} {short}", {**written.links, short: leads_to})
    elif chance.random() < pool.photos:
        photo = link(chance)
        leads_to = f"https://twitter.com/{persona.handle}/status/{post_id}/photo/1"
        written = Written(f"{written.text} {photo}".strip(), {**written.links, photo: leads_to})
    post = Post(
        id=post_id,
        at_ms=at_ms,
        author=persona.handle,
        kind=kind,
        written=written,
        short=shorten(written.text, chance) if len(written.text) > SHORT_LENGTH else None,
        lang=language(written.text, pool.lang),
        final=_final(plan, chance),
        settles_hours=chance.uniform(1.2, 3.0),
        conversation=about.conversation if about and pool.kind in {"reply", "thread"} else post_id,
        about=about,
        about_gone=about is not None and about.author != persona.handle and chance.random() < 0.02,
        photo=photo,
        sensitive=chance.random() < 0.003,
        withheld="ZZ" if chance.random() < 0.002 else None,
        versions=(post_id,),
        deleted_ms=at_ms + chance.randrange(1, 48) * 3_600_000 if chance.random() < 0.004 else None,
    )
    if moment or post.short or pool.kind not in {"post", "quote"} or chance.random() > 0.02:
        return [replace(post, deleted_ms=None) if moment else post]
    return _edited(post, chance)


def _edited(post: Post, chance: Random) -> list[Post]:
    """Return a first version with a slip in it and the corrected one that replaces it within half an hour."""
    later_ms = post.at_ms + chance.randrange(60, _EDIT_MINUTES * 60) * 1000
    if day_of(later_ms) != day_of(post.at_ms):
        return [post]
    later_id = make_id(later_ms, chance.getrandbits(22))
    slip = replace(post.written, text=post.written.text.replace("the ", "teh ", 1))
    first = replace(post, written=slip, replaced_ms=later_ms)
    second = replace(
        post, id=later_id, at_ms=later_ms, conversation=post.conversation, versions=(post.id, later_id)
    )
    return [first, second]


def _about(persona: Persona, pool: Pool, at_ms: int, earlier: list[Post], chance: Random) -> Post | None:
    """Return the post that a reply, quote or retweet is about."""
    if pool.kind == "post":
        return None
    if pool.kind == "thread":
        return next(
            (post for post in reversed(earlier) if post.kind in {"post", "thread"} and post.at_ms < at_ms),
            None,
        )
    asked = pool.kind == "reply"
    author = reader(chance) if asked else chance.choice(persona.friends)
    text = chance.choice(persona.asks if asked else persona.shared)
    before_ms = at_ms - chance.randrange(2 * 60, (3 if asked else 20) * 3600) * 1000
    site = f"{author.replace('_', '-')}.example"
    written = write(text, persona.slots, friends=persona.friends, site=site, at_ms=before_ms, chance=chance)
    if asked:
        written = replace(written, text=f"@{persona.handle} {written.text}")
    post_id = make_id(before_ms, chance.getrandbits(22))
    engagement = 6.0 if asked else max(20.0, persona.median * 0.6)
    return Post(
        id=post_id,
        at_ms=before_ms,
        author=author,
        kind="post",
        written=written,
        short=shorten(written.text, chance) if len(written.text) > SHORT_LENGTH else None,
        lang=language(written.text, "en"),
        final=_split(engagement * math.exp(chance.gauss(0, 0.7)), persona.rate, asked, chance),
        settles_hours=chance.uniform(1.2, 3.0),
        conversation=post_id,
        versions=(post_id,),
    )


def _final(plan: Plan, chance: Random) -> Counts:
    persona, story = plan.persona, plan.story
    if plan.moment:
        return _split(persona.median * plan.moment.times, persona.rate * 2.2, plan.pool.angry, chance)
    times = math.exp(chance.gauss(0, persona.spread)) * plan.pool.reach * (story.reach if story else 1.0)
    return _split(persona.median * times, persona.rate, plan.pool.angry, chance)


def _split(engagement: float, rate: float, angry: bool, chance: Random) -> Counts:
    """Share an engagement out over the counts: what angers is answered and passed on more than liked."""
    mean = (0.2, 0.31, 0.39, 0.1) if angry else (0.78, 0.13, 0.07, 0.02)
    parts = [part * chance.uniform(0.8, 1.2) for part in mean]
    likes, reposts, replies, quotes = (engagement * part / sum(parts) for part in parts)
    impressions = engagement / (rate * math.exp(chance.gauss(0, 0.2)))
    return Counts(
        round(likes),
        round(reposts),
        round(replies),
        round(quotes),
        round(likes * chance.uniform(0.02, 0.07)),
        round(impressions),
    )


def _cut(text: str) -> str:
    """Return a retweet's own text as X cuts it: 140 characters with the ellipsis."""
    return text if len(text) <= 140 else text[:139] + "…"
