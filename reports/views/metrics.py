"""How each of the five measures is named and written."""

import math
import re
from typing import Any, Final

from reports import words
from reports.figures.day import Compared

View = dict[str, Any]

NAMES: Final = {
    "engagement": "Engagement",
    "posts": "Posts",
    "median": "Median per post",
    "rate": "Engagement rate",
    "net": "Net sentiment",
}
SHORT: Final = NAMES | {"median": "Median / post", "rate": "Eng. rate"}


def figure(value: float | None, metric: str) -> str:
    """Return a value of a metric with its unit."""
    if metric == "rate":
        return words.rate(value)
    if metric == "posts" and value is not None and value < 9999.5:
        return f"{math.floor(value + 0.5):,}"
    return words.points(value) if metric == "net" else words.compact(value)


def tick(value: float, metric: str) -> str:
    """Return a round number of an axis: 50k, 2%."""
    return re.sub(r"\.0+(?=\D|$)|(?<=\.\d)0+(?=\D|$)", "", figure(value, metric))


def delta(found: Compared, metric: str) -> View | None:
    """Return the arrow against the usual: per cent, or points where the figure is a share already."""
    if found.usual is None:
        return None
    off = found.value - found.usual
    way = "up" if off >= 0 else "down"
    # Points are the difference of what is shown, so that a reader who takes one from the other finds the same.
    if metric == "net":
        text: str | None = f"{abs(math.floor(found.value + 0.5) - math.floor(found.usual + 0.5))} pt"
    elif metric == "rate":
        text = f"{abs(round(found.value, 2) - round(found.usual, 2)):.2f} pt"
    else:
        text = words.change(found.value, found.usual)
    if text is None:  # a usual of nought has no ratio
        text = "0%" if off == 0 else "from 0"
    low, high = figure(found.low, metric), figure(found.high, metric)
    tip = f"Usual {figure(found.usual, metric)}, usual range {low} to {high}"
    if text in ("0 pt", "0.00 pt", "0%"):
        text, way = "no change", ""
    return {"text": text, "way": way, "unusual": found.unusual, "tip": tip}
