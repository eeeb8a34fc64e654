"""What happened in a period: the alerts of its days, each told once with the days that it held."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reports.figures.alerts import Finding, Kind
from reports.figures.periods.alerts import DayFindings


@dataclass(frozen=True)
class Story:
    """Something about one account, on one day or on several."""

    account: str
    kind: Kind
    days: tuple[date, ...]
    strongest: Finding
    strongest_on: date


def told_once(days: Iterable[DayFindings]) -> tuple[Story, ...]:
    """Return a story for each account and kind of finding, the weightiest first; `days` in order."""
    found: dict[tuple[str, Kind], list[tuple[date, Finding]]] = {}
    for day, findings_of_day in days:
        for finding in findings_of_day:
            found.setdefault((finding.account, finding.kind), []).append((day, finding))
    stories = [
        Story(account, kind, tuple(day for day, _ in told), best, on)
        for (account, kind), told in found.items()
        for on, best in [max(told, key=lambda each: each[1].size)]
    ]
    return tuple(sorted(stories, key=lambda one: (one.strongest.rank, -one.strongest.size, one.account)))
