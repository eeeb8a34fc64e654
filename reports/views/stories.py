"""Stories in words: how long an alert has lasted, and what is back to normal."""

from dataclasses import dataclass
from itertools import islice
from typing import Final

from reports import format as fmt
from reports import thresholds
from reports.figures.alerts import Finding, Kind, Row
from reports.figures.day import DayFigures
from reports.figures.metrics import Metric
from reports.figures.stories import Story

_ORDINALS: Final = ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_WAS: Final[dict[tuple[Metric | None, str], str]] = {
    ("engagement", "above"): "Engagement was far above the usual",
    ("engagement", "below"): "Engagement was far below the usual",
    ("posts", "above"): "It posted far more than usual",
    ("posts", "below"): "It posted far less than usual",
    ("mentions", "above"): "It was mentioned far more than usual",
    ("net", "above"): "Its tone was far more positive than usual",
    ("net", "below"): "Its tone was far more negative than usual",
}


@dataclass(frozen=True)
class Ended:
    """A story that is over."""

    account: str
    name: str
    what: str
    evidence: str
    page: str  # the account's, as in `account_page`


def account_page(figures: DayFigures, account: str) -> str:
    """Return an account's page of the day, from `reports/`; empty on that page itself."""
    return "" if figures.is_account else f"{figures.day}/account-{account}.html"


def running(finding: Finding, figures: DayFigures) -> str:
    """Return `third day running`; empty on the first day."""
    story = next(
        (
            story
            for story in figures.stories
            if story.account == finding.account
            and (finding.metric or finding.kind is Kind.NOT_READ)
            and story.metric == finding.metric
            and story.normal_since is None
        ),
        None,
    )
    if story is None or story.days == 1:
        return ""
    if story.days >= thresholds.STORY_DAYS:
        return f"for {thresholds.STORY_DAYS} days or more"
    return f"{_ordinal(story.days)} day running"


def ended(figures: DayFigures) -> tuple[Ended, ...]:
    """Return what is back to normal, except of accounts that have an alert of the day."""
    named = figures.accounts.select("account", "handle", "name")
    rows = {row["account"]: row for row in named.iter_rows(named=True)}
    with_alert = {finding.account for finding in figures.alerts}
    over = [story for story in figures.stories if story.normal_since and story.account not in with_alert]
    over.sort(key=lambda story: (-story.days, story.account))
    told = (_ended(story, rows[story.account], figures) for story in over if story.account in rows)
    return tuple(islice(told, thresholds.MOST_ENDED))


def _ended(story: Story, row: Row, figures: DayFigures) -> Ended:
    today = story.normal_since == figures.day
    since = "" if today else f" since {story.normal_since:%A}"
    span = f"on {fmt.plural(story.days, 'day')}, {fmt.short_day(story.first)} to {fmt.short_day(story.last)}"
    if story.metric is None:
        what, evidence = "read again", f"It could not be read {span}"
    else:
        what, evidence = "back to normal", f"{_WAS[story.metric, story.sign]} {span}"
    told = f"{'is' if today else 'has been'} {what}{since}"
    name = fmt.display_name(row["name"], row["handle"])
    return Ended(story.account, name, told, evidence, account_page(figures, story.account))


def _ordinal(number: int) -> str:
    """Return `second`, or `11th`."""
    place = number - 2
    return _ORDINALS[place] if place < len(_ORDINALS) else f"{number}th"
