"""The accounts of the day: one row each, with and without data."""

from datetime import date, timedelta
from typing import Final

import polars as pl

from reports import thresholds
from reports.figures.metrics import RATE, SHARE, WITH_POSTS, Metric
from reports.figures.tone import net_columns
from reports.figures.usual.compare import with_usual

COMPARED: Final[tuple[Metric, ...]] = (
    "engagement",
    "posts",
    "net",
    "mentions",
)  # what the rows compare with the usual
TURNED: Final = (pl.col("unusual_net") & (pl.col("net") < 0) & (pl.col("usual_net") > 0)).fill_null(
    value=False
)


def accounts(rollups: pl.DataFrame, metrics: pl.DataFrame, compared: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return one row per planned account of `day`, by engagement, those without data last.

    Adds to the roll-up's columns: `has_data`; `rate` (%), and `follower_rate` (% of the followers per post) where
    impressions are unknown, never both; `net`, `net_low`, `net_high` and `few` (see `tone.net_columns`); `share` (%
    of the day's engagement); for engagement, posts, net and mentions the columns `usual_`, `low_`, `high_`, `unusual_`
    and `days_` of `compare`; `last_data` (the last earlier day with data); `days_read` and `days_silent` (of the 28
    days before, those with data and those of them without a post); `status_before` (on the nearest earlier day with
    a roll-up; null where the account has none); `spark`, `spark_low` and `spark_high` (engagement of the 28 days
    that end with the report's and its usual range, null where there is none); `spark_mentions` (of the same days, null
    for an account without a count in them); `turned` (the tone is unusually low,
    and negative where it usually is positive).
    """
    today = rollups.filter(pl.col("day") == day)
    has_data = pl.col("status").is_in(WITH_POSTS)
    per_post = pl.col("posts") * pl.col("followers")
    series, compared = compared, compared.filter(pl.col("day") == day)
    past = rollups.filter(pl.col("day") < day, has_data)
    before = rollups.filter(pl.col("day") < day).filter(pl.col("day") == pl.col("day").max())
    rows = (
        today.with_columns(
            has_data.alias("has_data"),
            RATE.alias("rate"),
            pl.when(pl.col("impressions").fill_null(0) == 0, per_post > 0)
            .then(100 * pl.col("engagement") / per_post)
            .alias("follower_rate"),
            *net_columns(),
            SHARE.alias("share"),
        )
        .join(past.group_by("account").agg(pl.col("day").max().alias("last_data")), on="account", how="left")
        .join(before.select("account", pl.col("status").alias("status_before")), on="account", how="left")
        .join(_silence(past, day), on="account", how="left")
        .join(_sparks(metrics, series, day), on="account", how="left")
        .join(_mentions(rollups, day), on="account", how="left")
    )
    return (
        with_usual(rows, compared, COMPARED)
        .with_columns(TURNED.alias("turned"))
        .sort("has_data", "engagement", "account", descending=[True, True, False], nulls_last=True)
    )


def _silence(past: pl.DataFrame, day: date) -> pl.DataFrame:
    return (
        past.filter(pl.col("day") >= day - timedelta(days=thresholds.USUAL_DAYS))
        .group_by("account")
        .agg(pl.len().alias("days_read"), (pl.col("posts") == 0).sum().alias("days_silent"))
    )


def _last_days(day: date) -> pl.DataFrame:
    first = day - timedelta(days=thresholds.USUAL_DAYS - 1)
    return pl.DataFrame({"day": pl.date_range(first, day, eager=True)})


def _mentions(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    days = _last_days(day)
    counted = rollups.join(days, on="day", how="semi").filter(pl.col("mention_count").is_not_null())
    return (
        counted.select("account")
        .unique()
        .join(days, how="cross")
        .join(counted.select("account", "day", "mention_count"), on=["account", "day"], how="left")
        .sort("account", "day")
        .group_by("account", maintain_order=True)
        .agg(pl.col("mention_count").alias("spark_mentions"))
    )


def _sparks(metrics: pl.DataFrame, compared: pl.DataFrame, day: date) -> pl.DataFrame:
    days = _last_days(day)
    engagement = metrics.filter(pl.col("metric") == "engagement").join(days, on="day", how="semi")
    bands = compared.filter(pl.col("metric") == "engagement").select("account", "day", "low", "high")
    return (
        engagement.select("account")
        .unique()
        .join(days, how="cross")
        .join(engagement, on=["account", "day"], how="left")
        .join(bands, on=["account", "day"], how="left")
        .sort("account", "day")
        .group_by("account", maintain_order=True)
        .agg(
            pl.col("value").alias("spark"),
            pl.col("low").alias("spark_low"),
            pl.col("high").alias("spark_high"),
        )
    )
