"""The index of all days: one page a year, so that it does not grow without end.

Each report leaves one line in its year's `keys.report_lines`, a pure function of the day's report. The pages are
drawn from these lines, so that they agree with the reports and come out the same in whatever order days are rendered.
"""

from datetime import date

from pydantic import AwareDatetime, BaseModel, ConfigDict

from pipeline.lake import catalogue, keys
from pipeline.lake.client import Lake, to_json
from pipeline.share import exceeds
from pipeline.status import Status
from reports.alerts import alerts
from reports.figures.day import DayFigures
from reports.render import render
from reports.views import calendar

_MOST_NOTES = 3


class Entry(BaseModel):
    """One day's line: its headline figures as its report shows them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    day: date
    sample: bool
    planned: int
    read: int  # accounts with data
    incomplete: int = 0  # of them
    failed: bool = False  # the run: more accounts failed than it tolerated, or none has data
    posts: int | None
    engagement: int | None
    usual: float | None  # engagement
    unusual: bool
    net: float | None
    notes: tuple[str, ...]
    collected_at: AwareDatetime | None


class Year(BaseModel):
    """The lines of a year, by day."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    days: tuple[Entry, ...] = ()


def entry(figures: DayFigures, tolerated: float) -> Entry:
    """Return the line of a day's report; `tolerated` is the share (0 to 1) of its accounts that may fail."""
    engagement, posts, net = (figures.total(metric) for metric in ("engagement", "posts", "net"))
    planned, by_status = figures.accounts.height, figures.freshness.by_status
    return Entry(
        day=figures.day,
        sample=figures.sample,
        planned=planned,
        read=figures.freshness.with_data,
        incomplete=by_status.get(Status.PARTIAL, 0),
        failed=not figures.freshness.with_data
        or exceeds(by_status.get(Status.FAILED, 0), planned, tolerated),
        posts=None if posts is None else int(posts.value),
        engagement=None if engagement is None else int(engagement.value),
        usual=None if engagement is None or engagement.usual is None else round(engagement.usual, 1),
        unusual=engagement is not None and engagement.unusual,
        net=None if net is None else round(net.value, 1),
        notes=tuple(f"{alert.name} {alert.what}" for alert in alerts(figures))[:_MOST_NOTES],
        collected_at=figures.freshness.collected_at,
    )


def publish(lake: Lake, line: Entry) -> date:
    """Add a day's line and draw the pages that show it; return the newest day that has a report."""
    while True:
        days = _record(lake, line)
        years = _years(lake)
        newest = days if years[0] == line.day.year else _read(lake, years[0])[0]
        page = keys.report_year(line.day.year)
        lake.put_html(page, render_year(days, years, page))
        lake.put_html(keys.REPORTS_INDEX, render_year(newest, years, keys.REPORTS_INDEX))
        # A day that another run added meanwhile would be missing from these pages: draw them again.
        if (
            _read(lake, line.day.year)[0] == days
            and _years(lake) == years
            and _read(lake, years[0])[0] == newest
        ):
            return newest.days[-1].day


def days(lake: Lake) -> list[date]:
    """Return the days that have a report, the oldest first."""
    return [line.day for year in reversed(_years(lake)) for line in _read(lake, year)[0].days]


def newest(lake: Lake) -> date:
    """Return the newest day that has a report."""
    return _read(lake, _years(lake)[0])[0].days[-1].day


def _years(lake: Lake) -> list[int]:
    """Return the years that have reports, the newest first."""
    lines = catalogue.REPORT_LINES
    found = (lines.fields(key) for key in lake.keys(lines.prefix()))
    return sorted((int(fields["year"]) for fields in found if fields), reverse=True)


def _read(lake: Lake, year: int) -> tuple[Year, str | None]:
    """Return a year's lines, and their ETag."""
    key = keys.report_lines(year)
    found = lake.find(key)
    return (Year(), None) if found is None else (lake.parse_model(key, found.body, Year), found.etag)


def _record(lake: Lake, line: Entry) -> Year:
    """Add a line to its year; a run that renders another day at the same time loses nothing."""
    while True:
        year, tag = _read(lake, line.day.year)
        others = [other for other in year.days if other.day != line.day]
        changed = Year(days=tuple(sorted([*others, line], key=lambda found: found.day)))
        if changed == year or lake.put_if(keys.report_lines(line.day.year), to_json(changed), tag):
            return changed


def render_year(year: Year, years: list[int], key: str) -> str:
    """Return a year's page; `years` are linked from the index of the newest."""
    is_index = key == keys.REPORTS_INDEX
    this = year.days[-1].day.year
    view = calendar.year(year.days) | {
        "title": "All days" if is_index and len(years) == 1 else f"All days of {this}",
        "years": [str(other) for other in years if other != this] if is_index else [],
        "is_index": is_index,
    }
    return render("index.html.j2", sample=any(line.sample for line in year.days), view=view)
