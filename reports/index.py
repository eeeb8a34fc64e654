"""The index of all days: one page a year, so that it does not grow without end.

Each report leaves one line in its year's `keys.report_lines`, a pure function of the day's report. The pages are
drawn from these lines, so that they agree with the reports and come out the same in whatever order days are rendered.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from pipeline.lake import catalogue, keys
from pipeline.lake.periods import Unit, period_of
from pipeline.lake.updates import update
from pipeline.share import exceeds
from pipeline.status import Status
from reports.figures.day import DayFigures
from reports.figures.index import DayLine, YearLines
from reports.render import render
from reports.views.alerts import all_alerts
from reports.views.index import index_page

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

_MOST_NOTES: Final = 3


def day_line(figures: DayFigures, tolerated: float) -> DayLine:
    """Return the line of a day's report; `tolerated` is the share (0 to 1) of its accounts that may fail."""
    engagement, posts, net = figures.total("engagement"), figures.total("posts"), figures.total("net")
    planned, by_status = figures.accounts.height, figures.data.by_status
    return DayLine(
        day=figures.day,
        sample=figures.sample,
        planned=planned,
        read=figures.data.with_data,
        incomplete=by_status.get(Status.PARTIAL, 0),
        failed=not figures.data.with_data or exceeds(by_status.get(Status.FAILED, 0), planned, tolerated),
        posts=None if posts is None else int(posts.value),
        engagement=None if engagement is None else int(engagement.value),
        usual=None if engagement is None or engagement.usual is None else round(engagement.usual, 1),
        unusual=engagement is not None and engagement.unusual,
        net=None if net is None else round(net.value, 1),
        notes=tuple(alert.headline for alert in all_alerts(figures)[:_MOST_NOTES]),
        collected_at=figures.data.collected_at,
    )


def publish(lake: "Lake", line: DayLine) -> date:
    """Add a day's line and draw the pages that show it; return the newest day that has a report."""
    record(lake, line)
    return draw(lake, {line.day.year})


def record(lake: "Lake", line: DayLine) -> None:
    """Add a line to its year; a run that renders another day at the same time loses nothing."""

    def with_line(year: YearLines | None) -> YearLines:
        others = [other for other in year.days if other.day != line.day] if year else []
        return YearLines(days=tuple(sorted([*others, line], key=lambda found: found.day)))

    update(lake, keys.report_lines(line.day.year), YearLines, with_line)


def draw(lake: "Lake", years: Collection[int]) -> date:
    """Draw the pages of these years that have reports, and the index; return the newest day that has a report."""
    while True:
        found = _years(lake)
        shown = {year: _shown(lake, year) for year in {*years, found[0]} & set(found)}
        for year in sorted(shown.keys() & set(years)):
            page = keys.report_year(year)
            lake.put_html(page, _render(shown[year], found, page))
        lake.put_html(keys.REPORTS_INDEX, _render(shown[found[0]], found, keys.REPORTS_INDEX))
        # What another run added meanwhile would be missing from these pages: draw them again.
        if _years(lake) == found and all(_shown(lake, year) == each for year, each in shown.items()):
            return shown[found[0]].lines.days[-1].day


def day_before(lake: "Lake", day: date) -> date | None:
    """Return the nearest earlier day that has a report, of the day's year or of the year before."""
    for year in (day.year, day.year - 1):
        if earlier := [line.day for line in _read(lake, year).days if line.day < day]:
            return earlier[-1]
    return None


def days_of(lake: "Lake", first: date, last: date) -> list[date]:
    """Return the days from `first` to `last` that have a report, the oldest first."""
    lines = (line.day for year in range(first.year, last.year + 1) for line in _read(lake, year).days)
    return [day for day in lines if first <= day <= last]


def days(lake: "Lake") -> list[date]:
    """Return the days that have a report, the oldest first."""
    return [line.day for year in reversed(_years(lake)) for line in _read(lake, year).days]


def newest(lake: "Lake") -> date:
    """Return the newest day that has a report."""
    return _read(lake, _years(lake)[0]).days[-1].day


@dataclass(frozen=True)
class _Shown:
    """What a year's page is drawn from: its days, and the weeks and months that have a page."""

    lines: YearLines
    periods: frozenset[str]  # by name


def _shown(lake: "Lake", year: int) -> _Shown:
    stored: list[str] = []
    for kind, unit in ((catalogue.WEEK_REPORT, Unit.WEEK), (catalogue.MONTH_REPORT, Unit.MONTH)):
        first, last = (period_of(day, unit) for day in (date(year, 1, 1), date(year, 12, 31)))
        before, end = keys.period_report(first.previous), keys.period_report(last)
        found = (kind.fields(key) for key in lake.keys(kind.prefix(), after=before, last=end))
        stored += [fields[str(unit)] for fields in found if fields]
    return _Shown(_read(lake, year), frozenset(stored))


def _render(shown: _Shown, years: list[int], key: str) -> str:
    """Return a year's page; `years` are linked from the index of the newest."""
    view = index_page(shown.lines.days, years, shown.periods, is_index=key == keys.REPORTS_INDEX)
    return render("index.html.j2", sample=any(line.sample for line in shown.lines.days), view=view)


def _years(lake: "Lake") -> list[int]:
    """Return the years that have reports, the newest first."""
    lines = catalogue.REPORT_LINES
    found = (lines.fields(key) for key in lake.keys(lines.prefix()))
    return sorted((int(fields["year"]) for fields in found if fields), reverse=True)


def _read(lake: "Lake", year: int) -> YearLines:
    return lake.find_model(keys.report_lines(year), YearLines) or YearLines()
