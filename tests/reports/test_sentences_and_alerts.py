"""Sentences and alerts: made by rules, from the same figures as the charts."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from pipeline.lake.records import Plan
from pipeline.schema import ROLLUP
from reports.alerts import Alert, alerts
from reports.figures.day import DayFigures, day_figures
from reports.sentences import brief
from tests.reports.rows import SUNDAY, missing, posts, row

PLAN = Plan(day=SUNDAY, timezone="UTC", sample=True, failed_accounts=0.2, quarantined_posts=0.05, accounts=())


def figures(*rows: dict[str, Any], found: pl.DataFrame | None = None) -> DayFigures:
    rollups = pl.DataFrame(list(rows), schema=ROLLUP)
    return day_figures(PLAN, rollups, posts() if found is None else found)


def said(*rows: dict[str, Any], found: pl.DataFrame | None = None) -> list[str]:
    return ["".join(piece.text for piece in sentence) for sentence in brief(figures(*rows, found=found))]


def usual_days(account: str = "nasa", days: int = 20, **values: Any) -> list[dict[str, Any]]:
    """Return days of ten posts that got ten each, one more on every other day."""
    return [
        row(back, account, **({"post_engagements": [10] * (10 + back % 2)} | values))
        for back in range(1, days + 1)
    ]


@pytest.mark.parametrize(
    ("engagements", "words"),
    [
        ([26] * 10, "260, 2.5× a usual Sunday"),
        ([12] * 10, "120, 14% above a usual Sunday"),
        ([8] * 10, "80, 24% below a usual Sunday"),
        ([11] * 10, "110, about a usual Sunday"),
    ],
)
def test_engagement_is_said_against_a_usual_weekday(engagements: list[int], words: str) -> None:
    """The usual of twenty days of 100 and 110 is 105."""
    first = said(row(0, post_engagements=engagements), *usual_days())[0]
    assert first == f"Engagement was {words}, from 10 posts."


def test_one_post_that_made_much_of_the_day_is_named_with_what_the_day_were_without_it() -> None:
    first = said(
        row(0, post_engagements=[400, 200]),
        *usual_days(),
        found=posts({"post_id": "1", "engagement": 400}, {"post_id": "2", "engagement": 200}),
    )[0]
    assert "One post made 67% of it; without that post the day would have been 90% above usual." in first


def test_without_a_usual_no_comparison_is_made() -> None:
    sentences = said(row(0, post_engagements=[5, 6], positive=2), row(1, post_engagements=[900]))
    assert sentences[0].startswith("Engagement was 11 from 2 posts. There is no baseline yet")
    assert sentences[1] == "Net sentiment was +100 from 2 scored posts, too few to be sure."


def test_a_fall_in_tone_names_the_account_that_made_most_of_it() -> None:
    good = {"positive": 6, "neutral": 4}
    sentences = said(
        row(0, "airline", name="Northwind Air", post_engagements=[10] * 10, negative=8, neutral=2),
        row(0, "club", post_engagements=[10] * 10, **good),
        *usual_days("airline", **good),
        *usual_days("club", **good),
    )
    assert sentences[1] == (
        "Net sentiment fell to −10 from a usual +60, most of it from Northwind Air, whose 10 scored posts came to −80 "
        "(usual +60)."
    )


def test_a_small_move_in_tone_is_no_rise_or_fall() -> None:
    sentences = said(
        row(0, post_engagements=[10] * 10, positive=6, neutral=4),
        *usual_days(positive=58, neutral=42),
    )
    assert sentences[1] == "Net sentiment was +60, usual +58."


def test_accounts_are_counted_against_their_own_range() -> None:
    rows = [*usual_days("a"), *usual_days("b"), *usual_days("c")]
    today = [row(0, name, post_engagements=[n] * 10) for name, n in (("a", 10), ("b", 90), ("c", 1))]
    assert (
        said(*today, *rows)[-1]
        == "Against their own usual range, 1 of 3 accounts was inside, 1 above and 1 below."
    )


def found(*rows: dict[str, Any], **more: Any) -> list[Alert]:
    return alerts(figures(*rows, **more))


def test_an_ordinary_day_has_no_alert() -> None:
    assert found(row(0, post_engagements=[10] * 10), *usual_days()) == []


def test_a_runaway_post() -> None:
    alert = found(
        row(0, name="Club", post_engagements=[10, 990]),
        *usual_days(),
        found=posts({"post_id": "1", "engagement": 990}),
    )[0]
    assert (alert.name, alert.what) == ("Club", "had a runaway post")
    assert alert.evidence == "99% of its 1.0k engagement, 99× its usual post"


def test_a_day_far_above_the_usual_without_one_post_that_made_it() -> None:
    alert = found(row(0, post_engagements=[40] * 20), *usual_days())[0]
    assert alert.what == "landed far above its usual"
    assert alert.evidence.startswith("Engagement 800, usual 105 (robust z ")


def test_who_usually_posts_and_does_not_went_quiet() -> None:
    alert = found(row(0), *usual_days())[0]
    assert alert.what == "went quiet"
    assert alert.evidence == "0 posts, usual 11 on a Sunday; silent on none of the 20 days before"
    alert = found(row(0), row(1), *usual_days()[1:])[0]
    assert alert.evidence.endswith("; silent on 1 of the 20 days before")


def test_who_posts_far_more_or_less_than_usual_without_any_effect() -> None:
    """Twenty days of ten and eleven posts that got ten each; today twenty or five posts of the same sum."""
    more = found(row(0, post_engagements=[5] * 20), *usual_days())[0]
    assert more.what == "posted far more than usual"
    assert more.evidence.startswith("20 posts, usual 11 (robust z ")
    less = found(row(0, post_engagements=[20] * 5), *usual_days())[0]
    assert less.what == "posted far less than usual"


def test_a_tone_far_from_the_usual_is_told_when_it_did_not_turn_negative() -> None:
    """Twenty days of 3 or 4 positive posts of 10, net +10 and +20; today +70 of ten."""
    past = [
        row(back, post_engagements=[10] * 10, positive=3 + back % 2, neutral=5 - back % 2, negative=2)
        for back in range(1, 21)
    ]
    alert = found(row(0, post_engagements=[10] * 10, positive=7, neutral=3), *past)[0]
    assert alert.what == "was far more positive than usual"
    assert alert.evidence == "Net sentiment +70, usual +15; 10 scored posts"


def test_who_seldom_posts_and_does_not_is_neither_marked_nor_told() -> None:
    """Two posts a day that get a hundred each: no engagement today, which is what no post brings."""
    past = [row(back, post_engagements=[100, 90 + back % 3]) for back in range(1, 21)]
    made = figures(row(0), *past)
    assert made.accounts["unusual_engagement"].to_list() == [False]
    assert alerts(made) == []


def test_the_tone_of_a_few_posts_is_said_with_its_uncertainty_and_never_as_a_fall() -> None:
    """p = 1/4, q = 2/4, n = 4: net -25, half interval 196 sqrt((3/4 - 1/16) / 4) = 81."""
    sentence = said(
        row(0, post_engagements=[10] * 4, positive=1, neutral=1, negative=2),
        *usual_days(positive=8, neutral=2),
    )[1]
    assert sentence == (
        "Net sentiment was −25 (usual +80) from 4 scored posts, too few to be sure: with 95% confidence it lies "
        "between −100 and +56."
    )


def test_who_never_posts_on_sundays_is_not_quiet_on_one() -> None:
    """Three weeks of a bank among two others who post on all days."""
    bank = [
        row(back, "bank", post_engagements=[] if back % 7 == 0 else [10] * (9 + back % 3))
        for back in range(22)
    ]
    others = [row(back, name, post_engagements=[10] * (9 + back % 3)) for back in range(22) for name in "ab"]
    assert found(*bank, *others) == []


def test_nobody_is_called_quiet_before_two_weeks_are_known() -> None:
    assert found(row(0), *usual_days(days=13)) == []
    assert [alert.what for alert in found(row(0), *usual_days(days=14))] == ["went quiet"]


def test_who_seldom_posts_is_not_quiet_without_a_post() -> None:
    assert found(row(0), *(row(back, post_engagements=[10] * (back % 3)) for back in range(1, 20))) == []


def test_an_account_that_could_not_be_read_comes_first_and_one_that_is_gone_last() -> None:
    names = [
        alert.account
        for alert in found(
            missing(0, "gone", "missing"),
            row(1, "gone", post_engagements=[5]),
            missing(0, "broken", "failed"),
            row(0, "loud", post_engagements=[40] * 20),
            *usual_days("loud"),
        )
    ]
    assert names == ["broken", "loud", "gone"]


@pytest.mark.parametrize("status", ["failed", "over_budget", "missing", "suspended", "protected"])
def test_a_status_is_news_on_the_day_it_changes_and_what_can_be_mended_until_it_is(status: str) -> None:
    today = missing(0, "gone", status)
    others = [row(0, "here"), row(1, "here"), row(3, "here")]
    other = "missing" if status == "suspended" else "suspended"
    assert len(found(today)) == 1  # the first day ever
    assert len(found(today, *others)) == 1  # the account is new
    assert len(found(today, *others, row(1, "gone"))) == 1
    assert len(found(today, *others, missing(1, "gone", other), missing(3, "gone", status))) == 1
    told_again = found(today, *others, missing(1, "gone", status), row(3, "gone"))
    assert len(told_again) == (status in {"failed", "over_budget"})  # until it is mended


def test_the_day_before_is_the_nearest_with_a_roll_up() -> None:
    assert found(missing(0, status="missing"), missing(5, status="missing"), row(6)) == []


def test_a_day_that_is_incomplete_again_is_no_news() -> None:
    today = row(0, status="partial", reason="8% of posts quarantined")
    assert [alert.what for alert in found(today, row(1))] == ["is incomplete"]
    assert found(today, row(1, status="partial")) == []


def test_the_reason_is_the_evidence() -> None:
    alert = found(missing(0, reason="X answered 503 five times"), row(1, post_engagements=[1]))[0]
    assert alert.evidence == "X answered 503 five times; last data Sat 21 Nov; left out of every total"


def test_incomplete_and_cut_short_days_are_told() -> None:
    partial = found(row(0, "a", status="partial", reason="8% of posts quarantined"))[0]
    assert (partial.what, partial.evidence) == ("is incomplete", "8% of posts quarantined")
    cut = found(row(0, "a", truncated=True, kept=200))[0]
    assert cut.what == "posted more than max_posts"


def test_many_accounts_with_one_fate_share_a_line() -> None:
    rows = [missing(0, f"a{n}", followers=n, reason="X answered 503") for n in range(5)]
    (alert,) = found(*rows)
    assert alert.account == "a4"
    assert alert.what == "and 4 other accounts could not be read"
    assert alert.evidence == "With a3, a2, a1 and a0. X answered 503; left out of every total"
    (alert,) = found(*(dict(r, reason=f"X knows no {r['account']}") for r in rows))
    assert (
        alert.evidence
        == "With a3, a2, a1 and a0. The reasons are under Data and freshness; left out of every total"
    )


def test_an_account_has_one_alert_at_most() -> None:
    rows = [
        row(0, post_engagements=[90] * 20, negative=20, truncated=True),
        *usual_days(positive=9, neutral=1),
    ]
    assert [alert.what for alert in found(*rows)] == ["turned negative"]


def test_nothing_is_said_of_a_day_by_later_days() -> None:
    later = row(0)
    later["day"] = SUNDAY - timedelta(days=40)
    assert found(row(0, post_engagements=[10] * 10), later, *usual_days()) == []
