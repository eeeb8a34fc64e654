"""The index of all days: one page a year, so that it does not grow without end.

Each report leaves one line in its year's `keys.report_lines`, a pure function of the day's report. The pages are
drawn from these lines, so that they agree with the reports and come out the same in whatever order days are rendered.
"""

from datetime import date
from typing import TYPE_CHECKING, Final

from pipeline.lake import catalogue, keys
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
    while True:
        year = _record(lake, line)
        years = _years(lake)
        newest = year if years[0] == line.day.year else _read(lake, years[0])[0]
        page = keys.report_year(line.day.year)
        lake.put_html(page, render_year(year, years, page))
        lake.put_html(keys.REPORTS_INDEX, render_year(newest, years, keys.REPORTS_INDEX))
        # A day that another run added meanwhile would be missing from these pages: draw them again.
        if (
            _read(lake, line.day.year)[0] == year
            and _years(lake) == years
            and _read(lake, years[0])[0] == newest
        ):
            return newest.days[-1].day


def days(lake: "Lake") -> list[date]:
    """Return the days that have a report, the oldest first."""
    return [line.day for year in reversed(_years(lake)) for line in _read(lake, year)[0].days]


def newest(lake: "Lake") -> date:
    """Return the newest day that has a report."""
    return _read(lake, _years(lake)[0])[0].days[-1].day


def render_year(year: YearLines, years: list[int], key: str) -> str:
    """Return a year's page; `years` are linked from the index of the newest."""
    view = index_page(year.days, years, is_index=key == keys.REPORTS_INDEX)
    return render("index.html.j2", sample=any(line.sample for line in year.days), view=view)


def _years(lake: "Lake") -> list[int]:
    """Return the years that have reports, the newest first."""
    lines = catalogue.REPORT_LINES
    found = (lines.fields(key) for key in lake.keys(lines.prefix()))
    return sorted((int(fields["year"]) for fields in found if fields), reverse=True)


def _read(lake: "Lake", year: int) -> tuple[YearLines, str | None]:
    """Return a year's lines, and their ETag."""
    key = keys.report_lines(year)
    found = lake.find(key)
    if found is None:
        return YearLines(), None
    return lake.parse_model(key, found.body, YearLines), found.etag


def _record(lake: "Lake", line: DayLine) -> YearLines:
    """Add a line to its year; a run that renders another day at the same time loses nothing."""
    key = keys.report_lines(line.day.year)
    while True:
        year, etag = _read(lake, line.day.year)
        others = [other for other in year.days if other.day != line.day]
        changed = YearLines(days=tuple(sorted([*others, line], key=lambda found: found.day)))
        if changed == year or lake.put_model_if(key, changed, etag):
            return changed
