"""What X's answers prove about stored posts that it no longer shows. Pure.

A reading that does not show a post proves nothing: it raises a doubt. A post is deleted when X answered on two UTC
days, at least `APART` from each other, that there is no such post, with no sign of life in between. Doubts are
merged so that neither the order of the answers nor a repetition matters.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from pipeline.lake.doubts import Doubts, PostDoubt
from pipeline.share import exceeds

APART: Final = timedelta(hours=20)
MANY: Final = 10  # posts: more deletions than this at once, and than MANY_SHARE, wait for a person
MANY_SHARE: Final = 0.2  # of the posts stored of these days


def is_open(doubt: PostDoubt) -> bool:
    """Whether it is still not known what became of the post: X has not shown it again, and it is not removed."""
    return not (doubt.removed_by or doubt.removed_at) and _after(doubt.absent_at, doubt.living_at)


def is_deleted(doubt: PostDoubt) -> bool:
    """Whether X has proved that it no longer has the post."""
    if not is_open(doubt) or not doubt.not_found:
        return False
    first, last = min(doubt.not_found), max(doubt.not_found)
    return last - first >= APART and first.astimezone(UTC).date() != last.astimezone(UTC).date()


def is_waiting(doubt: PostDoubt) -> bool:
    """Whether the post's deletion waits for a person, as one of too many at once."""
    return is_open(doubt) and doubt.waiting_at is not None and _after(doubt.waiting_at, doubt.living_at)


def is_refused(doubt: PostDoubt) -> bool:
    """Whether X last said that it has the post and does not show it."""
    return (
        is_open(doubt)
        and doubt.refused_at is not None
        and _after(doubt.refused_at, max(doubt.not_found, default=doubt.living_at))
    )


def merge(one: Doubts, other: Doubts) -> Doubts:
    """Return what both say; commutative, associative and idempotent."""
    ids = sorted({*one.posts, *other.posts}, key=int)
    return Doubts(
        posts={post_id: _merged(one.posts.get(post_id), other.posts.get(post_id)) for post_id in ids}
    )


def decide(doubts: Doubts, day: date, erased: Collection[str], stored: int) -> Doubts:
    """Return the doubts with what becomes of the posts that are proved deleted by now.

    The run of `day` removes them; or they wait, where those not removed yet are more than `MANY` and more than
    `MANY_SHARE` of the `stored` posts. `erased` are removed already. What waits goes on waiting.
    """
    deleted = {post_id for post_id, doubt in doubts.posts.items() if is_deleted(doubt)} - set(erased)
    undecided = {post_id for post_id in deleted if not is_waiting(doubts.posts[post_id])}
    many = len(deleted) > MANY and exceeds(len(deleted), stored, MANY_SHARE)

    def decided(doubt: PostDoubt) -> PostDoubt:
        changes = {"waiting_at": max(doubt.not_found)} if many else {"removed_by": day}
        return doubt.model_copy(update=changes)

    changed = {post_id: decided(doubts.posts[post_id]) for post_id in undecided}
    return Doubts(posts={post_id: changed.get(post_id, doubt) for post_id, doubt in doubts.posts.items()})


def by_day(doubts: Mapping[str, PostDoubt]) -> dict[date, tuple[str, ...]]:
    """Return the ids of these posts by their days, in order."""
    days = sorted({doubt.day for doubt in doubts.values()})
    return {
        day: tuple(sorted((post_id for post_id, doubt in doubts.items() if doubt.day == day), key=int))
        for day in days
    }


def _merged(one: PostDoubt | None, other: PostDoubt | None) -> PostDoubt:
    known = [doubt for doubt in (one, other) if doubt is not None]
    living_at = _last(doubt.living_at for doubt in known)
    answers = {instant for doubt in known for instant in doubt.not_found}
    return PostDoubt(
        day=min(doubt.day for doubt in known),
        absent_at=max(doubt.absent_at for doubt in known),
        not_found=tuple(sorted(instant for instant in answers if _after(instant, living_at))),
        living_at=living_at,
        refused_at=_last(doubt.refused_at for doubt in known),
        waiting_at=_last(doubt.waiting_at for doubt in known),
        removed_by=min((doubt.removed_by for doubt in known if doubt.removed_by), default=None),
        removed_at=_last(doubt.removed_at for doubt in known),
    )


def _last(instants: Iterable[datetime | None]) -> datetime | None:
    return max((instant for instant in instants if instant), default=None)


def _after(instant: datetime, other: datetime | None) -> bool:
    """Whether `instant` is later. Of two answers of the same instant, a sign of life counts."""
    return other is None or instant > other
