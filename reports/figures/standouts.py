"""The posts that stood out, each compared with its own account, so that small accounts can appear."""

from datetime import date

import polars as pl

from reports import thresholds
from reports.figures.posts import listed_posts, rank_posts

_ORDER = ("times", "engagement", "post_id")  # the most first


def standouts(posts: pl.DataFrame, rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the day's posts that got twice their account's median post or more, the most first.

    Has the columns of `rank_posts`. At most six, and two of an account unless it is the only one.
    """
    one = rollups.filter(pl.col("day") == day).height == 1
    return choose(rank_posts(posts, rollups, day), one=one)


def choose(ranked: pl.DataFrame, *, one: bool) -> pl.DataFrame:
    """Return of the posts of `rank_posts` those that stood out; `one` tells that they are of one account.

    Only of those that the accounts' pages list, because a card leads to its post there.
    """
    far = pl.col("times") >= thresholds.STANDOUT_TIMES
    found = listed_posts(ranked).filter(far).sort(_ORDER, descending=True)
    rank = pl.int_range(pl.len()).over("account")
    return found.filter(pl.lit(one) | (rank < thresholds.STANDOUTS_PER_ACCOUNT)).head(
        thresholds.MOST_STANDOUTS
    )


def largest(posts: pl.DataFrame) -> pl.DataFrame:
    """Return the day's posts with the most engagement: what there is to show while no account has a usual post."""
    return (
        posts.filter(pl.col("engagement") > 0)
        .sort("engagement", "post_id", descending=True)
        .with_columns(pl.lit(None, pl.Float64).alias("usual_post"), pl.lit(None, pl.Float64).alias("times"))
        .head(thresholds.MOST_STANDOUTS)
    )


def standouts_by_account(ranked: pl.DataFrame) -> pl.DataFrame:
    """Return of the posts of `rank_posts`, for each account alone, what `standouts` would for all."""
    far = pl.col("times") >= thresholds.STANDOUT_TIMES
    unknown = pl.col("times").is_null() & (pl.col("engagement") > 0)
    return (
        listed_posts(ranked)
        .filter(far | unknown)
        .sort("account", *_ORDER, descending=[False, True, True, True])
        .group_by("account", maintain_order=True)
        .head(thresholds.MOST_STANDOUTS)
    )
