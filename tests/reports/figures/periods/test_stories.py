"""The stories of a period: the alerts of its days, each told once; test_alerts.py has which they are."""

from datetime import date, timedelta
from typing import Any

import polars as pl

from pipeline.lake.periods import Unit, period_of
from pipeline.schema import ROLLUP
from reports.figures.alerts import Kind
from reports.figures.periods.period import PeriodFigures, period_figures
from reports.figures.periods.stories import Story
from reports.views.periods.stories import stories as worded
from tests.reports.rows import SUNDAY, row

WEEK = period_of(SUNDAY, Unit.WEEK)
EVEN: dict[str, Any] = {"post_engagements": [10, 10, 10], "positive": 10, "neutral": 10}
TONES: dict[str, Any] = {"post_engagements": [1] * 20}


def figures(*rows: dict[str, Any]) -> PeriodFigures:
    return period_figures(pl.DataFrame(list(rows), schema=ROLLUP), WEEK, WEEK.days)


def told(*own: dict[str, Any], before: int = 28, **usual: Any) -> tuple[Story, ...]:
    """Return the stories of an account whose `before` days before the week were all alike, and `own` are its days."""
    earlier = [row(7 + back, **(EVEN | usual)) for back in range(before)]
    return figures(*own, *earlier).stories


def day_of(back: int) -> date:
    return SUNDAY - timedelta(days=back)


def test_a_day_like_those_before_is_no_story() -> None:
    assert told(*(row(back, **EVEN) for back in range(7))) == ()


def test_where_one_post_made_most_of_it_the_story_leads_to_that_post() -> None:
    found = figures(
        row(0, post_engagements=[5, 90, 5], post_ids=["11", "12", "13"]),
        *(row(7 + back, **EVEN) for back in range(28)),
    )
    (story,) = found.stories
    (alert,) = worded(found).shown
    assert story.kind is Kind.VIRAL_POST
    assert (alert.page, alert.place) == ("2026-11-22/account-nasa.html", "p-12")


def test_the_days_of_a_story_are_told_once_with_the_strongest() -> None:
    one, two = [20, 20, 20], [30, 30, 30]
    found = figures(
        row(2, post_engagements=one), row(1, post_engagements=two), row(0, post_engagements=one),
        *(row(7 + back, **EVEN) for back in range(28)),
    )  # fmt: skip
    (story,) = found.stories
    assert (story.days, story.strongest_on) == (tuple(map(day_of, (2, 1, 0))), day_of(1))
    (alert,) = worded(found).shown
    assert alert.what == "got far more engagement than usual on 3 days (Fri 20 to Sun 22 Nov)"
    assert alert.evidence == "Strongest on Sat 21 Nov: engagement 90, usual 30 (26 to 34)"
    assert alert.page == "2026-11-21/account-nasa.html"


def test_a_fall_of_tone_must_be_more_than_chance_explains() -> None:
    usual: dict[str, Any] = TONES | {"positive": 10, "neutral": 10, "negative": 0}  # net +50
    sure = row(0, **TONES | {"positive": 2, "neutral": 8, "negative": 10})
    (story,) = told(sure, **usual)
    assert story.kind is Kind.TURNED_NEGATIVE
    (alert,) = worded(figures(sure, *(row(7 + back, **usual) for back in range(28)))).shown
    assert alert.place == "order=negative"
    assert (
        told(row(0, **TONES | {"positive": 7, "neutral": 13, "negative": 0}), **usual) == ()
    )  # 15 points: chance
    assert (
        told(row(0, **TONES | {"positive": 0, "neutral": 3, "negative": 6}), **usual) == ()
    )  # too few scored


def test_a_rise_of_tone_leads_to_the_positive_posts() -> None:
    usual: dict[str, Any] = TONES | {"positive": 5, "neutral": 10, "negative": 5}
    found = figures(
        row(0, **TONES | {"positive": 20, "neutral": 0, "negative": 0}),
        *(row(7 + back, **usual) for back in range(28)),
    )
    (alert,) = worded(found).shown
    assert (alert.rule, alert.place) == ("tone", "order=positive")


def test_fewer_than_14_days_before_are_no_measure_and_the_page_says_whether_there_are_any() -> None:
    far = row(0, post_engagements=[500])
    assert told(far, before=13) == ()
    assert len(told(far, before=14)) == 1
    assert worded(figures(far)).none == "There are no days before to compare with."
    assert worded(figures(row(0, **EVEN), row(7, **EVEN))).none == "No day was unusual."


def test_days_before_that_were_read_at_another_age_are_no_measure() -> None:
    old = [row(7 + back, **EVEN) | {"collected_at": row(-30)["collected_at"]} for back in range(28)]
    assert figures(row(0, post_engagements=[500]), *old).stories == ()
