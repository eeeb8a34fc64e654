"""Raw pages of a second reading to newer counts, one row per post. Pure."""

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl

from pipeline.page import Page
from pipeline.schema import METRICS
from pipeline.transform.normalize import newest_versions, read_posts, read_rows
from pipeline.window import Window


def newer_counts(pages: Sequence[Page], account: str, windows: Sequence[Window]) -> pl.DataFrame:
    """Return METRICS, oldest post first: the newest version of each post of these days.

    A post's day is the first of the windows that it was published in; posts of no window are left out.
    """
    sound = [row for row in read_rows(pages, account) if not row["problems"]]
    rows = [
        row | {"day": day}
        for row in newest_versions(sound)
        if (day := _day_of(row["created_at"], windows)) is not None
    ]
    rows.sort(key=lambda row: (row["created_at"], row["post_id"]))
    return pl.DataFrame(rows, schema=METRICS)


def _day_of(published: datetime, windows: Sequence[Window]) -> date | None:
    return next((window.day for window in windows if window.start <= published < window.end), None)


def seen_ids(pages: Sequence[Page]) -> frozenset[str]:
    """Return the ids of the pages' posts and of their earlier versions, whatever else can be read of them."""
    posts = read_posts(pages, "")
    every = pl.concat([posts["post_id"], posts["edit_history"].explode()])
    return frozenset(every.drop_nulls())
