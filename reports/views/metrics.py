"""How each metric is named, written, and compared with its usual in words."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from reports import format as fmt
from reports import thresholds
from reports.figures.metrics import Metric
from reports.figures.usual.compare import Compared

NAMES: Final[dict[Metric, str]] = {
    "engagement": "Engagement",
    "posts": "Posts",
    "median": "Median per post",
    "rate": "Engagement rate",
    "net": "Net sentiment",
    "mentions": "Mentions",
}
SHORT: Final[dict[Metric, str]] = NAMES | {"median": "Median / post", "rate": "Eng. rate"}


@dataclass(frozen=True)
class Delta:
    """An arrow against an earlier or a usual value."""

    text: str
    way: str  # up, down, or empty where nothing changed
    unusual: bool
    tip: str


@dataclass(frozen=True)
class Usual:
    """What a cell of a table is compared with."""

    value: str
    range: str  # that holds eight of ten days; empty where it is not told


def figure(value: float | None, metric: Metric) -> str:
    """Return a value of a metric with its unit."""
    if metric == "rate":
        return fmt.rate(value)
    if metric == "posts" and value is not None and value < 9999.5:
        return f"{fmt.rounded(value):,}"
    return fmt.points(value) if metric == "net" else fmt.compact(value)


def tick(value: float, metric: Metric) -> str:
    """Return a round number of an axis: 50k, 2%."""
    return re.sub(r"\.0+(?=\D|$)|(?<=\.\d)0+(?=\D|$)", "", figure(value, metric))


def delta(found: Compared, metric: Metric) -> Delta | None:
    """Return the arrow against the usual: per cent, or points where the figure is already a share."""
    if found.usual is None:
        return None
    off = found.value - found.usual
    way = "up" if off >= 0 else "down"
    # Points are the difference of what is shown, so that a reader who subtracts them gets the same.
    if metric == "net":
        text: str | None = f"{abs(fmt.rounded(found.value) - fmt.rounded(found.usual))} pt"
    elif metric == "rate":
        text = f"{abs(fmt.rounded(found.value, 2) - fmt.rounded(found.usual, 2))} pt"
    else:
        text = fmt.change(found.value, found.usual)
    if text is None:  # a usual of zero has no ratio
        text = "0%" if off == 0 else "from 0"
    if text in ("0 pt", "0.00 pt", "0%"):
        text, way = "no change", ""
    return Delta(text, way, found.unusual, usual_range(found.usual, found.low, found.high, metric))


def usual_range(usual: float | None, low: float | None, high: float | None, metric: Metric) -> str:
    """Return `Usual 12, usual range 9 to 15`."""
    return f"Usual {figure(usual, metric)}, usual range {figure(low, metric)} to {figure(high, metric)}"


def usual_cell(usual: float | None, low: float | None, high: float | None, metric: Metric) -> Usual | None:
    """Return what stands below a figure in a table, None where there is no usual."""
    if usual is None:
        return None
    to = " to " if metric == "net" else "–"  # a dash beside a minus would be misread
    reach = "" if low is None else f"{figure(low, metric)}{to}{figure(high, metric)}"
    return Usual(figure(usual, metric), reach)


def usual_day(day: date) -> str:
    """Return `usual Sunday`."""
    return f"usual {day:%A}"


def against(value: float, usual: float, what: str) -> str:
    """Return `2.3x a usual Sunday`, `18% above a usual Sunday`, `about a usual Sunday`."""
    difference = fmt.change(value, usual)
    if difference is None or abs(value / usual - 1) < thresholds.ABOUT_USUAL:
        return f"about {what}"
    if value / usual >= thresholds.TIMES_USUAL:
        return f"{fmt.times(value / usual)} {what}"
    return f"{difference} {'above' if value > usual else 'below'} {what}"
