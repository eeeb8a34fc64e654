"""When posts go out: the map of weekdays and hours, in two colourings."""

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from reports import charts, thresholds
from reports import format as fmt
from reports.figures.day import DayFigures

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHADES: Final = 5
# Multiples of the account's median post between the five shades of "result".
_RESULTS: Final = (0.6, 0.85, 1.2, 1.7)


@dataclass(frozen=True)
class Hour:
    """One hour of the week."""

    shade: int  # 1 to 5 by number of posts; 0 without any
    result: int  # 1 to 5 by the posts' engagement; 0 where too few are known
    text: str


@dataclass(frozen=True)
class Weekday:
    """The 24 hours of a weekday."""

    name: str
    hours: tuple[Hour, ...]


@dataclass(frozen=True)
class Hours:
    """The map of weekdays and hours."""

    weekdays: tuple[Weekday, ...]
    most: str  # posts in one hour
    timezone: str
    note: str
    shades: int = SHADES
    few: int = thresholds.FEW_IN_HOUR  # with fewer posts an hour has no result


def hours(figures: DayFigures) -> Hours:
    """Return the map of weekdays and hours in both colourings."""
    most = max(figures.hours["posts"].to_list())
    weekdays = figures.hours.partition_by("weekday", maintain_order=True)
    return Hours(
        weekdays=tuple(
            Weekday(name, tuple(_hour(row, most) for row in frame.iter_rows(named=True)))
            for name, frame in zip(_DAYS, weekdays, strict=True)
        ),
        most=f"{most:,}",
        timezone=figures.window.timezone,
        note=_best_hour(figures.hours),
    )


def _hour(row: dict[str, Any], most: int) -> Hour:
    text = fmt.plural(row["posts"], "post")
    if row["result"] is not None:
        text += f", {fmt.times(row['result'])} a usual post"
    return Hour(charts.shade(row["posts"], most, SHADES), _result(row["result"]), text)


def _result(times: float | None) -> int:
    return 0 if times is None else 1 + sum(times >= edge for edge in _RESULTS)


def _best_hour(found: pl.DataFrame) -> str:
    ranked = found.drop_nulls("result").sort("result", "ranked", descending=True)
    if ranked.is_empty():
        return f"No hour has {thresholds.FEW_IN_HOUR} posts yet."
    best = ranked.row(0, named=True)
    return (
        f"Best hour with {thresholds.FEW_IN_HOUR} posts or more: {_DAYS[best['weekday'] - 1]} {best['hour']:02d}:00, "
        f"{fmt.times(best['result'])} a usual post over {fmt.plural(best['ranked'], 'post')}. "
        "A pattern, not proof that the hour is the cause."
    )
