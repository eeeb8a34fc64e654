"""A week's or a month's page: its sections, in their order."""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import polars as pl

from pipeline.lake.periods import Period, Unit
from reports import format as fmt
from reports.figures.periods.accounts import without_data
from reports.figures.periods.period import PeriodFigures
from reports.thresholds import FIRST_ROWS
from reports.views.alerts import Alerts
from reports.views.data import Data
from reports.views.masthead import DataStatus
from reports.views.periods import words
from reports.views.periods.data import data
from reports.views.periods.stories import stories
from reports.views.periods.summary import summary
from reports.views.periods.tables import (
    AccountLine,
    DayLine,
    GroupLine,
    Mover,
    accounts,
    days,
    groups,
    movers,
)
from reports.views.periods.tiles import tiles
from reports.views.post_card import PostCard, post_card
from reports.views.summary import Summary
from reports.views.tiles import Tiles


@dataclass(frozen=True)
class Head:
    """The head of the page."""

    name: str  # 2026-W47
    kicker: str
    title: str
    scope: str
    status: DataStatus
    before: str  # the week before, October
    unit: str
    previous: tuple[str, str] | None  # the folder of the page of the period before, and what it is called


@dataclass(frozen=True)
class PeriodPage:
    """The sections of a period's page, in their order."""

    head: Head
    summary: Summary
    alerts: Alerts
    tiles: Tiles
    days: tuple[DayLine, ...]
    movers: tuple[Mover, ...]
    groups: tuple[GroupLine, ...]
    accounts: tuple[AccountLine, ...]
    group_names: tuple[str, ...]
    all_shown: bool
    with_mentions: bool
    posts: tuple[PostCard, ...]
    data: Data


def period_page(figures: PeriodFigures, posts: pl.DataFrame, previous: Period | None) -> PeriodPage:
    """Return what a period's page shows.

    `posts` has `day` and at least `figures.posts.COLUMNS` of the top posts; `previous` is the period before where it
    has a page.
    """
    lines = accounts(figures)
    names = {line.group for line in lines if line.group}
    return PeriodPage(
        head=_head(figures, previous),
        summary=summary(figures),
        alerts=stories(figures),
        tiles=tiles(figures),
        days=days(figures),
        movers=movers(figures),
        groups=groups(figures),
        accounts=lines,
        group_names=tuple(sorted(names, key=lambda name: (name.casefold(), name))),
        all_shown=len(lines) <= FIRST_ROWS,
        with_mentions=not figures.mentions_asked.is_empty(),
        posts=_posts(figures, posts),
        data=data(figures),
    )


def folder_of(period: Period) -> str:
    """Return the folder of a period's page below `reports/`."""
    return f"{period.unit}={period.name}"


def _head(figures: PeriodFigures, previous: Period | None) -> Head:
    period = figures.period
    zones = ", ".join(figures.timezones)
    return Head(
        name=period.name,
        kicker=f"X {'weekly' if period.unit is Unit.WEEK else 'monthly'} report",
        title=words.title(period),
        scope=f"{fmt.plural(figures.accounts.height, 'account')}" + (f" · {zones}" if zones else ""),
        status=data_status(figures),
        before=words.before(period),
        unit=str(period.unit),
        previous=(folder_of(previous), words.short(previous)) if previous else None,
    )


def data_status(figures: PeriodFigures) -> DataStatus:
    """Return how many days, and how many accounts, are without data."""
    parts = []
    if figures.unread:
        parts.append(f"{len(figures.unread)} of {len(figures.days)} days not read")
    absent = without_data(figures.accounts)
    never = absent.filter(pl.col("read") == 0).height
    if figures.read and never:
        parts.append(f"{fmt.plural(never, 'account')} without data")
    if figures.read and absent.height > never:
        parts.append(f"{absent.height - never} not read on all days")
    return DataStatus(bool(parts), ", ".join(parts) or "data complete")


def _posts(figures: PeriodFigures, posts: pl.DataFrame) -> tuple[PostCard, ...]:
    """Return the cards of the top posts, in the order of `figures.top`."""
    rows = {(row["account"], row["post_id"]): row for row in posts.iter_rows(named=True)}
    named = {
        row["account"]: row
        for row in figures.accounts.select("account", "handle", "name").iter_rows(named=True)
    }
    zone = ZoneInfo(figures.timezones[-1]) if figures.timezones else ZoneInfo("UTC")
    cards = []
    for top in figures.top.iter_rows(named=True):
        row = rows[top["account"], top["post_id"]] | {"times": top["times"]}
        card = post_card(row, named[top["account"]], zone)
        day = row["created_at"].astimezone(zone).date()
        cards.append(replace(card, time=f"{fmt.short_day(day)}, {card.time}", folder=f"{top['day']}/"))
    return tuple(cards)
