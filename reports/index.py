"""The index of all days: one page a year, so that it does not grow without end.

Each report leaves one line in its year's `keys.report_lines`, a pure function of the day's report. The pages are
drawn from these lines, so that they agree with the reports and come out the same in whatever order days are rendered.
"""

from datetime import date, datetime, timedelta
from itertools import pairwise

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from pipeline import keys
from pipeline.errors import AviaryError
from pipeline.lake import Lake
from reports import words
from reports.alerts import alerts
from reports.figures.day import DayFigures
from reports.render import render
from reports.views.metrics import View

_MOST_NOTES = 3


class Entry(BaseModel):
    """One day's line: its headline figures as its report shows them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    day: date
    sample: bool
    planned: int
    read: int  # accounts with data
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


def entry(figures: DayFigures) -> Entry:
    """Return the line of a day's report."""
    engagement, posts, net = (figures.total(metric) for metric in ("engagement", "posts", "net"))
    return Entry(
        day=figures.day,
        sample=figures.sample,
        planned=figures.accounts.height,
        read=figures.freshness.with_data,
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


def newest(lake: Lake) -> date:
    """Return the newest day that has a report."""
    return _read(lake, _years(lake)[0])[0].days[-1].day


def _years(lake: Lake) -> list[int]:
    """Return the years that have reports, the newest first."""
    found = (keys.year_of_report_lines(key) for key in lake.keys(keys.REPORT_LINES_PREFIX))
    return sorted((year for year in found if year is not None), reverse=True)


def _read(lake: Lake, year: int) -> tuple[Year, str | None]:
    found = lake.find_tagged(keys.report_lines(year))
    if found is None:
        return Year(), None
    try:
        return Year.model_validate_json(found[0]), found[1]
    except ValidationError as error:
        raise AviaryError(
            f"{lake.url}/{keys.report_lines(year)} is damaged ({error.errors()[0]['msg']}); delete it and render "
            "its days again: python -m pipeline report --day D"
        ) from None


def _record(lake: Lake, line: Entry) -> Year:
    """Add a line to its year; a run that renders another day at the same time loses nothing."""
    while True:
        year, tag = _read(lake, line.day.year)
        others = [other for other in year.days if other.day != line.day]
        changed = Year(days=tuple(sorted([*others, line], key=lambda found: found.day)))
        if changed == year or lake.put_if(
            keys.report_lines(line.day.year), changed.model_dump_json(indent=1).encode(), tag
        ):
            return changed


def render_year(year: Year, years: list[int], key: str) -> str:
    """Return a year's page; `years` are linked from the index of the newest."""
    lines = year.days
    most = max(max(line.engagement or 0, line.usual or 0) for line in lines)
    by_day = {line.day: line for line in lines}
    before = {line.day: earlier for earlier, line in pairwise(lines)}
    months: list[View] = []
    day = lines[-1].day
    while day >= lines[0].day:
        name = f"{day:%B %Y}"
        if not months or months[-1]["name"] != name:
            months.append({"name": name, "rows": []})
        months[-1]["rows"].append(_row(day, by_day.get(day), before.get(day), most))
        day -= timedelta(days=1)
    is_index = key == keys.REPORTS_INDEX
    return render(
        "index.html.j2",
        sample=any(line.sample for line in lines),
        view={
            "title": "All days" if is_index and len(years) == 1 else f"All days of {lines[-1].day.year}",
            "count": words.plural(len(lines), "report"),
            "latest": {"day": lines[-1].day.isoformat(), "label": words.long_day(lines[-1].day)},
            "made": _made(lines[-1].collected_at),
            "months": months,
            "years": [str(other) for other in years if other != lines[-1].day.year] if is_index else [],
            "is_index": is_index,
        },
    )


def _made(collected_at: datetime | None) -> str:
    return f"data of {words.moment(collected_at)}" if collected_at else "no data read"


def _row(day: date, line: Entry | None, before: Entry | None, most: float) -> View:
    row: View = {
        "day": day.isoformat(),
        "label": words.short_day(day),
        "weekend": day.weekday() >= 5,
        "line": None,
    }
    if line is None:
        return row
    scale = 98 / (most or 1)
    notes = [*line.notes]
    missing = line.planned - line.read
    if missing > 1 and (before is None or missing != before.planned - before.read):
        notes.append(f"{missing} of {line.planned} accounts without data")
    change = None
    if line.usual and line.engagement is not None:
        change = {
            "text": words.change(line.engagement, line.usual),
            "way": "up" if line.engagement >= line.usual else "down",
            "unusual": line.unusual,
            "tip": f"Usual {words.compact(line.usual)}",
        }
    return row | {
        "line": {
            "width": None if line.engagement is None else round(scale * line.engagement, 1),
            "usual": None if line.usual is None else round(scale * line.usual, 1),
            "unusual": line.unusual,
            "engagement": words.compact(line.engagement),
            "delta": change,
            "net": words.points(line.net),
            "posts": words.NONE if line.posts is None else f"{line.posts:,}",
            "notes": "; ".join(notes),
        }
    }
