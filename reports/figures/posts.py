"""The day's own posts, each beside its account's usual post."""

from datetime import date, timedelta
from typing import Final

import polars as pl

from reports import thresholds
from reports.figures.metrics import with_data

# The columns of POSTS that the report reads.
COLUMNS: Final = (
    "post_id",
    "account",
    "created_at",
    "text",
    "lang",
    "kind",
    "like_count",
    "repost_count",
    "reply_count",
    "quote_count",
    "impression_count",
    "engagement",
    "compound",
    "sentiment",
    "scorer",
)


def rank_posts(posts: pl.DataFrame, rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the day's own posts (no retweets), each account's by engagement, the most first.

    Adds `usual_post` (see `usual_post`) and `times` (the engagement over it), both null while the account has too few
    earlier posts of that kind.
    """
    return (
        posts.filter(pl.col("engagement").is_not_null())  # it is null for retweets
        .join(usual_post(rollups, day), on=["account", "kind"], how="left")
        .with_columns((pl.col("engagement") / pl.col("usual_post")).alias("times"))
        .sort("account", "engagement", "post_id", descending=[False, True, True])
    )


def listed_posts(posts: pl.DataFrame) -> pl.DataFrame:
    """Return the posts that their accounts' pages list, and so the only ones that a link may lead to."""
    rank = pl.struct("engagement", "post_id").rank("ordinal", descending=True).over("account")
    return posts.filter(pl.col("engagement").is_not_null()).filter(rank <= thresholds.MOST_POSTS)


def usual_post(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `account`, `kind`, `usual_post`: the median engagement of earlier posts of that kind, never below 1.

    Of the account's posts of equal age of the 28 days before; kinds with fewer than ten of them are left out, and days
    of roll-ups that do not know the kinds.
    """
    first = day - timedelta(days=thresholds.USUAL_DAYS)
    return (
        with_data(rollups)
        .filter(
            pl.col("day").is_between(first, day, closed="left"),
            pl.col("equal_age"),
            pl.col("post_kinds").is_not_null(),
        )
        .select("account", "post_engagements", pl.col("post_kinds").alias("kind"))
        .explode("post_engagements", "kind")
        .drop_nulls()
        .group_by("account", "kind")
        .agg(
            pl.col("post_engagements").median().clip(lower_bound=1).alias("usual_post"),
            pl.len().alias("posts"),
        )
        .filter(pl.col("posts") >= thresholds.STANDOUT_NEEDS)
        .drop("posts")
    )
