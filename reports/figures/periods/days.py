"""The days of a period: what was read on each, and how each compares with the same weekday a week before."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipeline.lake.periods import Period
from reports.figures.metrics import NET


@dataclass(frozen=True)
class DayOfPeriod:
    """A day; without a report it has no figures, and without data none but the number of its accounts."""

    day: date
    planned: int | None  # accounts; None where the day has no report
    read: int = 0  # accounts with data
    posts: int | None = None
    engagement: int | None = None
    scored: int = 0
    net: float | None = None
    other_age: bool = False  # its counts are older or younger than the period's
    now: int | None = None  # engagement of the accounts that also have data a week before
    week_before: int | None = None  # theirs on that day


def days_of(rows: pl.DataFrame, period: Period) -> tuple[DayOfPeriod, ...]:
    """Return every day of a period; takes `period_rows`."""
    figures = rows.select(
        "day",
        "account",
        "has_data",
        "equal_age",
        "window_hours",
        "posts",
        "engagement",
        "scored",
        "positive",
        "negative",
    )
    by_day = {day: frame for (day,), frame in figures.partition_by("day", as_dict=True).items()}
    return tuple(_day(day, by_day.get(day), by_day.get(day - timedelta(days=7))) for day in period.days)


def _day(day: date, found: pl.DataFrame | None, earlier: pl.DataFrame | None) -> DayOfPeriod:
    if found is None:
        return DayOfPeriod(day, planned=None)
    data = found.filter(pl.col("has_data"))
    if data.is_empty():
        return DayOfPeriod(day, planned=found.height)
    now, before = _like(data, earlier)
    sums = data.select(pl.col("posts", "engagement", "scored", "positive", "negative").sum())
    return DayOfPeriod(
        day=day,
        planned=found.height,
        read=data.height,
        posts=int(sums["posts"][0]),
        engagement=int(sums["engagement"][0]),
        scored=int(sums["scored"][0]),
        net=sums.select(NET.alias("net"))["net"][0],
        other_age=not data["equal_age"].all(),
        now=now,
        week_before=before,
    )


def _like(data: pl.DataFrame, earlier: pl.DataFrame | None) -> tuple[int | None, int | None]:
    """Return the engagement of the accounts that have data of equal age on both days, on each of them."""
    if earlier is None:
        return None, None
    comparable = (pl.col("has_data"), pl.col("equal_age"), pl.col("window_hours").is_null())
    both = data.filter(*comparable).join(
        earlier.filter(*comparable).select("account", pl.col("engagement").alias("then")), on="account"
    )
    if both.is_empty():
        return None, None
    return int(both["engagement"].sum()), int(both["then"].sum())
