"""Asks X how often others mention an account on a day: one request, after the account's posts.

The answer is stored at once, and so is that there is none: whatever X says, it costs the account this count and not its
day. Only what no account could be read after stops the run.
"""

import logging
from datetime import datetime
from typing import Final

from pipeline import clock
from pipeline.errors import OverBudget, RunStopped, XError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.counts import HourCount, PostCount
from pipeline.lake.records import AccountTask
from pipeline.lake.versions import erase, list_versions
from pipeline.spend.ledger import Ledger
from pipeline.x_api.client import XApi
from pipeline.x_api.counts import REACH, mentions_query
from pipeline.x_api.prices import Reads

log = logging.getLogger(__name__)
_ONE_REQUEST: Final = Reads(count_requests=1)


def count_mentions(lake: Lake, x: XApi, ledger: Ledger, task: AccountTask, read_at: datetime) -> None:
    """Count the mentions of the account's day, where that is wanted and was not done since its posts were `read_at`.

    Raises `RunStopped` and the errors of `lake`.
    """
    if not task.mentions:
        return
    key = keys.mentions(task.day, task.account)
    before = lake.find_model(key, PostCount)
    if before and before.asked_at >= read_at:
        return
    _ask(lake, x, ledger, task, key, mentions_query(task.handle))
    # An erasure records what must go before it looks for it, so one of the two sees the other.
    if lake.exists(keys.erased_account(task.account)):
        for version in list_versions(lake, key):
            erase(lake, version)


def _ask(lake: Lake, x: XApi, ledger: Ledger, task: AccountTask, key: str, query: str) -> None:
    """Reserve the price of one request, ask, store the answer or why there is none, and book it."""
    window, subject = task.window, f"@{task.handle}: counting its mentions"
    counted = PostCount(day=task.day, account=task.account, query=query, asked_at=clock.now())
    if counted.asked_at - window.start > REACH:
        why = f"the day began more than {REACH.days} days ago, and X counts no earlier posts"
        _store(lake, key, counted.model_copy(update={"not_counted_because": why}))
        return
    try:
        with ledger.reserve(subject, _ONE_REQUEST) as reservation:
            parts = x.counts(subject, query, window.start, window.end)
            hours = tuple(HourCount(start=part.start, end=part.end, posts=part.posts) for part in parts)
            posts = sum(part.posts for part in parts)
            _store(lake, key, counted.model_copy(update={"posts": posts, "hours": hours}))
            reservation.settle(_ONE_REQUEST)
    except RunStopped:
        raise
    except (OverBudget, XError) as error:
        log.warning("%s; the day has no count of its mentions", error)
        _store(lake, key, counted.model_copy(update={"not_counted_because": str(error)}))


def _store(lake: Lake, key: str, counted: PostCount) -> None:
    """Store a count, whichever runs write at the same time. One that was had is never replaced by none."""
    while True:
        found = lake.find(key)
        before = lake.parse_model(key, found.body, PostCount) if found else None
        if before and before.posts is not None and counted.posts is None:
            return
        if lake.put_model_if(key, counted, found.etag if found else None):
            return
