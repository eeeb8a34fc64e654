"""Raw pages of a second reading to newer counts, one row per post. Pure."""

from collections.abc import Sequence

import polars as pl

from pipeline.page import Page
from pipeline.schema import METRICS
from pipeline.transform.normalize import newest_versions, read_posts
from pipeline.window import Window


def newer_counts(pages: Sequence[Page], account: str, windows: Sequence[Window]) -> pl.DataFrame:
    """Return METRICS, oldest post first: the newest version of each post of these days.

    A post's day is the first of the windows that it was published in; posts of no window are left out.
    """
    sound = read_posts(pages, account).filter(pl.col("problems").list.len() == 0)
    published = pl.col("created_at")
    days = [
        pl.when(published.is_between(window.start, window.end, closed="left")).then(pl.lit(window.day))
        for window in windows
    ]
    return (
        newest_versions(sound)
        .with_columns(pl.coalesce(*days, pl.lit(None, pl.Date())).alias("day"))
        .filter(pl.col("day").is_not_null())
        .sort("created_at", "post_id")
        .select(METRICS.names())
    )


def seen_ids(pages: Sequence[Page]) -> frozenset[str]:
    """Return the ids of the pages' posts and of their earlier versions, whatever else can be read of them."""
    posts = read_posts(pages, "")
    every = pl.concat([posts["post_id"], posts["edit_history"].explode()])
    return frozenset(every.drop_nulls())
