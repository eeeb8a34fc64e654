"""Stories in words, on the page."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from reports.figures.day import DayFigures
from reports.figures.stories import Story
from reports.render import render_report
from reports.views.alerts import alerts
from reports.views.stories import Ended, ended
from tests.reports.rendered import figures_of, text_of
from tests.reports.world import DAY, world

BEFORE = DAY - timedelta(days=1)


@pytest.fixture(scope="module")
def figures() -> DayFigures:
    """Return a day on which an account went quiet, one turned negative and one had a post go viral."""
    return figures_of(world())


def lasting(account: str, metric: str, sign: str, days: int) -> Story:
    return Story(account, metric, sign, DAY - timedelta(days=days - 1), DAY, days, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "went quiet"),
        (2, "went quiet, second day running"),
        (10, "went quiet, tenth day running"),
        (11, "went quiet, 11th day running"),
        (13, "went quiet, 13th day running"),
        (14, "went quiet, for 14 days or more"),
    ],
)
def test_an_alert_tells_how_long_it_has_lasted(figures: DayFigures, days: int, words: str) -> None:
    told = alerts(replace(figures, stories=(lasting("brightleaf", "posts", "below", days),)))
    assert [alert.what for alert in told.shown if alert.account == "brightleaf"] == [words]


def test_a_story_of_another_kind_is_not_the_alerts(figures: DayFigures) -> None:
    told = alerts(replace(figures, stories=(lasting("brightleaf", "net", "below", 3),)))
    assert [alert.what for alert in told.shown if alert.account == "brightleaf"] == ["went quiet"]


def test_an_account_that_cannot_be_read_tells_since_when(figures: DayFigures) -> None:
    story = Story("orchardtv", None, "missing", BEFORE, DAY, 2, None)
    told = alerts(replace(figures, stories=(story,)))
    assert [a.what for a in told.shown if a.account == "orchardtv"] == ["is missing, second day running"]


def test_what_has_ended_is_told_with_its_days(figures: DayFigures) -> None:
    over = Story("fernandpine", "net", "below", DAY - timedelta(days=4), DAY - timedelta(days=2), 3, BEFORE)
    back = Story("halcyonhotels", None, "failed", DAY - timedelta(days=2), BEFORE, 2, DAY)
    page = replace(figures, stories=(back, over))
    assert ended(page) == (
        Ended(
            "fernandpine",
            "Fern & Pine",
            "has been back to normal since Saturday",
            "Its tone was far more negative than usual on 3 days, Wed 18 Nov to Fri 20 Nov",
            "2026-11-22/account-fernandpine.html",
        ),
        Ended(
            "halcyonhotels",
            "Halcyon Hotels",
            "is read again",
            "It could not be read on 2 days, Fri 20 Nov to Sat 21 Nov",
            "2026-11-22/account-halcyonhotels.html",
        ),
    )
    html = render_report(page, "../")
    assert "Fern & Pine has been back to normal since Saturday" in re.sub(r"\s+", " ", text_of(html))


def test_an_account_with_an_alert_is_not_told_to_be_back_to_normal(figures: DayFigures) -> None:
    over = Story("brightleaf", "net", "below", DAY - timedelta(days=3), DAY - timedelta(days=2), 2, BEFORE)
    assert ended(replace(figures, stories=(over,))) == ()


def test_three_ends_are_told_at_most_the_longest_first(figures: DayFigures) -> None:
    calm = [
        row for row in figures.accounts["account"] if row not in {found.account for found in figures.alerts}
    ]
    assert len(calm) > 3
    over = [
        Story(account, "net", "below", DAY - timedelta(days=9), DAY - timedelta(days=2), 2 + n, BEFORE)
        for n, account in enumerate(calm)
    ]
    assert [one.account for one in ended(replace(figures, stories=tuple(over)))] == calm[:-4:-1]
