"""The index of all days: a year's lines as a calendar, and as one table a month."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from pipeline.lake.periods import Unit, period_of
from reports import format as fmt
from reports.figures.index import DayLine
from reports.views.masthead import DayLink, day_link
from reports.views.metrics import Delta, figure

_SHADES: Final = 3  # each of a third of the days: one viral day must not make all others pale
_WIDTH: Final = 98  # per cent of its cell that the longest bar takes


@dataclass(frozen=True)
class DayState:
    """How complete a day's data is; `kind` is the shape of its glyph."""

    kind: str
    text: str


@dataclass(frozen=True)
class CalendarDay:
    """A day that has a report."""

    number: int
    day: str
    shade: int
    unusual: bool
    kind: str
    tip: str
    has_report: bool = True


@dataclass(frozen=True)
class EmptyDay:
    """A day without a report; `gap` where there are reports before and after it."""

    number: int
    gap: bool
    has_report: bool = False


@dataclass(frozen=True)
class Headline:
    """A day's headline figures; widths in per cent."""

    state: DayState
    width: float | None
    usual: float | None
    unusual: bool
    engagement: str
    delta: Delta | None
    net: str
    posts: str
    notes: str


@dataclass(frozen=True)
class DayRow:
    """A day in the table of its month; no headline where there is no report."""

    day: str
    label: str
    weekend: bool
    headline: Headline | None


@dataclass(frozen=True)
class Week:
    """A week of a month, Monday first, with None for days of other months; `page` names its page, if it has one."""

    number: int
    page: str | None
    cells: tuple[CalendarDay | EmptyDay | None, ...]


@dataclass(frozen=True)
class Month:
    """The weeks of a month, its table, the newest day first, and its page, if it has one."""

    name: str
    weeks: tuple[Week, ...]
    rows: tuple[DayRow, ...]
    page: str | None


@dataclass(frozen=True)
class IndexPage:
    """A page of a year's days."""

    title: str
    count: str
    latest: DayLink
    made: str
    months: tuple[Month, ...]
    years: tuple[str, ...]  # other years, linked from the index alone
    is_index: bool


@dataclass(frozen=True)
class _Year:
    """A year's lines by day, and what the drawing of one takes from the others."""

    by_day: Mapping[date, DayLine]
    before: Mapping[date, DayLine]  # the line before that of a day
    shades: Mapping[date, int]
    largest: float  # engagement, of a day or usual


def index_page(
    lines: Sequence[DayLine], years: Sequence[int], periods: Collection[str] = (), *, is_index: bool
) -> IndexPage:
    """Return the page of a year's `lines`, which are sorted by day and at least one.

    `years` are all that exist, `periods` the names of the weeks and months that have a page.
    """
    last = lines[-1].day
    collected_at = lines[-1].collected_at
    return IndexPage(
        title="All days" if is_index and len(years) == 1 else f"All days of {last.year}",
        count=fmt.plural(len(lines), "report"),
        latest=day_link(last, fmt.long_day(last)),
        made=f"data of {fmt.moment(collected_at)}" if collected_at else "no data was read",
        months=_months(lines, periods),
        years=tuple(str(year) for year in years if year != last.year) if is_index else (),
        is_index=is_index,
    )


def _months(lines: Sequence[DayLine], periods: Collection[str]) -> tuple[Month, ...]:
    year = _Year(
        by_day={line.day: line for line in lines},
        before={line.day: earlier for earlier, line in pairwise(lines)},
        shades=_shades(lines),
        largest=max(max(line.engagement or 0, line.usual or 0) for line in lines),
    )
    first, last = lines[0].day, lines[-1].day
    days = [last - timedelta(days=back) for back in range((last - first).days + 1)]
    months = dict.fromkeys(day.replace(day=1) for day in days)
    return tuple(
        Month(
            f"{month:%B %Y}",
            _weeks(month, year, periods),
            tuple(_row(day, year) for day in days if day.replace(day=1) == month),
            page=name if (name := period_of(month, Unit.MONTH).name) in periods else None,
        )
        for month in months
    )


