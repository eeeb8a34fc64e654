"""Which earlier days a day can be compared with: those that are whole local days of the same timezone."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import polars as pl

from pipeline.lake.records import Plan
from pipeline.window import Window


@dataclass(frozen=True)
class NotCompared:
    """What is left out of all comparisons, and how the day itself lies between its neighbours."""

    timezones: tuple[str, ...] = ()  # of earlier days with other boundaries
    partial_days: int = 0  # earlier days that are shorter or longer than a local day
    hours: float | None = (
        None  # the day's own length where it is not a whole local day: then nothing is compared
    )
    overlap_hours: float = (
        0.0  # that belong to the day before, too, whose posts are then counted on both days
    )


ALL_COMPARED: Final = NotCompared()


def comparable(plan: Plan, rollups: pl.DataFrame) -> tuple[pl.DataFrame, NotCompared]:
    """Return the roll-ups of the plan's day and of the days it can be compared with, and what is left out.

    `rollups` are those of the day and of earlier days.
    """
    own = pl.col("day") == plan.day
    same_timezone = pl.col("timezone") == plan.timezone
    partial = pl.col("window_hours").is_not_null()
    window = plan.window
    others = rollups.filter(~own & ~same_timezone)["timezone"].unique().sort()
    left_out = NotCompared(
        timezones=tuple(others),
        partial_days=rollups.filter(~own & same_timezone & partial)["day"].n_unique(),
        hours=None if window.is_whole else window.hours,
        overlap_hours=_overlap_hours(window, rollups),
    )
    compared = same_timezone & ~partial if window.is_whole else pl.lit(value=False)
    return rollups.filter(own | compared), left_out


def _overlap_hours(window: Window, rollups: pl.DataFrame) -> float:
    """Return how many hours belong to the day before as well, as the first release left them after a change."""
    eve = window.day - timedelta(days=1)
    before = rollups.filter(pl.col("day") == eve, pl.col("window_hours").is_null())["timezone"].unique()
    ends = [Window(eve, timezone).end for timezone in before]
    return max([(end - window.start) / timedelta(hours=1) for end in ends if end > window.start], default=0.0)
