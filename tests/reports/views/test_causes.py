"""Why, in words, on the page."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.sentiment import Analyzer
from pipeline.sentiment.cleaning import clean_text
from pipeline.sentiment.french import french_scores
from reports.figures.alerts import Finding, Kind
from reports.figures.causes import Cause
from reports.figures.day import DayFigures
from reports.render import render_report
from reports.views.alerts import alerts
from reports.views.causes import Reason, Step
from reports.views.summary import summary
from tests.reports.rendered import accounts_of, figures_of, text_of
from tests.reports.world import world

TEXT = "The delays at Terminal 2 are a terrible, horrible mess. @united https://t.co/x"


@pytest.fixture(scope="module")
def figures() -> DayFigures:
    """Return a day on which Northwind Air turned negative, and drove the day's tone."""
    return figures_of(world())


def post(**values: Any) -> dict[str, Any]:
    return {
        "post_id": "1860739942000007501",
        "created_at": datetime(2026, 11, 22, 7, 18, tzinfo=UTC),
        "text": TEXT,
        "kind": "post",
        "reply_count": 10_300,
        "compound": Analyzer().polarity_scores(clean_text(TEXT))["compound"],
        "scorer": "vader-en",
    } | values


def told(figures: DayFigures, cause: Cause, account: str = "northwindair") -> Any:
    (found,) = (
        one for one in alerts(replace(figures, causes={account: cause})).shown if one.account == account
    )
    return found


def test_an_alert_about_tone_has_its_posts_with_the_words_that_decided(figures: DayFigures) -> None:
    found = told(figures, Cause((post(),), ("pair", "terminal 2"), post()))
    assert found.reasons == (
        Reason(
            "1860739942000007501",
            "07:18",
            "The delays at Terminal 2 are a terrible, horrible mess. @united https…",
            "horrible −2.5, terrible −2.1",
        ),
    )
    assert found.evidence.endswith("; mostly about “terminal 2”")
    assert found.step == Step(
        "Read the 10.3k replies to the 07:18 post", "https://x.com/northwindair/status/1860739942000007501"
    )


def test_the_words_of_a_french_post_are_those_of_its_lexicon(figures: DayFigures) -> None:
    text = "Quelle horreur, quel mal, c'est génial"
    french = post(text=text, scorer="lexicon-fr", compound=french_scores(text)["compound"])
    (reason,) = told(figures, Cause((french,), None, None)).reasons
    assert reason.words == "horreur −2.7, mal −0.7"


def test_what_the_posts_have_in_common_is_told_where_there_is_something(figures: DayFigures) -> None:
    common = (("pair", "gate 12"), ("hashtag", "fail"))
    cause = Cause((post(), post()), None, None, common)
    assert told(figures, cause).common == "In common: “gate 12”, “#fail”"
    assert told(figures, Cause((post(),), None, None)).common == ""
    html = render_report(replace(figures, causes={"northwindair": cause}), "../")
    assert "In common: “gate 12”, “#fail”" in text_of(html)
    assert "In common" not in text_of(render_report(replace(figures, causes={}), "../"))


def test_a_score_that_the_words_do_not_add_up_to_is_not_explained(figures: DayFigures) -> None:
    """Phrases without tone, of the account's own list, are not in what the page knows."""
    (reason,) = told(figures, Cause((post(compound=-0.1),), None, None)).reasons
    assert reason.words == ""


def test_without_a_sure_cause_nothing_is_said_of_it(figures: DayFigures) -> None:
    found = told(figures, Cause((), None, None))
    assert "mostly about" not in found.evidence
    assert (found.reasons, found.step) == ((), None)


def test_the_cause_stands_in_the_brief_of_the_day_and_of_the_account(figures: DayFigures) -> None:
    cause = {"northwindair": Cause((), ("hashtag", "terminal2"), None)}
    said = " ".join(summary(replace(figures, causes=cause)).texts)
    assert "driven mainly by Northwind Air" in said
    assert ", mostly about “#terminal2”." in said
    own = accounts_of(world())["northwindair"].day
    assert ", mostly about “#terminal2”." in " ".join(summary(replace(own, causes=cause)).texts)
    assert "mostly about" not in " ".join(summary(replace(figures, causes={})).texts)


@pytest.mark.parametrize(
    ("status", "step"),
    [
        ("failed", "Try again: ./aviary run --day 2026-11-22 --account orchardtv"),
        (
            "over_budget",
            "Raise the budget in accounts.yaml, then: ./aviary run --day 2026-11-22 --account orchardtv",
        ),
        ("suspended", None),
    ],
)
def test_what_was_not_read_has_a_next_step_where_there_is_one(
    figures: DayFigures, status: str, step: str | None
) -> None:
    (missing,) = (one for one in figures.alerts if one.kind is Kind.NOT_READ)
    changed = Finding(Kind.NOT_READ, missing.row | {"status": status, "status_before": "ok"}, 1.0)
    (found,) = alerts(replace(figures, alerts=(changed,))).shown
    assert (found.step.text if found.step else None) == step


def test_the_page_shows_the_posts_and_the_step(figures: DayFigures) -> None:
    html = render_report(
        replace(figures, causes={"northwindair": Cause((post(),), ("pair", "terminal 2"), post())}), "../"
    )
    said = re.sub(r"\s+", " ", text_of(html))
    assert "mostly about “terminal 2”" in said
    assert "horrible −2.5, terrible −2.1" in said
    assert "Read the 10.3k replies to the 07:18 post" in said
    assert 'account-northwindair.html#p-1860739942000007501">07:18</a>' in html
