"""The lines of a year as a calendar and as one table a month."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from reports import words
from reports.views.metrics import View

if TYPE_CHECKING:
    from reports.index import Entry  # it draws its pages with this module

_SHADES = 3  # each of a third of the days: one runaway day must not leave all others pale


def year(lines: Sequence["Entry"]) -> View:
    """Return what a year's page shows of its `lines`, which come by day and are at least one."""
    most = max(max(line.engagement or 0, line.usual or 0) for line in lines)
    first, last = lines[0].day, lines[-1].day
    by_day = {line.day: line for line in lines}
    before = {line.day: earlier for earlier, line in pairwise(lines)}
    shades = _shades(lines)
    months: list[View] = []
    day = last
    while day >= first:
        name = f"{day:%B %Y}"
        if not months or months[-1]["name"] != name:
            months.append({"name": name, "weeks": _weeks(day, by_day, before, shades), "rows": []})
        months[-1]["rows"].append(_row(day, by_day.get(day), before.get(day), most))
        day -= timedelta(days=1)
    return {
        "count": words.plural(len(lines), "report"),
        "latest": {"day": last.isoformat(), "label": words.long_day(last)},
        "made": _made(lines[-1].collected_at),
        "months": months,
    }


def _made(collected_at: datetime | None) -> str:
    return f"data of {words.moment(collected_at)}" if collected_at else "no data read"


def _weeks(
    within: date, by_day: dict[date, "Entry"], before: dict[date, "Entry"], shades: dict[date, int]
) -> list[list[View | None]]:
    """Return the weeks of a month, Monday first; None stands for days of other months."""
    first = within.replace(day=1)
    cells: list[View | None] = [None] * first.weekday()
    day = first
    while day.month == first.month:
        gap = min(by_day) <= day <= max(by_day)
        line = by_day.get(day)
        cells.append(
            _cell(line, before.get(day), shades.get(day, 0))
            if line
            else {"number": day.day, "day": None, "gap": gap}
        )
        day += timedelta(days=1)
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def _shades(lines: Sequence["Entry"]) -> dict[date, int]:
    """Return the shade (1 is the palest) of each day with engagement, by its rank."""
    ranked = sorted((line for line in lines if line.engagement), key=lambda line: (line.engagement, line.day))
    return {line.day: 1 + place * _SHADES // len(ranked) for place, line in enumerate(ranked)}


def _cell(line: "Entry", before: "Entry | None", shade: int) -> View:
    state = _state(line, before)
    told = [words.short_day(line.day)]
    if line.engagement is not None:
        change = _change(line)
        against = (
            f", {change['text']} {'above' if change['way'] == 'up' else 'below'} usual" if change else ""
        )
        told.append(f"{words.compact(line.engagement)} engagement{against}")
    return {
        "number": line.day.day,
        "day": line.day.isoformat(),
        "shade": shade,
        "unusual": line.unusual,
        "kind": state["kind"],
        "tip": "; ".join([*told, state["text"]]),
    }


def _row(day: date, line: "Entry | None", before: "Entry | None", most: float) -> View:
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
    missing = _missing(line)
    if missing > 1 and missing != _missing(before):
        notes.append(f"{missing} of {line.planned} accounts without data")
    return row | {
        "line": {
            "state": _state(line, before),
            "width": None if line.engagement is None else round(scale * line.engagement, 1),
            "usual": None if line.usual is None else round(scale * line.usual, 1),
            "unusual": line.unusual,
            "engagement": words.compact(line.engagement),
            "delta": _change(line),
            "net": words.points(line.net),
            "posts": words.NONE if line.posts is None else f"{line.posts:,}",
            "notes": "; ".join(notes),
        }
    }


def _missing(line: "Entry | None") -> int:
    return line.planned - line.read if line else 0


def _state(line: "Entry", before: "Entry | None") -> View:
    """Return how whole a day's data is, the worst first; `kind` is the shape of its glyph.

    Accounts that are gone for good would raise an alarm every day: as many as on the day before are no news.
    """
    missing = _missing(line)
    if line.failed:
        return {"kind": "failed", "text": "run failed"}
    if missing:
        kind = "still" if missing == _missing(before) else "missing"
        return {"kind": kind, "text": f"{missing} of {line.planned} without data"}
    if line.incomplete:
        return {"kind": "partial", "text": f"{line.incomplete} of {line.planned} incomplete"}
    return {"kind": "complete", "text": "complete"}


def _change(line: "Entry") -> View | None:
    if not line.usual or line.engagement is None:
        return None
    return {
        "text": words.change(line.engagement, line.usual),
        "way": "up" if line.engagement >= line.usual else "down",
        "unusual": line.unusual,
        "tip": f"Usual {words.compact(line.usual)}",
    }
