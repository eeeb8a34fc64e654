"""What is worth a look: found by rules, from the same figures as the charts."""

import re
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from reports.figures.alerts import Kind, findings
from reports.views.alerts import Alert, all_alerts
from reports.views.alerts import alerts as section
from tests.reports.rows import SUNDAY, figures, missing, posts, row, usual_days


def alerts(*rows: dict[str, Any], **more: Any) -> list[Alert]:
    return list(all_alerts(figures(*rows, **more)))


def test_an_ordinary_day_has_no_alert() -> None:
    assert alerts(row(0, post_engagements=[10] * 10), *usual_days()) == []


@pytest.mark.parametrize(("found", "shown", "more"), [(6, 6, 0), (7, 6, 1)])
def test_six_alerts_are_shown_and_the_others_are_counted(found: int, shown: int, more: int) -> None:
    alerts_of_day = section(figures(*(row(0, str(number), truncated=True) for number in range(found))))
    assert (len(alerts_of_day.shown), alerts_of_day.more) == (shown, more)


def test_a_viral_post() -> None:
    alert = alerts(
        row(0, name="Club", post_engagements=[10, 990]),
        *usual_days(),
        found=posts({"post_id": "1", "engagement": 990}),
    )[0]
    assert (alert.name, alert.what) == ("Club", "had a post go viral")
    assert alert.evidence == "99% of its 1.0k engagement, 99× its usual post"


@pytest.mark.parametrize(
    ("engagements", "viral"),
    [
        ([500, 500], True),  # half of the day
        ([499, 501], False),
    ],
)
def test_a_post_goes_viral_with_half_of_the_day(engagements: list[int], viral: bool) -> None:
    found = alerts(
        row(0, post_engagements=engagements),
        *usual_days(),
        found=posts({"post_id": "1", "engagement": engagements[0]}),
    )
    assert ("had a post go viral" in [alert.what for alert in found]) == viral


@pytest.mark.parametrize(("times", "kind"), [(5.0, Kind.VIRAL_POST), (4.9, Kind.ENGAGEMENT)])
def test_a_post_goes_viral_with_five_times_the_usual_post(times: float, kind: Kind) -> None:
    nothing_else = {"has_data": True, "deletions_waiting": 0, "turned": False}
    unusual = {"unusual_engagement": True, "posts": 1, "engagement": 50, "usual_engagement": 5.0}
    best = pl.DataFrame({"account": ["nasa"], "engagement": [50], "times": [times]})
    [found] = findings(pl.DataFrame({"account": ["nasa"], **nothing_else, **unusual}), best)
    assert found.kind is kind


def test_a_day_far_above_the_usual_without_one_post_that_made_it() -> None:
    alert = alerts(row(0, post_engagements=[40] * 20), *usual_days())[0]
    assert alert.what == "got far more engagement than usual"
    assert re.fullmatch(r"Engagement 800, usual 10\d \(\d+ to 1\d\d\)", alert.evidence)


def test_an_account_that_usually_posts_and_does_not_went_quiet() -> None:
    alert = alerts(row(0), *usual_days())[0]
    assert alert.what == "went quiet"
    assert alert.evidence == "0 posts, usual 11 on a Sunday; silent on none of the 20 days before"
    alert = alerts(row(0), row(1), *usual_days()[1:])[0]
    assert alert.evidence.endswith("; silent on 1 of the 20 days before")


def test_an_account_may_post_far_more_or_less_than_usual_without_any_effect() -> None:
    """Twenty days of ten and eleven posts that got ten each; today thirty or three posts of about the same sum."""
    more = alerts(row(0, post_engagements=[4] * 30), *usual_days())[0]
    assert more.what == "posted far more than usual"
    assert re.fullmatch(r"30 posts, usual 11 \(\d+ to \d+\)", more.evidence)
    less = alerts(row(0, post_engagements=[35] * 3), *usual_days())[0]
    assert less.what == "posted far less than usual"


def test_a_tone_far_from_the_usual_is_an_alert_although_it_did_not_turn_negative() -> None:
    """Twenty days of 3 or 4 positive posts of 10, net +10 and +20; today +100 of twelve."""
    past = [
        row(back, post_engagements=[10] * 10, positive=3 + back % 2, neutral=5 - back % 2, negative=2)
        for back in range(1, 21)
    ]
    alert = alerts(row(0, post_engagements=[10] * 12, positive=12), *past)[0]
    assert alert.what == "was far more positive than usual"
    assert alert.evidence == "Net sentiment +100, usual +15; 12 scored posts"


def test_an_account_that_seldom_posts_and_does_not_is_neither_marked_nor_an_alert() -> None:
    """Two posts a day that get a hundred each: no engagement today, which is what no post brings."""
    past = [row(back, post_engagements=[100, 90 + back % 3]) for back in range(1, 21)]
    made = figures(row(0), *past)
    assert made.accounts["unusual_engagement"].to_list() == [False]
    assert all_alerts(made) == ()


def test_an_account_that_never_posts_on_sundays_is_not_quiet_on_one() -> None:
    """Eight weeks of a bank among two others that post on all days."""
    bank = [
        row(back, "bank", post_engagements=[] if back % 7 == 0 else [10] * (9 + back % 3))
        for back in range(57)
    ]
    others = [row(back, name, post_engagements=[10] * (9 + back % 3)) for back in range(57) for name in "ab"]
    assert alerts(*bank, *others) == []


def test_no_account_is_called_quiet_before_two_weeks_are_known() -> None:
    assert alerts(row(0), *usual_days(days=13)) == []
    assert [alert.what for alert in alerts(row(0), *usual_days(days=14))] == ["went quiet"]


