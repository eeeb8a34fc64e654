"""Earlier days read again, while their last day is collected: one stretch of the timeline, bought and stored.

The pages lie beside the last day's own. What is not on them any more is noted; `pipeline.settle` makes `metrics/`
of them and forgets what is gone. What was stored of the earlier days stays as it was read on the morning after, so
that days go on comparing alike.

Only the last full day takes its earlier days along: while history is filled, they have only just been read.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

import polars as pl

from pipeline import clock, depth, keys
from pipeline.errors import OverBudget
from pipeline.gone import Gone
from pipeline.lake import Lake
from pipeline.ledger import Ledger
from pipeline.metrics import seen_ids
from pipeline.outcome import find_outcome
from pipeline.planned import AccountDay
from pipeline.posts import read_posts
from pipeline.raw import Page, SecondReading, find_second_reading, read_pages
from pipeline.schema import KIND_OF, POSTS
from pipeline.timeline import OnPage, Reading, Stretch, is_complete
from pipeline.window import Window, last_full_day
from pipeline.x_api import XApi


def read_again(
    lake: Lake, x: XApi, ledger: Ledger, work: AccountDay, *, user_id: str, on_page: OnPage
) -> SecondReading | None:
    """Read the account's earlier days again, as far as `refresh_days` and the budget go; None when none are due.

    Raises the errors of `x_api` and `lake`; what is still missing is read by the next attempt.
    """
    if not work.refresh_days:
        return None
    if found := find_second_reading(lake, work.day, work.account):
        return found
    windows = _due(lake, work)
    if not windows:
        return None
    reading = Reading(
        lake,
        x,
        ledger,
        Stretch(
            work.handle,
            user_id,
            windows[0].start,
            work.window.start,
            work.include,
            len(windows) * work.max_posts,
        ),
        partial(keys.refresh_page, work.day, work.account),
    )
    stored = read_pages(lake, work.day, work.account, keys.refresh_page)
    short = None
    try:
        pages = reading.go_on(stored, on_page)
    except OverBudget as over:
        pages, short = read_pages(lake, work.day, work.account, keys.refresh_page), str(over)
    gone = Gone(days=_gone(lake, work, windows, reading.stretch, pages))
    if gone.days:
        lake.put_model(keys.gone(work.day, work.account), gone)
    result = SecondReading(
        pages=len(pages),
        billed=sum(page.billed for page in pages),
        days=tuple(window.day for window in windows),
        gone=len(gone.post_ids),
        short=short,
    )
    lake.put_model(keys.refresh_manifest(work.day, work.account), result)
    return result


def _due(lake: Lake, work: AccountDay) -> list[Window]:
    """Return the windows, oldest first, of the earlier days in a row of which the account has posts to refresh."""
    if work.day != last_full_day(clock.now(), work.timezone):
        return []
    days = (work.day - timedelta(days=back) for back in range(work.refresh_days, 0, -1))
    return [Window(day, work.timezone) for day in days if _has_posts(lake, day, work.account)]


def _has_posts(lake: Lake, day: date, account: str) -> bool:
    outcome = find_outcome(lake, day, account)
    return outcome is not None and outcome.status.has_posts and outcome.counts.kept > 0


def _gone(
    lake: Lake, work: AccountDay, windows: Sequence[Window], stretch: Stretch, pages: Sequence[Page]
) -> dict[date, tuple[str, ...]]:
    """Return the ids, by day, of stored posts that a complete second reading of their day does not show."""
    seen = seen_ids(pages)
    certain_from = _certain_from(work, stretch, pages)
    gone = {}
    for window in windows:
        if certain_from is None or window.start < certain_from:
            continue  # not read to its beginning
        stored = lake.find_parquet(keys.posts(window.day, work.account), POSTS)
        if stored is None:
            continue
        # What X was asked to leave out this time is not gone.
        asked_for = stored.filter(~pl.col("kind").is_in([KIND_OF[name] for name in stretch.exclude]))
        if missing := sorted(set(asked_for["post_id"]) - seen):
            gone[window.day] = tuple(missing)
    return gone


def _certain_from(work: AccountDay, stretch: Stretch, pages: Sequence[Page]) -> datetime | None:
    """Return the instant from which on the pages hold all that X has; None when there is none."""
    doubtful = depth.is_doubtful(stretch, pages, work.published, work.created_at, clock.now())
    if is_complete(pages) and not doubtful:
        return stretch.start
    oldest: datetime | None = read_posts(pages, work.account)["created_at"].min()  # type: ignore[assignment]
    return oldest
