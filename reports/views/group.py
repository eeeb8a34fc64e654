"""A group's own page of a day: the sections of the day's page for its accounts alone."""

from dataclasses import dataclass

from reports.figures.day import DayFigures
from reports.views.accounts import Accounts, accounts
from reports.views.alerts import Alerts, alerts
from reports.views.data import Data, data
from reports.views.masthead import Masthead, masthead
from reports.views.movers import Movers, movers
from reports.views.standouts import Standouts, standouts
from reports.views.summary import Summary, summary
from reports.views.tiles import Tiles, tiles
from reports.views.tone import Tone, tone
from reports.views.trend import Trend, trend


@dataclass(frozen=True)
class GroupPage:
    """The sections of a group's page, in their order."""

    masthead: Masthead
    summary: Summary
    alerts: Alerts
    tiles: Tiles
    trend: Trend
    movers: Movers | None
    accounts: Accounts | None
    tone: Tone
    standouts: Standouts
    data: Data


def group_page(figures: DayFigures) -> GroupPage:
    """Return what a group's page shows."""
    return GroupPage(
        masthead=masthead(figures),
        summary=summary(figures),
        alerts=alerts(figures),
        tiles=tiles(figures),
        trend=trend(figures),
        movers=movers(figures),
        accounts=accounts(figures),
        tone=tone(figures),
        standouts=standouts(figures),
        data=data(figures),
    )
