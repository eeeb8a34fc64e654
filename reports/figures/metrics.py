"""The metrics of an account's day, and which earlier days compare with the report's day.

A long frame (`account`, `day`, `metric`, `value`) is what every comparison works on. An account-day without data
has no row: missing is not zero.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, Literal, get_args

import polars as pl

from pipeline.status import Status
from pipeline.window import Window
from reports import thresholds

Metric = Literal["engagement", "posts", "median", "rate", "net", "mentions"]
METRICS: Final[tuple[Metric, ...]] = get_args(Metric)
SUMS: Final[tuple[Metric, ...]] = ("engagement", "posts")  # a total is the sum of the accounts' values
AGEING: Final[tuple[Metric, ...]] = ("engagement", "median", "rate")  # these grow while a post gets older
WEEKLY: Final[tuple[Metric, ...]] = (
    "engagement",
    "posts",
    "median",
    "mentions",
)  # these are scaled to the weekday
WITH_POSTS: Final = tuple(str(status) for status in Status if status.has_posts)

# Per cent of impressions. Only posts whose impressions are known are in either sum.
RATE: Final = pl.when(pl.col("impressions") > 0).then(100 * pl.col("engagement_seen") / pl.col("impressions"))
# Of kind `post`: a reply's usual is not a post's. Null in roll-ups before schema 4.
MEDIAN: Final = pl.col("median_post")
# Per cent of the engagement of all rows.
SHARE: Final = (100 * pl.col("engagement") / pl.col("engagement").sum()).fill_nan(None)
UNKNOWN: Final = "unknown"
# The kind of each post; of roll-ups before schema 4, `UNKNOWN` for each.
POST_KINDS: Final = pl.col("post_kinds").fill_null(
    pl.lit(UNKNOWN).repeat_by(pl.col("post_engagements").list.len())
)
# Points from -100 to +100: neutral posts are in the denominator.
NET: Final = pl.when(pl.col("scored") > 0).then(
    100 * (pl.col("positive") - pl.col("negative")) / pl.col("scored")
)


def with_data(rollups: pl.DataFrame) -> pl.DataFrame:
    """Return the account-days whose figures count."""
    return rollups.filter(pl.col("status").is_in(WITH_POSTS))


def asked_for_mentions() -> pl.Expr:
    """Whether X was asked how often others mention the account, and has counted or not."""
    return pl.col("mention_count").is_not_null() | pl.col("mentions_not_counted_because").is_not_null()


def is_incomplete() -> pl.Expr:
    """Whether an account's day was not read whole: another status than ok, or cut at `max_posts`."""
    return (pl.col("status") != str(Status.OK)) | pl.col("truncated").fill_null(value=False)


def recent(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `equal_age` of `day` and the eight weeks before it: what all but the comparisons are made from."""
    return equal_age(rollups.filter(pl.col("day") >= day - timedelta(days=thresholds.LONG_DAYS)), day)


def equal_age(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Add `reading_age` and `equal_age`: whether the counts are about as old as those of `day`.

    Days read by a later backfill are not of equal age.
    """
    return with_age(rollups, pl.col("day") == day)


def with_age(rollups: pl.DataFrame, own: pl.Expr) -> pl.DataFrame:
    """Add `reading_age` (see `with_reading_age`) and `equal_age`: whether that is about as old as `own` rows'."""
    aged = with_reading_age(rollups)
    usual_age = with_data(aged.filter(own))["reading_age"].median()
    ratio = pl.col("reading_age") / pl.lit(usual_age, pl.Float64)
    return aged.with_columns(
        ratio.is_between(1 / thresholds.AGE_FACTOR, thresholds.AGE_FACTOR)
        .fill_null(value=True)
        .alias("equal_age")
    )


def with_reading_age(rollups: pl.DataFrame) -> pl.DataFrame:
    """Add `reading_age`: hours from the middle of the day to its reading.

    A day's own posts are read at many ages; the middle of the day represents them, so that an account that
    posts late is not taken for one that was read early.
    """
    days = rollups.select("day", "timezone").unique()
    middles = [
        Window(row["day"], row["timezone"]).end - timedelta(hours=12) for row in days.iter_rows(named=True)
    ]
    middle = days.with_columns(pl.Series("middle", middles, dtype=pl.Datetime("us", "UTC")))
    return (
        rollups.join(middle, on=["day", "timezone"], how="left", maintain_order="left")
        .with_columns(
            ((pl.col("collected_at") - pl.col("middle")).dt.total_seconds() / 3600).alias("reading_age")
        )
        .drop("middle")
    )


def daily_metrics(rollups: pl.DataFrame) -> pl.DataFrame:
    """Return `account`, `day`, `metric`, `value` of every account-day with data.

    Takes the roll-ups of `equal_age`; counts read at another age are left out. `rate` is in per cent of
    impressions, `net` in points, `median` in engagement per post (replies and quotes apart).
    """
    value: dict[Metric, pl.Expr] = {
        "engagement": pl.col("engagement"),
        "posts": pl.col("posts"),
        "median": MEDIAN,
        "rate": RATE,
        "net": NET,
    }
    return (
        with_data(rollups)
        .select(
            "account",
            "day",
            *(
                (pl.when(pl.col("equal_age")).then(found) if metric in AGEING else found)
                .cast(pl.Float64)
                .alias(metric)
                for metric, found in value.items()
            ),
        )
        .unpivot(index=["account", "day"], variable_name="metric")
        .drop_nulls("value")
    )


def post_medians(rollups: pl.DataFrame, by: Sequence[str] = ("day",)) -> pl.DataFrame:
    """Return `by` (of all accounts' day), `median`: of the engagement of the posts, replies and quotes apart."""
    return (
        rollups.filter(pl.col("post_kinds").is_not_null())
        .select(*by, "post_engagements", "post_kinds")
        .explode("post_engagements", "post_kinds")
        .filter(pl.col("post_kinds") == "post")
        .group_by(by)
        .agg(pl.col("post_engagements").median().alias("median"))
    )
