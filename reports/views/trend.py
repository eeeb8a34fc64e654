"""The last 30 days: a plot for each metric, one shown at a time, and the table behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from reports import charts, thresholds
from reports import format as fmt
from reports.figures.day import DayFigures
from reports.figures.metrics import METRICS, WEEKLY, Metric
from reports.figures.trend import last_days, on_days
from reports.figures.usual.compare import Compared
from reports.views.days import page_of
from reports.views.metrics import NAMES, SHORT, against, figure, usual_day

_MOST_LABELS: Final = 3  # beside that of the day itself
_LABEL_DAYS: Final = 3  # labels nearer to each other, or to the end, would collide on a phone
_LOWEST_LABEL: Final = charts.PLOT.height - 30  # of a point: a label below a lower one would cover the dates
_MIN_SPAN: Final = {"rate": 0.4}  # of the axis, in units; 4 for the others


@dataclass(frozen=True)
class Mark:
    """A point of a plot: the day itself, an unusual day or the peak, with a label or without."""

    kind: str  # now, odd or peak
    x: float
    y: float | None
    label: str | None
    label_y: float
    anchor: str
    page: str  # see `TableRow`


@dataclass(frozen=True)
class DateLabel:
    """A date on the axis; a crowded one is left out on a phone."""

    x: float
    text: str
    anchor: str
    crowded: bool


@dataclass(frozen=True)
class Plot:
    """Thirty days of one metric."""

    metric: Metric
    short: str
    title: str
    caption: str
    label: str  # for screen readers
    chart: charts.Trend
    heights: str  # of each day, for the script; "-" where there is no data
    weekends: tuple[charts.Column, ...]
    gaps: tuple[charts.Gap, ...]
    marks: tuple[Mark, ...]
    dates: tuple[DateLabel, ...]


@dataclass(frozen=True)
class TableRow:
    """A day's figures, one for each plot."""

    day: str
    cells: tuple[str, ...]
    page: str  # the day's, from `reports/`; empty where there is none


@dataclass(frozen=True)
class Trend:
    """The plots, and the table behind them, the newest day first."""

    plots: tuple[Plot, ...]
    rows: tuple[TableRow, ...]
    note: str


def trend(figures: DayFigures) -> Trend:
    """Return the plots of the trend and the table behind them; that of mentions where X was asked for them."""
    days = last_days(thresholds.TREND_DAYS, figures.day)
    metrics = [metric for metric in METRICS if metric != "mentions" or figures.totals(metric)]
    series = {metric: on_days(figures.totals(metric), days) for metric in metrics}
    columns = [[_cell(found, metric) for found in of_metric] for metric, of_metric in series.items()]
    rows = [
        TableRow(fmt.short_day(day), tuple(cells), page_of(figures, day))
        for day, *cells in zip(days, *columns, strict=True)
    ]
    return Trend(
        plots=tuple(_plot(metric, of_metric, days, figures) for metric, of_metric in series.items()),
        rows=tuple(reversed(rows)),
        note=_note(figures),
    )


def _note(figures: DayFigures) -> str:
    note = (
        "Line: each day’s figure. Band: the usual range of each day, which holds eight of ten. "
        "Dashed: the usual. Grey columns: weekends."
    )
    data = figures.data
    if 0 < data.with_data < figures.accounts.height:
        read = fmt.plural(data.with_data, "account")
        note += f" Every day counts only the {read} with data on this day."
    new = figures.accounts.filter(pl.col("has_data"), pl.col("usual_engagement").is_null()).height
    if new and data.days_read >= thresholds.USUAL_NEEDS:
        counted = "counts at its usual level" if new == 1 else "count at their usual level"
        note += f" {fmt.plural(new, 'account')} with fewer than {thresholds.USUAL_NEEDS} days of history {counted}."
    if data.other_age:
        days = fmt.plural(len(data.other_age), "earlier day")
        note += f" Counts of {days} were read at a different age and are left out."
    return note


def _cell(found: Compared | None, metric: Metric) -> str:
    if found is None:
        return "no data"
    usual = f", usual {figure(found.usual, metric)}" if found.usual is not None else ""
    return figure(found.value, metric) + usual