def test_an_account_that_seldom_posts_is_not_quiet_without_a_post() -> None:
    assert alerts(row(0), *(row(back, post_engagements=[10] * (back % 3)) for back in range(1, 20))) == []


def test_an_account_that_could_not_be_read_comes_first_and_one_that_is_gone_last() -> None:
    names = [
        alert.account
        for alert in alerts(
            missing(0, "gone", "missing"),
            row(1, "gone", post_engagements=[5]),
            missing(0, "broken", "failed"),
            row(0, "loud", post_engagements=[40] * 20),
            *usual_days("loud"),
        )
    ]
    assert names == ["broken", "loud", "gone"]


def test_accounts_come_by_the_weight_of_what_was_found_and_then_by_its_size() -> None:
    """From what the reader can fix to a day that was not read whole."""
    tone: dict[str, Any] = {"positive": 3, "neutral": 7}
    found = alerts(
        row(0, "waits", post_engagements=[10] * 10, deletions_waiting=1),
        missing(0, "broken", "failed"),
        row(0, "turned", post_engagements=[10] * 10, negative=20),
        row(0, "viral", post_engagements=[10, 990]),
        row(0, "loud", post_engagements=[400] * 10),
        row(0, "quiet"),
        row(0, "busy", post_engagements=[4] * 28),
        row(0, "toned", post_engagements=[10] * 10, positive=20),
        missing(0, "large", "missing", followers=1000),
        missing(0, "small", "missing"),
        row(0, "cut", post_engagements=[10] * 30, truncated=True),
        row(0, "partly", post_engagements=[10] * 20, status="partial"),
        row(0, "short", post_engagements=[10] * 10, truncated=True),
        *usual_days("turned", positive=9, neutral=1),
        *(day for account in ("viral", "loud", "quiet", "busy") for day in usual_days(account)),
        *(row(back, "toned", post_engagements=[10] * 10, **tone, negative=back % 2) for back in range(1, 21)),
        found=posts({"post_id": "1", "account": "viral", "engagement": 990}),
    )
    assert " ".join(str(alert.account) for alert in found) == (
        "waits broken turned viral loud quiet busy toned large small cut partly short"
    )


@pytest.mark.parametrize("status", ["failed", "over_budget", "missing", "suspended", "protected"])
def test_a_status_is_news_on_the_day_it_changes_and_a_fixable_one_until_it_is_fixed(status: str) -> None:
    today = missing(0, "gone", status)
    others = [row(0, "here"), row(1, "here"), row(3, "here")]
    other = "missing" if status == "suspended" else "suspended"
    assert len(alerts(today)) == 1  # the first day ever
    assert len(alerts(today, *others)) == 1  # the account is new
    assert len(alerts(today, *others, row(1, "gone"))) == 1
    assert len(alerts(today, *others, missing(1, "gone", other), missing(3, "gone", status))) == 1
    repeated = alerts(today, *others, missing(1, "gone", status), row(3, "gone"))
    assert len(repeated) == (status in {"failed", "over_budget"})  # until it is fixed


def test_the_day_before_is_the_nearest_with_a_roll_up() -> None:
    assert alerts(missing(0, status="missing"), missing(5, status="missing"), row(6)) == []


def test_a_day_that_is_incomplete_again_is_no_news() -> None:
    today = row(0, status="partial", reason="8% of posts quarantined")
    assert [alert.what for alert in alerts(today, row(1))] == ["is incomplete"]
    assert alerts(today, row(1, status="partial")) == []


def test_the_reason_is_the_evidence() -> None:
    alert = alerts(missing(0, reason="X answered 503 five times"), row(1, post_engagements=[1]))[0]
    assert alert.evidence == "X answered 503 five times; last data Sat 21 Nov; left out of every total"


def test_incomplete_and_truncated_days_are_alerts() -> None:
    partial = alerts(row(0, "a", status="partial", reason="8% of posts quarantined"))[0]
    assert (partial.what, partial.evidence) == ("is incomplete", "8% of posts quarantined")
    cut = alerts(row(0, "a", truncated=True, kept=200))[0]
    assert cut.what == "posted more than max_posts"


def test_many_accounts_not_read_for_the_same_reason_share_a_line() -> None:
    rows = [missing(0, f"a{n}", followers=n, reason="X answered 503") for n in range(5)]
    (alert,) = alerts(*rows)
    assert alert.account == "a4"
    assert alert.what == "and 4 other accounts could not be read"
    assert alert.evidence == "The others: a3, a2, a1 and a0. X answered 503; left out of every total"
    (alert,) = alerts(*(dict(r, reason=f"X knows no {r['account']}") for r in rows))
    assert (
        alert.evidence
        == "The others: a3, a2, a1 and a0. The reasons are under Data and freshness; left out of every total"
    )


def test_an_account_has_one_alert_at_most() -> None:
    rows = [
        row(0, post_engagements=[90] * 20, negative=20, truncated=True),
        *usual_days(positive=9, neutral=1),
    ]
    assert [alert.what for alert in alerts(*rows)] == ["turned negative"]


def test_later_days_change_nothing_about_a_day() -> None:
    later = row(0)
    later["day"] = SUNDAY - timedelta(days=40)
    assert alerts(row(0, post_engagements=[10] * 10), later, *usual_days()) == []


def test_accounts_of_the_same_weight_come_by_name_whatever_their_order_was() -> None:
    found = figures(*(row(0, account, deletions_waiting=5) for account in ("esa", "nasa", "jaxa")))
    for rows in (found.accounts, found.accounts.reverse()):
        assert [finding.account for finding in findings(rows, found.standouts)] == ["esa", "jaxa", "nasa"]
