"""What a period and its comparisons are called."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from pipeline.lake.periods import Period, Unit
from reports import format as fmt
from reports.figures.metrics import Metric
from reports.figures.periods.compare import Versus
from reports.figures.usual.compare import Compared
from reports.views.metrics import Delta, delta, figure


def title(period: Period) -> str:
    """Return `Week 47, 16–22 November 2026`, or `November 2026`."""
    if period.unit is Unit.MONTH:
        return f"{period.first:%B %Y}"
    first, last = period.first, period.last
    start = f"{first.day}"
    if first.month != last.month:
        start += f" {first:%B}" + (f" {first.year}" if first.year != last.year else "") + " "
    dash = " – " if first.month != last.month else "–"
    return f"{short(period)}, {start.strip()}{dash}{last.day} {last:%B %Y}"


def short(period: Period) -> str:
    """Return `Week 47` or `November`."""
    if period.unit is Unit.MONTH:
        return f"{period.first:%B}"
    return f"Week {period.first.isocalendar().week}"


def before(period: Period) -> str:
    """Return `the week before` or `October`."""
    return "the week before" if period.unit is Unit.WEEK else f"{period.previous.first:%B}"


def figure_of(value: float | None, metric: str) -> str:
    """Return a value of a metric with its unit; few posts a day with a decimal."""
    if metric in ("posts", "engagement", "mentions") and value is not None and value < 10:
        return fmt.decimal(value, 1)
    known: Metric = metric  # type: ignore[assignment]  # the same names
    return figure(value, known)


def arrow(found: Versus, metric: str, *, usual: bool = False, than: str) -> Delta | None:
    """Return the arrow against the period before, or against the median of four; None where that is unknown."""
    then = found.usual if usual else found.before
    if then is None or found.like is None:
        return None
    known: Metric = metric  # type: ignore[assignment]  # the same names
    made = delta(Compared(found.like, then, None, None, unusual=False, days=0), known)
    return replace(made, tip=f"{than}: {figure_of(then, metric)}") if made else None


def day_list(days: Sequence[date]) -> str:
    """Return days as spans: `Mon 16 and Wed 18 Nov`, `Mon 16 to Thu 19 Nov`."""
    spans: list[list[date]] = []
    for day in days:
        if spans and spans[-1][-1] == day - timedelta(days=1):
            spans[-1].append(day)
        else:
            spans.append([day])
    parts = [
        fmt.short_day(span[0]) if len(span) == 1 else f"{_start(span)} to {fmt.short_day(span[-1])}"
        for span in spans
    ]
    return fmt.listing(parts, 4)


def _start(span: Sequence[date]) -> str:
    same = span[0].month == span[-1].month
    return f"{span[0]:%a} {span[0].day}" if same else fmt.short_day(span[0])
