"""The days before an account's day: reading them again, and which of their posts that does not show."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import takewhile

import polars as pl

from pipeline import clock
from pipeline.errors import AccountUnavailable, OverBudget
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, stored_window
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import RawDay, read_pages
from pipeline.lake.records import AccountTask
from pipeline.page import Page
from pipeline.progress import OnPage
from pipeline.read import depth
from pipeline.read.timeline import TimelineRange, TimelineReader, is_complete
from pipeline.schema import KIND_OF, POSTS
from pipeline.spend.ledger import Ledger
from pipeline.transform.metrics import seen_ids
from pipeline.transform.normalize import read_posts
from pipeline.window import Window
from pipeline.x_api.client import XApi


@dataclass(frozen=True)
class EarlierDay:
    """A day of which the lake has posts of the account."""

    window: Window  # that it was read with
    kept: int  # posts


@dataclass(frozen=True)
class Reading:
    """What reading earlier days again has shown."""

    pages: Sequence[Page]
    timeline: Sequence[Page]  # these pages, and those of the day that they are read with
    read_at: datetime  # when the newest of them was read
    missing: Mapping[date, Sequence[str]]  # ids of stored posts that the pages should show and do not, by day
    unavailable: str | None = None  # why X no longer shows the account
    over_budget: str | None = None


def due_days(lake: Lake, task: AccountTask) -> list[EarlierDay]:
    """Return the days, oldest first, whose posts are read again with the task's day."""
    found = (
        find_day(lake, task.day - timedelta(days=back), task.account)
        for back in range(task.refresh_days, 0, -1)
    )
    return [day for day in found if day and day.kept and day.window.start < task.window.start]


def find_day(lake: Lake, day: date, account: str) -> EarlierDay | None:
    """Return what the lake has of an account's day, by the timezone it was read with; None when there is nothing."""
    outcome = find_outcome(lake, day, account)
    if outcome is None or not outcome.status.has_posts:
        return None
    window = stored_window(lake, day, outcome)
    return EarlierDay(window, outcome.counts.kept) if window else None


def read_again(
    lake: Lake,
    x: XApi,
    ledger: Ledger,
    task: AccountTask,
    own: RawDay,
    earlier: Sequence[EarlierDay],
    user_id: str,
    on_page: OnPage,
) -> Reading:
    """Read the timeline from the first of the `earlier` days to the task's day, as far as the budget goes.

    `own` is the task's day. Without earlier days nothing is read. Raises the errors of `x_api` and `lake`.
    """
    if not earlier:
        return Reading([], own.pages, own.manifest.collected_at, {})
    posts_range = TimelineRange(
        task.handle,
        user_id,
        min(day.window.start for day in earlier),
        task.window.start,
        task.include,
        len(earlier) * task.max_posts,
    )
    reader = TimelineReader(lake, x, ledger, posts_range, partial(keys.refresh_page, task.day, task.account))
    unavailable = over_budget = None
    try:
        pages = reader.read_remaining(_stored(lake, task, posts_range), on_page)
    except OverBudget as over:
        pages, over_budget = _stored(lake, task, posts_range), str(over)
    except AccountUnavailable as gone:  # after its own day was read, which counts
        pages, unavailable = _stored(lake, task, posts_range), f"@{task.handle}: {gone}"
    timeline = [*own.pages, *pages]
    return Reading(
        pages,
        timeline,
        max([own.manifest.collected_at, *(page.collected_at for page in pages)]),
        _missing(lake, task, [day.window for day in earlier], posts_range, pages, seen_ids(timeline)),
        unavailable,
        over_budget,
    )


def _stored(lake: Lake, task: AccountTask, posts_range: TimelineRange) -> list[Page]:
    """Return the pages stored so far of the very range; an attempt that saw other days has read another one."""
    return list(takewhile(posts_range.is_of, read_pages(lake, task.day, task.account, keys.refresh_page)))


def _missing(
    lake: Lake,
    task: AccountTask,
    windows: Sequence[Window],
    posts_range: TimelineRange,
    pages: Sequence[Page],
    seen: Collection[str],
) -> dict[date, tuple[str, ...]]:
    """Return the ids, by day, of stored posts that a complete reading of their day does not show.

    The versions of an edited post are one post: it is not missing where any of them was `seen`.
    """
    certain_from = _certain_from(task, posts_range, pages)
    missing = {}
    for window in windows:
        if certain_from is None or window.start < certain_from:
            continue  # not read to its beginning
        stored = find_frame(lake, keys.posts(window.day, task.account), POSTS)
        if stored is None:
            continue
        # What X was not asked for this time is not missing.
        asked_for = stored.filter(
            ~pl.col("kind").is_in([KIND_OF[name] for name in posts_range.exclude]),
            pl.col("created_at") < posts_range.end,
        )
        versions = {
            post_id: {post_id, *(edits or ())}
            for post_id, edits in asked_for.select("post_id", "edit_history").iter_rows()
        }
        if ids := [post_id for post_id, known_as in versions.items() if known_as.isdisjoint(seen)]:
            missing[window.day] = tuple(sorted(ids, key=int))
    return missing


def _certain_from(task: AccountTask, posts_range: TimelineRange, pages: Sequence[Page]) -> datetime | None:
    """Return the instant from which on the pages hold all that X has; None when there is none.

    X shows only an account's newest posts. While it is not known how many there are, the end of the pages may be the
    end of what it shows: then they reach as far back as their oldest post.
    """
    unknown = task.post_count is None or task.created_at is None
    doubtful = unknown or depth.is_doubtful(posts_range, pages, task.post_count, task.created_at, clock.now())
    if is_complete(pages) and not doubtful:
        return posts_range.start
    oldest: datetime | None = read_posts(pages, task.account)["created_at"].min()  # type: ignore[assignment]
    return oldest
