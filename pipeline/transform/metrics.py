"""Raw pages of a second reading to newer counts, one row per post. Pure."""

from collections.abc import Sequence

import polars as pl

from pipeline.page import Page
from pipeline.schema import METRICS
from pipeline.transform.normalize import newest_versions, read_posts


def newer_counts(pages: Sequence[Page], account: str, timezone: str) -> pl.DataFrame:
    """Return METRICS, oldest post first: each post's newest version, its day by the timezone."""
    sound = read_posts(pages, account).filter(pl.col("problems").list.len() == 0)
    return (
        newest_versions(sound)
        .with_columns(pl.col("created_at").dt.convert_time_zone(timezone).dt.date().alias("day"))
        .sort("created_at", "post_id")
        .select(METRICS.names())
    )


def seen_ids(pages: Sequence[Page]) -> frozenset[str]:
    """Return the ids of the pages' posts and of their earlier versions, whatever else can be read of them."""
    posts = read_posts(pages, "")
    every = pl.concat([posts["post_id"], posts["edit_history"].explode()])
    return frozenset(every.drop_nulls())
