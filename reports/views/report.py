"""A day's page, of all accounts or of a group's."""

from dataclasses import dataclass

from reports.figures.day import DayFigures
from reports.views.accounts import Accounts, accounts
from reports.views.alerts import Alerts, alerts
from reports.views.data import Data, data
from reports.views.groups import Groups, groups
from reports.views.hours import Hours, hours
from reports.views.masthead import Masthead, masthead
from reports.views.movers import Movers, movers
from reports.views.standouts import Standouts, standouts
from reports.views.summary import Summary, summary
from reports.views.tiles import Tiles, tiles
from reports.views.tone import Tone, tone
from reports.views.topics import Topics, topics
from reports.views.trend import Trend, trend


@dataclass(frozen=True)
class ReportPage:
    """The sections of a day's page, in their order."""

    masthead: Masthead
    summary: Summary
    alerts: Alerts
    tiles: Tiles
    trend: Trend
    movers: Movers | None
    groups: Groups | None
    accounts: Accounts | None
    tone: Tone
    hours: Hours | None  # of all accounts only
    topics: Topics | None
    standouts: Standouts
    data: Data


def report_page(figures: DayFigures) -> ReportPage:
    """Return what a day's page shows, or a group's from the figures of `per_group`."""
    return ReportPage(
        masthead=masthead(figures),
        summary=summary(figures),
        alerts=alerts(figures),
        tiles=tiles(figures),
        trend=trend(figures),
        movers=movers(figures),
        groups=groups(figures),
        accounts=accounts(figures),
        tone=tone(figures),
        hours=None if figures.group else hours(figures),
        topics=topics(figures),
        standouts=standouts(figures),
        data=data(figures),
    )
