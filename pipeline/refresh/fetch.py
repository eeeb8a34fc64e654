"""Reads earlier days again while their last day is collected: one range of the timeline, bought and stored.

The pages lie beside the last day's own. What they no longer show is recorded; `pipeline.refresh.apply` writes
`metrics/` from them and forgets what X no longer has. The posts stored of the earlier days keep the counts of the
morning after, so that days remain comparable.

Only the last full day takes its earlier days along: while history is filled, they have only just been read.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

import polars as pl

from pipeline import clock
from pipeline.errors import OverBudget
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import find_refresh_manifest, read_pages
from pipeline.lake.records import AccountTask, DeletedPosts, RefreshManifest
from pipeline.page import Page
from pipeline.progress import OnPage
from pipeline.read import depth
from pipeline.read.timeline import TimelineRange, TimelineReader, is_complete
from pipeline.schema import KIND_OF, POSTS
from pipeline.spend.ledger import Ledger
from pipeline.transform.metrics import seen_ids
from pipeline.transform.normalize import read_posts
from pipeline.window import Window, last_full_day
from pipeline.x_api.client import XApi


def refresh(
    lake: Lake, x: XApi, ledger: Ledger, task: AccountTask, *, user_id: str, on_page: OnPage
) -> RefreshManifest | None:
    """Read the account's earlier days again, as far as `refresh_days` and the budget go; None when none are due.

    Raises the errors of `x_api` and `lake`; what is still missing is read by the next attempt.
    """
    if not task.refresh_days:
        return None
    if found := find_refresh_manifest(lake, task.day, task.account):
        return found
    windows = _due(lake, task)
    if not windows:
        return None
    reader = TimelineReader(
        lake,
        x,
        ledger,
        TimelineRange(
            task.handle,
            user_id,
            windows[0].start,
            task.window.start,
            task.include,
            len(windows) * task.max_posts,
        ),
        partial(keys.refresh_page, task.day, task.account),
    )
    stored = read_pages(lake, task.day, task.account, keys.refresh_page)
    stopped_because = None
    try:
        pages = reader.read_remaining(stored, on_page)
    except OverBudget as over:
        pages, stopped_because = read_pages(lake, task.day, task.account, keys.refresh_page), str(over)
    deleted = DeletedPosts(days=_missing(lake, task, windows, reader.posts_range, pages))
    if deleted.days:
        lake.put_model(keys.deleted_posts(task.day, task.account), deleted)
    result = RefreshManifest(
        pages=len(pages),
        billed=sum(page.billed for page in pages),
        days=tuple(window.day for window in windows),
        deleted=len(deleted.post_ids),
        stopped_because=stopped_because,
    )
    lake.put_model(keys.refresh_manifest(task.day, task.account), result)
    return result


def _due(lake: Lake, task: AccountTask) -> list[Window]:
    """Return the windows, oldest first, of the earlier days in a row of which the account has posts to refresh."""
    if task.day != last_full_day(clock.now(), task.timezone):
        return []
    days = (task.day - timedelta(days=back) for back in range(task.refresh_days, 0, -1))
    return [Window(day, task.timezone) for day in days if _has_posts(lake, day, task.account)]


def _has_posts(lake: Lake, day: date, account: str) -> bool:
    outcome = find_outcome(lake, day, account)
    return outcome is not None and outcome.status.has_posts and outcome.counts.kept > 0


def _missing(
    lake: Lake,
    task: AccountTask,
    windows: Sequence[Window],
    posts_range: TimelineRange,
    pages: Sequence[Page],
) -> dict[date, tuple[str, ...]]:
    """Return the ids, by day, of stored posts that a complete second reader of their day does not show."""
    seen = seen_ids(pages)
    certain_from = _certain_from(task, posts_range, pages)
    missing_by_day = {}
    for window in windows:
        if certain_from is None or window.start < certain_from:
            continue  # not read to its beginning
        stored = find_frame(lake, keys.posts(window.day, task.account), POSTS)
        if stored is None:
            continue
        # What X was asked to leave out this time is not missing.
        asked_for = stored.filter(~pl.col("kind").is_in([KIND_OF[name] for name in posts_range.exclude]))
        if missing := sorted(set(asked_for["post_id"]) - seen):
            missing_by_day[window.day] = tuple(missing)
    return missing_by_day


def _certain_from(task: AccountTask, posts_range: TimelineRange, pages: Sequence[Page]) -> datetime | None:
    """Return the instant from which on the pages hold all that X has; None when there is none."""
    doubtful = depth.is_doubtful(posts_range, pages, task.post_count, task.created_at, clock.now())
    if is_complete(pages) and not doubtful:
        return posts_range.start
    oldest: datetime | None = read_posts(pages, task.account)["created_at"].min()  # type: ignore[assignment]
    return oldest
