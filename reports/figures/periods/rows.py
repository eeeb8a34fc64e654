"""The account-days that a period's page is made from: each with the place of its period and whether it compares."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from pipeline.lake.periods import COMPARED, Period
from reports.figures.metrics import WITH_POSTS, with_age

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
    return with_age(rows, pl.col(BACK) == 0).sort("account", "day")
