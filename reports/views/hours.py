"""When posts go out: the map of weekdays and hours, in two colourings."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from reports import charts, thresholds
from reports import format as fmt
from reports.figures.day import DayFigures
from reports.figures.hours import best_block, highest_block
from reports.views.days import page_of

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
class Newest:
    """The newest day of a weekday with posts, on which they can be read."""

    weekday: int  # 1 is Monday
    name: str
    page: str  # from `reports/`; empty where it is this one
    place: str  # on it, where the posts are, in order of time


@dataclass(frozen=True)
class Block:
    """Three hours of the day."""

    hours: str
    posts: str
    times: str  # a usual post
    interval: str  # of that, 95%


@dataclass(frozen=True)
class Hours:
    """The map of weekdays and hours."""

    weekdays: tuple[Weekday, ...]
    most: str  # posts in one hour
    timezone: str
    note: str
    newest: tuple[Newest, ...]  # of each weekday that has any
    blocks: tuple[Block, ...]  # those with enough posts; none in the first weeks
    shades: int = SHADES
    few: int = thresholds.FEW_IN_HOUR  # with fewer posts an hour has no result


def hours(figures: DayFigures) -> Hours:
    """Return the map of weekdays and hours in both colourings."""
    most = max(figures.hours["posts"].to_list())
    rows = list(figures.hours.iter_rows(named=True))
    return Hours(
        weekdays=tuple(
            Weekday(name, tuple(_hour(row, most) for row in rows if row["weekday"] == number))
            for number, name in enumerate(_DAYS, 1)
        ),
        most=f"{most:,}",
        timezone=figures.window.timezone,
        note=_best_time(figures.blocks),
        newest=tuple(_newest(day, figures) for day in _newest_days(figures)),
        blocks=tuple(map(_block, figures.blocks.iter_rows(named=True))),
    )


def _newest_days(figures: DayFigures) -> list[date]:
    """Return the last day with posts of each weekday, of those that the map is of, Monday's first."""
    first = figures.day - timedelta(days=thresholds.USUAL_DAYS - 1)
    with_posts = [day for day, found in figures.totals("posts").items() if day >= first and found.value > 0]
    newest = {day.weekday(): day for day in sorted(with_posts)}
    return [newest[weekday] for weekday in sorted(newest)]


def _newest(day: date, figures: DayFigures) -> Newest:
    page, place = page_of(figures, day), "order=earliest"
    if not figures.is_account:
        # A day's posts are on its accounts' pages.
        only = f"account-{figures.accounts['account'][0]}.html" if figures.single else ""
        page, place = (page, "") if page else (f"{day}/{only}", place) if only else ("", "accounts")
    return Newest(day.isoweekday(), fmt.short_day(day), page, place)


def _hour(row: dict[str, Any], most: int) -> Hour:
    text = fmt.plural(row["posts"], "post")
    if row["result"] is not None:
        text += f", {fmt.times(row['result'])} a usual post"
    return Hour(charts.shade(row["posts"], most, SHADES), _result(row["result"]), text)


def _result(times: float | None) -> int:
    return 0 if times is None else 1 + sum(times >= edge for edge in _RESULTS)


def _block(row: dict[str, Any]) -> Block:
    until = row["hour"] + thresholds.BLOCK_HOURS
    return Block(
        hours=f"{row['hour']:02d}:00\u2013{until:02d}:00",
        posts=f"{row['posts']:,}",
        times=_multiple(row["times"]),
        interval=f"{fmt.decimal(row['low'], 2)}\u2013{_multiple(row['high'])}",
    )


def _multiple(value: float) -> str:
    """Return a multiple with two decimals, because intervals may end close to 1."""
    return f"{fmt.decimal(value, 2)}×"


def _best_time(found: pl.DataFrame) -> str:
    """Return which three hours are the best to post, or that chance may explain all differences."""
    highest = highest_block(found)
    if highest is None:
        return (
            f"A best time is looked for after {thresholds.BLOCKS_NEED} days with posts, in three-hour blocks that "
            f"have {thresholds.BLOCK_DAYS} such days."
        )
    best = best_block(found)
    shown = _block(best or highest)
    measured = f"{shown.times} a usual post (95% interval {shown.interval}), over {shown.posts} posts"
    if best:
        return f"Best time: {shown.hours}, {measured}. A pattern, not proof that the time is the cause."
    return f"No clear best time: {shown.hours} did best with {measured}, too close to 1× to be sure or to matter."
