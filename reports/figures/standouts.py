"""The posts that stood out, each against its own account, so that small accounts can appear."""

from datetime import date, timedelta

import polars as pl

from reports import thresholds
from reports.figures.measures import with_data


def standouts(posts: pl.DataFrame, rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the day's posts that got twice their account's median post or more, the most first.

    Adds `usual_post` (the median of the account's posts of equal age of the 28 days before, at least ten of them)
    and `times` to the columns of `posts`. At most six, and two of an account unless it is the only one.
    """
    usual = usual_post(rollups, day)
    found = (
        posts.filter(pl.col("engagement").is_not_null())
        .join(usual, on="account")
        .with_columns((pl.col("engagement") / pl.col("usual_post")).alias("times"))
        .filter(pl.col("times") >= thresholds.STANDOUT_TIMES)
        .sort("times", "engagement", "post_id", descending=True)
    )
    one = rollups.filter(pl.col("day") == day).height == 1
    rank = pl.int_range(pl.len()).over("account")
    return found.filter(pl.lit(one) | (rank < thresholds.STANDOUTS_PER_ACCOUNT)).head(
        thresholds.MOST_STANDOUTS
    )


def largest(posts: pl.DataFrame) -> pl.DataFrame:
    """Return the day's posts with the most engagement: what there is to show while no account has a usual."""
    return (
        posts.filter(pl.col("engagement") > 0)
        .sort("engagement", "post_id", descending=True)
        .with_columns(pl.lit(None, pl.Float64).alias("usual_post"), pl.lit(None, pl.Float64).alias("times"))
        .head(thresholds.MOST_STANDOUTS)
    )


def usual_post(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `account`, `usual_post`: the median engagement of its earlier posts, never below 1."""
    first = day - timedelta(days=thresholds.USUAL_DAYS)
    return (
        with_data(rollups)
        .filter(pl.col("day").is_between(first, day, closed="left"), pl.col("equal_age"))
        .select("account", "post_engagements")
        .explode("post_engagements")
        .drop_nulls()
        .group_by("account")
        .agg(
            pl.col("post_engagements").median().clip(lower_bound=1).alias("usual_post"),
            pl.len().alias("posts"),
        )
        .filter(pl.col("posts") >= thresholds.STANDOUT_NEEDS)
        .drop("posts")
    )
