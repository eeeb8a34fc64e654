"""The last 30 days: five plots, one shown at a time, and the table behind them."""

from datetime import timedelta
from typing import Final

import polars as pl

from reports import charts, thresholds, words
from reports.figures.day import Compared, DayFigures
from reports.figures.measures import METRICS, WEEKLY
from reports.sentences import against, usual_day
from reports.views.metrics import NAMES, SHORT, View, figure

_MOST_LABELS: Final = 3
_LOWEST: Final = 210.0  # a label below a lower point would stand on the days of the axis


def month(figures: DayFigures) -> View:
    """Return the five plots of the trend and the table behind them."""
    first = figures.day - timedelta(days=thresholds.TREND_DAYS - 1)
    days = pl.DataFrame({"day": pl.date_range(first, figures.day, eager=True)})
    frames = {
        metric: days.join(figures.trend.filter(pl.col("metric") == metric), on="day", how="left").sort("day")
        for metric in METRICS
    }
    columns = [
        [_cell(row, metric) for row in frame.iter_rows(named=True)] for metric, frame in frames.items()
    ]
    labels = [words.short_day(day) for day in days["day"]]
    return {
        "plots": [_plot(metric, frame, figures) for metric, frame in frames.items()],
        "numbers": [{"day": label, "cells": cells} for label, *cells in zip(labels, *columns, strict=True)][
            ::-1
        ],
        "trend_note": _trend_note(figures),
    }


def _trend_note(figures: DayFigures) -> str:
    note = (
        "Line: each day’s figure. Band: middle 80% of the 28 days before, scaled to the weekday. "
        "Dashed: their median. Grey columns: weekends."
    )
    missing = figures.accounts.height - figures.freshness.with_data
    if missing and figures.freshness.with_data:
        read = words.plural(figures.freshness.with_data, "account")
        note += f" Every day is of the {read} with data on this one."
    new = figures.accounts.filter(pl.col("has_data"), pl.col("usual_engagement").is_null()).height
    if new and figures.freshness.days_read >= thresholds.USUAL_NEEDS:
        counted = "counts as at its usual" if new == 1 else "count as at their usual"
        note += f" {words.plural(new, 'account')} without {thresholds.USUAL_NEEDS} days of history {counted}."
    if figures.freshness.other_age:
        days = words.plural(len(figures.freshness.other_age), "earlier day")
        note += f" Counts of {days} were read at another age and are left out."
    return note


def _cell(row: View, metric: str) -> str:
    if row["value"] is None:
        return "no data"
    usual = f", usual {figure(row['usual'], metric)}" if row["usual"] is not None else ""
    return figure(row["value"], metric) + usual


def _plot(metric: str, frame: pl.DataFrame, figures: DayFigures) -> View:
    values, usual = frame["value"].to_list(), frame["usual"].to_list()
    chart = charts.trend(
        values,
        usual,
        frame["low"].to_list(),
        frame["high"].to_list(),
        zero=metric != "net",
        least=0.4 if metric == "rate" else 4.0,
    )
    step = chart.x[1] - chart.x[0]
    half = step / 2
    caption = _caption(metric, figures)
    days = frame["day"].to_list()
    last = len(days) - 1
    return {
        "metric": metric,
        "short": SHORT[metric],
        "title": f"{NAMES[metric]} by day",
        "caption": caption,
        "label": f"{NAMES[metric]} by day, last 30 days. {caption}. The left and right arrow keys read each day.",
        "chart": chart,
        "ys": " ".join("-" if y is None else f"{y:g}" for y in chart.y),
        "weekends": [
            (
                round(max(chart.x[i] - half, 0), 2),
                round(min(step * (2 if i < last else 1), 100.5 - chart.x[i] + half), 2),
            )
            for i, day in enumerate(days)
            if day.weekday() == 5
        ]
        + ([(0, round(chart.x[0] + half, 2))] if days[0].weekday() == 6 else []),
        "gaps": [
            (
                round(max(chart.x[a] - half, 0), 2),
                round(chart.x[b] - chart.x[a] + step, 2),
                round((chart.x[a] + chart.x[b]) / 2, 2),
                a == 0,
            )
            for a, b in chart.gaps
        ],
        "marks": _marks(metric, frame, chart),
        "dates": [
            (chart.x[i], f"{day.day} {day:%b}", "end" if i == last else "middle", last - 7 < i < last)
            for i, day in enumerate(days)
            if i == last or (day.weekday() == 0 and i <= last - 4)
        ],
    }


def _marks(metric: str, frame: pl.DataFrame, chart: charts.Trend) -> list[View]:
    """The unusual days as rings, and the day itself as a dot; labels for it, the strongest rings and the peak."""
    rows = list(frame.with_row_index("i").drop_nulls("value").iter_rows(named=True))
    last = len(chart.x) - 1
    odd = sorted((row for row in rows if row["unusual"] and row["i"] < last), key=lambda row: -abs(row["z"]))
    peak = max(rows, key=lambda row: row["value"], default=None)
    # Labels nearer than three days to each other or to the end would collide on a phone.
    labelled: list[int] = [last]
    for row in odd if peak is None else [*odd, peak]:
        if len(labelled) <= _MOST_LABELS and all(abs(row["i"] - i) > 3 for i in labelled):
            labelled.append(row["i"])
    return [
        {
            "kind": "now" if row["i"] == last else "odd" if row["unusual"] else "peak",
            "x": chart.x[row["i"]],
            "y": chart.y[row["i"]],
            "label": figure(row["value"], metric) if row["i"] in labelled else None,
            "label_y": _label_y(row, chart.y[row["i"]]),
            "anchor": "end" if row["i"] == last else "start" if row["i"] < 2 else "middle",
        }
        for row in rows
        if row["unusual"] or row["i"] in labelled
    ]


def _label_y(row: View, y: float | None) -> float:
    """Above the point; below where it lies below its usual, since the line comes down to it."""
    low = row["usual"] is not None and row["value"] < row["usual"]
    y = y or 0.0
    return round(y + 19 if low and y < _LOWEST else y - 11, 1)


def _caption(metric: str, figures: DayFigures) -> str:
    found = figures.total(metric)
    if found is None:
        return "No figure for this day"
    what = {
        "engagement": " likes, reposts, replies and quotes",
        "posts": " post" if found.value == 1 else " posts",
        "median": " engagement on the middle post",
        "rate": " engagement per impression",
        "net": " points: % positive less % negative",
    }[metric]
    return f"{figure(found.value, metric)}{what}; {_beside(found, metric, figures)}"


def _beside(found: Compared, metric: str, figures: DayFigures) -> str:
    """Return `2.3× a usual Sunday (180k)`; rate and tone, which have no weekday, beside what is usual."""
    if found.usual is None:
        return "no baseline yet"
    usual = figure(found.usual, metric)
    if metric not in WEEKLY or found.usual == 0:
        return f"usual {usual}"
    return f"{against(found.value, found.usual, usual_day(figures))} ({usual})"