def _plot(
    metric: Metric, series: Sequence[Compared | None], days: Sequence[date], figures: DayFigures
) -> Plot:
    chart = charts.trend(
        *(
            [getattr(found, name) if found else None for found in series]
            for name in ("value", "usual", "low", "high")
        ),
        from_zero=metric != "net",
        min_span=_MIN_SPAN.get(metric, 4.0),
    )
    caption = _caption(metric, figures)
    pages = [page_of(figures, day) for day in days]
    opens = " Enter opens the day." if any(pages) else ""
    return Plot(
        metric=metric,
        short=SHORT[metric],
        title=f"{NAMES[metric]} by day",
        caption=caption,
        label=f"{NAMES[metric]} by day, last 30 days. {caption}. The left and right arrow keys read each day.{opens}",
        chart=chart,
        heights=" ".join("-" if y is None else f"{y:g}" for y in chart.y),
        weekends=charts.weekend_columns(chart, days),
        gaps=charts.gap_columns(chart),
        marks=_marks(metric, series, chart, pages),
        dates=tuple(
            DateLabel(
                chart.x[i],
                f"{day.day} {day:%b}",
                "end" if i == chart.last else "middle",
                crowded=chart.last - 7 < i < chart.last,
            )
            for i, day in enumerate(days)
            if i == chart.last or (day.weekday() == 0 and i <= chart.last - 4)
        ),
    )


def _marks(
    metric: Metric, series: Sequence[Compared | None], chart: charts.Trend, pages: Sequence[str]
) -> tuple[Mark, ...]:
    """The unusual days as rings, and the day itself as a dot; labels for it, the strongest rings and the peak."""
    known = {place: found for place, found in enumerate(series) if found}
    last = chart.last
    unusual = sorted(
        (place for place, found in known.items() if found.unusual and place < last),
        key=lambda place: -abs(known[place].value - (known[place].usual or 0.0)),
    )
    peak = max(known, key=lambda place: known[place].value, default=None)
    labelled: list[int] = [last]
    for place in unusual if peak is None else [*unusual, peak]:
        if len(labelled) <= _MOST_LABELS and all(abs(place - other) > _LABEL_DAYS for other in labelled):
            labelled.append(place)
    return tuple(
        Mark(
            kind="now" if place == last else "odd" if found.unusual else "peak",
            x=chart.x[place],
            y=chart.y[place],
            label=figure(found.value, metric) if place in labelled else None,
            label_y=_label_y(found, chart.y[place] or 0.0),
            anchor="end" if place == last else "start" if place < 2 else "middle",
            page=pages[place],
        )
        for place, found in known.items()
        if found.unusual or place in labelled
    )


def _label_y(found: Compared, y: float) -> float:
    """Above the point; below where it is lower than its usual, since the line comes down to it."""
    low = found.usual is not None and found.value < found.usual
    return round(y + 19 if low and y < _LOWEST_LABEL else y - 11, 1)


def _caption(metric: Metric, figures: DayFigures) -> str:
    found = figures.total(metric)
    if found is None:
        return "No figure for this day"
    what = {
        "engagement": " likes, reposts, replies and quotes",
        "posts": " post" if found.value == 1 else " posts",
        "median": " engagement on the middle post",
        "rate": " engagement per impression",
        "net": " points: % positive minus % negative",
        "mentions": f" posts by others, {_mentioned(figures)}",
    }[metric]
    return f"{figure(found.value, metric)}{what}; {_compared(found, metric, figures)}"


def _mentioned(figures: DayFigures) -> str:
    """Return whose mentions are counted."""
    if figures.single:
        return "as X counts them"
    asked = figures.mentions_asked
    return f"mentioning {fmt.plural(asked['mention_count'].count(), 'account')} of {asked.height} asked"


def _compared(found: Compared, metric: Metric, figures: DayFigures) -> str:
    """Return `2.3× a usual Sunday (180k)`; `usual 180k` for rate and tone, which have no weekday."""
    if found.usual is None:
        return "no baseline yet"
    usual = figure(found.usual, metric)
    if metric not in WEEKLY or found.usual == 0:
        return f"usual {usual}"
    return f"{against(found.value, found.usual, f'a {usual_day(figures.day)}')} ({usual})"
