"""When posts go out, and how they do by hour."""

from datetime import date, timedelta

import polars as pl

from reports import thresholds
from reports.figures.metrics import with_data


def hours(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `weekday` (1 is Monday), `hour` (0-23), `posts`, `ranked`, `result` of all 168 hours, last 28 days.

    `result` is the median of a post's engagement over its account's median post of those days; null where fewer
    than five posts of equal age (`ranked`) are known.
    """
    first = day - timedelta(days=thresholds.USUAL_DAYS - 1)
    posts = (
        with_data(rollups)
        .filter(pl.col("day") >= first)
        .select("account", "day", "equal_age", "post_hours", "post_engagements")
        .explode("post_hours", "post_engagements")
        .drop_nulls("post_hours")
    )
    aged = pl.when("equal_age").then(pl.col("post_engagements"))
    own = aged.median().over("account")
    ranked = posts.with_columns(pl.when(own > 0).then(aged / own).alias("times"))
    known = ranked.group_by(
        pl.col("day").dt.weekday().cast(pl.Int64).alias("weekday"),
        pl.col("post_hours").cast(pl.Int64).alias("hour"),
    ).agg(
        pl.len().cast(pl.Int64).alias("posts"),
        pl.col("times").count().cast(pl.Int64).alias("ranked"),
        pl.col("times").median().alias("result"),
    )
    grid = pl.DataFrame({"weekday": range(1, 8)}).join(pl.DataFrame({"hour": range(24)}), how="cross")
    return (
        grid.join(known, on=["weekday", "hour"], how="left")
        .with_columns(
            pl.col("posts", "ranked").fill_null(0),
            pl.when(pl.col("ranked") >= thresholds.FEW_IN_HOUR).then(pl.col("result")).alias("result"),
        )
        .sort("weekday", "hour")
    )
