"""The head of a day's page or of an account's: title, scope, data status, the nearest earlier day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.ids import group_name
from pipeline.status import Status
from pipeline.window import Window
from reports import format as fmt
from reports.figures.day import DayFigures

_NOT_READ = (Status.FAILED, Status.OVER_BUDGET, Status.MISSING, Status.SUSPENDED, Status.PROTECTED)


@dataclass(frozen=True)
class DayLink:
    """A day as part of an address, and as a reader names it."""

    day: str
    label: str


@dataclass(frozen=True)
class Owner:
    """Whose page it is, where the figures are of one account."""

    account: str
    name: str
    handle: str
    details: str  # followers, after a separator


@dataclass(frozen=True)
class GroupLink:
    """A group as a reader names it, and as its page is named."""

    name: str
    page: str


@dataclass(frozen=True)
class AccountLink:
    """An account as a reader names it, and as its page is named."""

    account: str
    name: str


@dataclass(frozen=True)
class DataStatus:
    """Whether data is missing, and of how many accounts."""

    warn: bool
    text: str


@dataclass(frozen=True)
class Masthead:
    """The head of the page."""

    day: str
    title: str
    scope: str
    timezone: str
    status: DataStatus
    previous: DayLink | None
    owner: Owner | None
    group: GroupLink | None  # of the page, or of the only account
    before: AccountLink | None = None  # the neighbours of an account's page, in the report's order
    after: AccountLink | None = None


def masthead(figures: DayFigures) -> Masthead:
    """Return the head of the page."""
    window = figures.window
    hours = f"{_hours(window)} {window.timezone}" + (
        f" ({window.hours:g} hours)" if window.hours != 24 else ""
    )
    return Masthead(
        day=figures.day.isoformat(),
        title=fmt.long_day(figures.day),
        scope=f"{fmt.plural(figures.accounts.height, 'account')} · {hours}",
        timezone=window.timezone,
        status=data_status(figures),
        previous=day_link(figures.previous, fmt.short_day(figures.previous)) if figures.previous else None,
        owner=_owner(figures) if figures.single else None,
        group=_group(figures),
    )


def _hours(window: Window) -> str:
    if window.is_whole:
        return "00:00\u201324:00"
    start, end = (instant.astimezone(ZoneInfo(window.timezone)) for instant in (window.start, window.end))
    return f"{start.day} {start:%b %H:%M} to {end.day} {end:%b %H:%M}"


def day_link(day: date, label: str) -> DayLink:
    """Return a link to a day."""
    return DayLink(day.isoformat(), label)


def data_status(figures: DayFigures) -> DataStatus:
    """Return how many accounts are without data, and why."""
    by_status = figures.data.by_status
    parts: list[str] = []
    for status in _NOT_READ:
        if status in by_status:
            name = fmt.status_name(status)
            count = by_status[status]
            parts.append(f"{count} {name}" if parts else f"{fmt.plural(count, 'account')} {name}")
    if Status.PARTIAL in by_status:
        parts.append(f"{by_status[Status.PARTIAL]} incomplete")
    if not figures.accounts.height:
        parts = ["no accounts planned"]
    return DataStatus(bool(parts), ", ".join(parts) or "data complete")


def _group(figures: DayFigures) -> GroupLink | None:
    group = figures.accounts["group"][0] if figures.single else figures.group
    return group_link(group) if group else None


def group_link(group: str) -> GroupLink:
    """Return a link to a group's page."""
    page = group_name(group)
    return GroupLink(fmt.one_line(group) or page, page)


def account_link(row: Mapping[str, Any]) -> AccountLink:
    """Return a link to an account's page; takes a row of `accounts`."""
    return AccountLink(row["account"], fmt.display_name(row["name"], row["handle"]))


def _owner(figures: DayFigures) -> Owner:
    row = figures.accounts.row(0, named=True)
    details = f" · {fmt.compact(row['followers'])} followers" if row["followers"] is not None else ""
    return Owner(row["account"], fmt.display_name(row["name"], row["handle"]), row["handle"], details)
