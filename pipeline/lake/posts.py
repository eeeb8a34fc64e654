"""One post in the lake, found by its id."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.lake import catalogue, keys
from pipeline.lake.frames import find_frame
from pipeline.schema import POSTS, POSTS_DAILY
from pipeline.x_api.snowflakes import written_at

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

_A_DAY = timedelta(days=1)  # what a local day may differ from UTC's
_LAST_WITHOUT_TIME = date(2010, 11, 5)  # the last day, local ones included, of ids that contain no time


def find_post(lake: "Lake", post_id: str) -> dict[str, Any] | None:
    """Return a stored post as a row of POSTS_DAILY, or None; the newest version where the id is of an older one.

    The id says when the post was written, so this reads three days, however long the lake's history. A day without a
    file of all accounts is read account by account. Raises `LakeDamaged`.
    """
    wanted = (pl.col("post_id") == post_id) | pl.col("edit_history").list.contains(post_id)
    for day, frame in _frames(lake, _days(lake, post_id)):
        found = frame.filter(wanted)
        if not found.is_empty():
            return {**found.row(0, named=True), "day": day}
    return None


def _days(lake: "Lake", post_id: str) -> list[date]:
    """Return the local days on which the post may have been published, the likeliest first."""
    written = written_at(post_id)
    if written:
        return [written.date() + offset * _A_DAY for offset in (0, -1, 1)]
    stored = lake.keys(catalogue.POSTS.folder, last=f"{catalogue.POSTS.date_prefix}{_LAST_WITHOUT_TIME}~")
    return sorted({day for key in stored if (day := catalogue.day_of(key))})


def _frames(lake: "Lake", days: list[date]) -> Iterator[tuple[date, pl.DataFrame]]:
    """Yield what is stored of the days' posts."""
    for day in days:
        frame = find_frame(lake, keys.posts_daily(day), POSTS_DAILY)
        if frame is not None:
            yield day, frame
            continue
        for key in lake.keys(catalogue.POSTS.prefix(day=day)):
            of_account = find_frame(lake, key, POSTS)
            if of_account is not None:
                yield day, of_account
