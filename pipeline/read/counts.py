"""Asks X to count posts of an account's day: others' that mention it, and its own where some may be missing.

One request each, after the account's posts. How many posts of a day X shows is not known where `max_posts` ended the
reading, or X's depth was in doubt.

The answer is stored at once, and so is that there is none: whatever X says, it costs the account this count and not its
day. Only what no account could be read after stops the run.
"""

import logging
from dataclasses import dataclass, replace
from typing import Final

from pipeline import clock
from pipeline.errors import OverBudget, RunStopped, XError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.counts import HourCount, PostCount
from pipeline.lake.records import AccountTask, Manifest
from pipeline.lake.stored import StoredObject
from pipeline.lake.versions import erase, list_versions
from pipeline.spend.ledger import Ledger
from pipeline.x_api.client import XApi
from pipeline.x_api.counts import REACH, mentions_query, own_posts_query
from pipeline.x_api.prices import Reads

log = logging.getLogger(__name__)
_ONE_REQUEST: Final = Reads(count_requests=1)


def count_posts(
    lake: Lake, x: XApi, ledger: Ledger, task: AccountTask, manifest: Manifest
) -> dict[str, PostCount]:
    """Have X count what is wanted and was not counted since the day was read, as `manifest` says.

    Return what is stored of it now, by key; nothing of an account that was forgotten meanwhile.

    Raises `RunStopped` and the errors of `lake`.
    """
    day, account, handle = task.day, task.account, task.handle
    wanted = []
    if task.mentions:
        wanted.append(_Wanted("mentions", keys.mentions(day, account), mentions_query(handle)))
    if manifest.completeness:
        query = own_posts_query(handle, task.include)
        wanted.append(_Wanted("posts", keys.completeness(day, account), query))
    counts = {}
    for each in wanted:
        found = lake.find(each.key)
        count = lake.parse_model(each.key, found.body, PostCount) if found else None
        if count is None or count.asked_at < manifest.collected_at:
            count = _ask(lake, x, ledger, task, replace(each, found=found))
            if _remove_if_erased(lake, account, each.key):
                continue
        counts[each.key] = count
    return counts


@dataclass(frozen=True)
class _Wanted:
    """A count that is wanted, of what, where it is stored, and what lies there."""

    name: str
    key: str
    query: str
    found: StoredObject | None = None


def _ask(lake: Lake, x: XApi, ledger: Ledger, task: AccountTask, wanted: _Wanted) -> PostCount:
    """Reserve the price of one request, ask, store the answer or why there is none, and book it.

    Return what is stored then.
    """
    window, subject = task.window, f"@{task.handle}: counting its {wanted.name}"
    counted = PostCount(day=task.day, account=task.account, query=wanted.query, asked_at=clock.now())
    if counted.asked_at - window.start > REACH:
        why = f"the day began more than {REACH.days} days ago, and X counts no earlier posts"
        return _store(lake, wanted, counted.model_copy(update={"not_counted_because": why}))
    try:
        with ledger.reserve(subject, _ONE_REQUEST) as reservation:
            parts = x.counts(subject, wanted.query, window.start, window.end)
            hours = tuple(HourCount(start=part.start, end=part.end, posts=part.posts) for part in parts)
            posts = sum(part.posts for part in parts)
            stored = _store(lake, wanted, counted.model_copy(update={"posts": posts, "hours": hours}))
            reservation.settle(_ONE_REQUEST)
            return stored
    except RunStopped:
        raise
    except (OverBudget, XError) as error:
        log.warning("%s; the day has no count of them", error)
        return _store(lake, wanted, counted.model_copy(update={"not_counted_because": str(error)}))


def _store(lake: Lake, wanted: _Wanted, counted: PostCount) -> PostCount:
    """Store a count, whichever runs write at the same time; return what is stored then.

    One that was had is never replaced by none.
    """
    key, found = wanted.key, wanted.found
    while True:
        before = lake.parse_model(key, found.body, PostCount) if found else None
        if before and before.posts is not None and counted.posts is None:
            return before
        if lake.put_model_if(key, counted, found.etag if found else None):
            return counted
        found = lake.find(key)  # another run has written meanwhile


def _remove_if_erased(lake: Lake, account: str, key: str) -> bool:
    """Remove what was counted while the account was forgotten; return whether it was.

    An erasure records what must go before it looks for it, so one of the two sees the other.
    """
    if not lake.exists(keys.erased_account(account)):
        return False
    for version in list_versions(lake, key):
        erase(lake, version)
    return True
