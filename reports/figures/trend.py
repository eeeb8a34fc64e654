"""A total's last 30 days, each beside what was usual for it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

import polars as pl

from reports.figures.usual.compare import TOTAL

Value = TypeVar("Value")


def last_days(count: int, day: date) -> Sequence[date]:
    """Return the days that end with `day`."""
    return [day - timedelta(days=back) for back in reversed(range(count))]


def on_days(values: Mapping[date, Value], days: Sequence[date]) -> list[Value | None]:
    """Return the value of each day; None where there is none."""
    return [values.get(day) for day in days]


def trend(compared: pl.DataFrame, total: str = TOTAL) -> pl.DataFrame:
    """Return the rows of `compare` that are of a total."""
    return compared.filter(pl.col("account") == total)
