"""The account-days that a period's page is made from: each with the place of its period and whether it compares."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import polars as pl

from pipeline.lake.periods import COMPARED, Period
from pipeline.window import Window
from reports import thresholds
from reports.figures.metrics import WITH_POSTS

BACK: Final = "back"  # how many periods before this one; 0 is this one
EARLIER: Final = tuple(range(1, COMPARED + 1))


def period_rows(rollups: pl.DataFrame, period: Period, reported: Sequence[date]) -> pl.DataFrame:
    """Return the roll-ups of a period and of the four before it, with what tells which of them compare.

    Of the period itself only the `reported` days, those that have a page of their own. Adds `back` (Int64, how many
    periods before this one), `has_data`, `reading_age` (hours from the middle of the day to its reading) and
    `equal_age`: whether the counts are about as old as this period's, as earlier periods' must be to compare.
    """
    starts = [period.first, *(each.first for each in period.earlier)]
    ends = [period.last, *(each.last for each in period.earlier)]
    back = pl.coalesce(
        pl.when(pl.col("day").is_between(first, last)).then(pl.lit(place, pl.Int64))
        for place, (first, last) in enumerate(zip(starts, ends, strict=True))
    )
    rows = rollups.with_columns(
        back.alias(BACK), pl.col("status").is_in(WITH_POSTS).alias("has_data")
    ).filter(pl.col(BACK).is_not_null(), (pl.col(BACK) > 0) | pl.col("day").is_in(list(reported)))
    return _with_age(rows).sort("account", "day")


def _with_age(rows: pl.DataFrame) -> pl.DataFrame:
    days = rows.select("day", "timezone").unique()
    middles = [
        Window(day, timezone).end - timedelta(hours=12)
        for day, timezone in days.select("day", "timezone").iter_rows()
    ]
    middle = days.with_columns(pl.Series("middle", middles, dtype=pl.Datetime("us", "UTC")))
    aged = rows.join(middle, on=["day", "timezone"], how="left").with_columns(
        ((pl.col("collected_at") - pl.col("middle")).dt.total_seconds() / 3600).alias("reading_age")
    )
    own = aged.filter(pl.col(BACK) == 0, pl.col("has_data"))["reading_age"].median()
    ratio = pl.col("reading_age") / pl.lit(own, pl.Float64)
    equal = ratio.is_between(1 / thresholds.AGE_FACTOR, thresholds.AGE_FACTOR).fill_null(value=True)
    return aged.with_columns(equal.alias("equal_age")).drop("middle")
