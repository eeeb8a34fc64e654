"""Reads earlier days again while their last day is collected: one range of the timeline, bought and stored.

The pages lie beside the last day's own. Posts that they do not show are doubted, and X is asked about them by their
ids, together with those that earlier runs have left in doubt. What its answers prove is recorded; `refresh.apply` then
forgets what is deleted, and writes `metrics/`. The posts stored of the earlier days keep the counts of the morning
after, so that days remain comparable.

Only the last full day takes its earlier days along: while history is filled, they have only just been read.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from pipeline import clock
from pipeline.erasure.register import erased_posts
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.doubts import DeletedPosts, Doubts
from pipeline.lake.raw import RawDay
from pipeline.lake.records import AccountTask, RefreshManifest
from pipeline.progress import OnPage
from pipeline.refresh.deletions import find_doubts, open_posts, update_doubts
from pipeline.refresh.doubts import decide, is_deleted, is_refused, is_waiting, merge
from pipeline.refresh.earlier_days import EarlierDay, due_days, find_day, read_again
from pipeline.refresh.evidence import evidence
from pipeline.refresh.lookups import PostLookups
from pipeline.spend.ledger import Ledger
from pipeline.window import last_full_day
from pipeline.x_api.client import XApi


def refresh(
    lake: Lake,
    x: XApi,
    ledger: Ledger,
    task: AccountTask,
    own: RawDay,
    *,
    user_id: str,
    on_page: OnPage,
) -> RawDay:
    """Read the account's earlier days again, as far as `refresh_days` and the budget go, where any are due.

    `own` is the day itself, which was read before; it is returned with what was found. Raises the errors of `x_api` and
    `lake`; what is still missing is read by the next attempt.
    """
    if not task.refresh_days:
        return own
    if own.refresh:
        return _reconsidered(lake, task, own, own.refresh)
    if task.day != last_full_day(clock.now(), task.timezone):
        return own
    earlier = due_days(lake, task)
    doubts = find_doubts(lake, task.account)
    if not earlier and not open_posts(doubts, erased_posts(lake, doubts.posts)):
        return own

    reading = read_again(lake, x, ledger, task, own, earlier, user_id, on_page)
    learned = partial(evidence, doubts, reading.missing, reading.timeline, read_at=reading.read_at)
    doubted = merge(doubts, learned(lookups=[]))
    in_doubt = open_posts(doubted, erased_posts(lake, doubted.posts))
    # The posts of an account that is away are not found either: that would prove nothing.
    asked = {} if reading.unavailable else in_doubt
    lookups, unasked = PostLookups(lake, x, ledger, task).read_remaining(asked)
    known = update_doubts(
        lake,
        task.account,
        lambda stored: _decided(lake, task, earlier, merge(stored, learned(lookups=lookups))),
    )
    result = RefreshManifest(
        pages=len(reading.pages),
        billed=sum(page.billed for page in [*reading.pages, *lookups]),
        days=tuple(day.window.day for day in earlier),
        stopped_because="; ".join(filter(None, (reading.unavailable, reading.over_budget, unasked))) or None,
        **_counts(known, erased_posts(lake, known.posts), task.day),
    )
    return _stored(lake, task, own, result)


def _stored(lake: Lake, task: AccountTask, own: RawDay, result: RefreshManifest) -> RawDay:
    lake.put_model(keys.refresh_manifest(task.day, task.account), result)
    return replace(own, refresh=result)


def _decided(lake: Lake, task: AccountTask, earlier: Sequence[EarlierDay], doubts: Doubts) -> Doubts:
    """Return the doubts with what becomes of the posts that are proved deleted by now."""
    days = {doubt.day for doubt in doubts.posts.values() if is_deleted(doubt)}
    if not days:
        return doubts
    kept = {day.window.day: day.kept for day in earlier}
    others = (find_day(lake, day, task.account) for day in days - kept.keys())
    stored = sum(kept.values()) + sum(day.kept for day in others if day)
    return decide(doubts, task.day, erased_posts(lake, doubts.posts), stored)


def _counts(doubts: Doubts, erased: Collection[str], day: date) -> dict[str, Any]:
    """Return how many posts the run of `day` has found deleted, and how many are left, by what is known of them."""
    left = open_posts(doubts, erased).values()
    doubted = [doubt for doubt in left if not is_waiting(doubt)]
    return {
        "deleted": sum(doubt.removed_by == day for doubt in doubts.posts.values()),
        "doubted": len(doubted),
        "doubted_days": tuple(sorted({doubt.day for doubt in doubted})),
        "posts_refused": sum(map(is_refused, doubted)),
        "deletions_waiting": len(left) - len(doubted),
    }


def _reconsidered(lake: Lake, task: AccountTask, own: RawDay, found: RefreshManifest) -> RawDay:
    """Have what the first release took for deleted, and had not removed yet, count as doubted.

    In that release, what one reading did not show was deleted.
    """
    if found.doubted is not None or not found.deleted:
        return own
    first = lake.find_model(keys.deleted_posts(task.day, task.account), DeletedPosts)
    removed = erased_posts(lake, first.post_ids) if first else set()
    doubts = update_doubts(lake, task.account, lambda stored: stored)
    counts = _counts(doubts, erased_posts(lake, doubts.posts), task.day)
    result = found.model_copy(update=counts | {"deleted": len(removed)})
    return _stored(lake, task, own, result)
