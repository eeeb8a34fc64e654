"""An account's own page of a day: the sections of the day's page for this account alone, and its posts."""

from dataclasses import dataclass, replace

from reports.figures.per_account import AccountFigures
from reports.views.alerts import Alerts, alerts
from reports.views.data import Data, account_data
from reports.views.hours import Hours, hours
from reports.views.masthead import Masthead, account_link, masthead
from reports.views.posts import Posts, posts
from reports.views.summary import Summary, summary
from reports.views.tiles import Tiles, tiles
from reports.views.tone import Tone, tone
from reports.views.topics import Topics, topics_of_account
from reports.views.trend import Trend, trend


@dataclass(frozen=True)
class AccountPage:
    """The sections of an account's page, in their order."""

    masthead: Masthead
    summary: Summary
    alerts: Alerts
    tiles: Tiles
    trend: Trend
    tone: Tone
    hours: Hours
    topics: Topics | None
    posts: Posts
    data: Data


def account_page(found: AccountFigures) -> AccountPage:
    """Return what an account's page shows."""
    figures = found.day
    return AccountPage(
        masthead=replace(
            masthead(figures),
            before=account_link(found.before) if found.before else None,
            after=account_link(found.after) if found.after else None,
        ),
        summary=summary(figures),
        alerts=alerts(figures),
        tiles=tiles(figures),
        trend=trend(figures),
        tone=tone(figures),
        hours=hours(figures),
        topics=topics_of_account(figures),
        posts=posts(found),
        data=account_data(found),
    )