def _weeks(month: date, year: _Year, periods: Collection[str]) -> tuple[Week, ...]:
    cells: list[CalendarDay | EmptyDay | None] = [None] * month.weekday()
    first, last = min(year.by_day), max(year.by_day)
    day = month
    while day.month == month.month:
        line = year.by_day.get(day)
        cells.append(_calendar_day(line, year) if line else EmptyDay(day.day, first <= day <= last))
        day += timedelta(days=1)
    cells += [None] * (-len(cells) % 7)
    week, weeks = period_of(month, Unit.WEEK), []
    for start in range(0, len(cells), 7):
        page = week.name if week.name in periods else None
        weeks.append(Week(week.first.isocalendar().week, page, tuple(cells[start : start + 7])))
        week = week.next
    return tuple(weeks)


def _shades(lines: Sequence[DayLine]) -> dict[date, int]:
    """Return the shade (1 is the palest) of each day with engagement, by its rank."""
    ranked = sorted((line for line in lines if line.engagement), key=lambda line: (line.engagement, line.day))
    return {line.day: 1 + place * _SHADES // len(ranked) for place, line in enumerate(ranked)}


def _calendar_day(line: DayLine, year: _Year) -> CalendarDay:
    state = _state(line, year.before.get(line.day))
    tip = [fmt.short_day(line.day)]
    if line.engagement is not None:
        delta = _delta(line)
        change = f", {delta.text} {'above' if delta.way == 'up' else 'below'} usual" if delta else ""
        tip.append(f"{fmt.compact(line.engagement)} engagement{change}")
    return CalendarDay(
        number=line.day.day,
        day=line.day.isoformat(),
        shade=year.shades.get(line.day, 0),
        unusual=line.unusual,
        kind=state.kind,
        tip="; ".join([*tip, state.text]),
    )


def _row(day: date, year: _Year) -> DayRow:
    line = year.by_day.get(day)
    return DayRow(
        day=day.isoformat(),
        label=fmt.short_day(day),
        weekend=day.weekday() >= 5,
        headline=_headline(line, year) if line else None,
    )


def _headline(line: DayLine, year: _Year) -> Headline:
    before = year.before.get(line.day)
    notes = [*line.notes]
    if line.missing > 1 and line.missing != _missing(before):
        notes.append(f"{line.missing} of {line.planned} accounts without data")

    def width(engagement: float | None) -> float | None:
        return None if engagement is None else round(_WIDTH / (year.largest or 1) * engagement, 1)

    return Headline(
        state=_state(line, before),
        width=width(line.engagement),
        usual=width(line.usual),
        unusual=line.unusual,
        engagement=fmt.compact(line.engagement),
        delta=_delta(line),
        net=fmt.points(line.net),
        posts=fmt.NONE if line.posts is None else f"{line.posts:,}",
        notes="; ".join(notes),
    )


def _missing(line: DayLine | None) -> int:
    return line.missing if line else 0


def _state(line: DayLine, before: DayLine | None) -> DayState:
    """Return how complete a day's data is, the worst first.

    Accounts that are gone for good would raise an alarm every day: as many as on the day before are not news.
    """
    if line.failed:
        return DayState("failed", "run failed")
    if line.missing:
        kind = "still" if line.missing == _missing(before) else "missing"
        return DayState(kind, f"{line.missing} of {line.planned} without data")
    if line.incomplete:
        return DayState("partial", f"{line.incomplete} of {line.planned} incomplete")
    return DayState("complete", "complete")


def _delta(line: DayLine) -> Delta | None:
    if not line.usual or line.engagement is None:
        return None
    return Delta(
        text=fmt.change(line.engagement, line.usual) or "",
        way="up" if line.engagement >= line.usual else "down",
        unusual=line.unusual,
        tip=f"Usual {figure(line.usual, 'engagement')}",
    )
