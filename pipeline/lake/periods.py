"""ISO weeks and months: what they are called, which days they have, and which come before and after. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from pipeline.errors import ConfigError
from pipeline.window import parse_day

COMPARED: Final = (
    4  # earlier periods that a period's page compares with, so that so many later ones compare with it
)


JUDGED_BY: Final = 8  # weeks before a day, by which it is judged


class Unit(StrEnum):
    """How long a period is."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, order=True)
class Period:
    """A week from Monday to Sunday, or a month; the first of its days identifies it."""

    first: date
    unit: Unit

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def days(self) -> tuple[date, ...]:
        """Its days, in order."""
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))

    @property
    def name(self) -> str:
        """What it is called in keys and commands: `2026-W47`, by ISO 8601 also across New Year, or `2026-11`."""
        if self.unit is Unit.MONTH:
            return f"{self.first:%Y-%m}"
        year, week, _ = self.first.isocalendar()
        return f"{year:04d}-W{week:02d}"

    @property
    def next(self) -> "Period":
        """The period after it."""
        ahead = timedelta(days=7) if self.unit is Unit.WEEK else timedelta(days=31)
        return period_of(self.first + ahead, self.unit)

    @property
    def previous(self) -> "Period":
        """The period before it."""
        return period_of(self.first - timedelta(days=1), self.unit)

    @property
    def earlier(self) -> tuple["Period", ...]:
        """Those it is compared with, the nearest first."""
        found = [self.previous]
        while len(found) < COMPARED:
            found.append(found[-1].previous)
        return tuple(found)

    @property
    def later(self) -> tuple["Period", ...]:
        """Those whose pages are made from its days, too, the nearest first."""
        found = [self.next]
        while len(found) < (JUDGED_BY if self.unit is Unit.WEEK else COMPARED):
            found.append(found[-1].next)
        return tuple(found)


def period_of(day: date, unit: Unit) -> Period:
    """Return the week or the month that a day belongs to."""
    first = day - timedelta(days=day.weekday()) if unit is Unit.WEEK else day.replace(day=1)
    return Period(first, unit)


def periods_of(day: date) -> tuple[Period, ...]:
    """Return the week and the month of a day."""
    return tuple(period_of(day, unit) for unit in Unit)


def showing(days: Collection[date]) -> tuple[Period, ...]:
    """Return the periods whose pages show something of `days`: their own, and those that compare with these."""
    own = {period for day in days for period in periods_of(day)}
    return tuple(sorted(own | {later for period in own for later in period.later}))


def parse_period(text: str, unit: Unit) -> Period:
    """Return the period that is written like 2026-W47 or 2026-11. Raises `ConfigError`."""
    example = "2026-W47" if unit is Unit.WEEK else "2026-11"
    try:
        if unit is Unit.WEEK and re.fullmatch(r"\d{4}-W\d\d", text, re.ASCII):
            first = date.fromisoformat(f"{text}-1")
        elif unit is Unit.MONTH and re.fullmatch(r"\d{4}-\d\d", text, re.ASCII):
            first = date.fromisoformat(f"{text}-01")
        else:
            raise ValueError
        return Period(parse_day(str(first)), unit)
    except (ValueError, ConfigError):
        raise ConfigError(
            f"--{unit} {text[:40]!r} is not a {unit} in which X can have posts; write it like {example}"
        ) from None
