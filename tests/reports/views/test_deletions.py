"""What the report says of earlier posts that X no longer shows: in the data section, and as an alert."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from pipeline.lake.records import Plan
from pipeline.schema import ROLLUP
from pipeline.status import Status
from reports.figures.day import DayFigures, day_figures
from reports.views.alerts import all_alerts
from reports.views.data import data
from reports.views.deletions import deletions
from tests.reports.rows import SUNDAY, missing, posts, row

PLAN = Plan(day=SUNDAY, timezone="UTC", sample=True, failed_accounts=0.2, quarantined_posts=0.05, accounts=())
EVE = date(2026, 11, 21)


def figures(*rows: dict[str, Any]) -> DayFigures:
    return day_figures(PLAN, pl.DataFrame(list(rows), schema=ROLLUP), posts())


def told(*rows: dict[str, Any]) -> dict[str, str]:
    return dict(deletions(figures(*rows).accounts))


def doubted(account: str = "nasa", count: int = 2, **values: Any) -> dict[str, Any]:
    return row(0, account, **({"doubted": count, "doubted_days": [EVE]} | values))


@pytest.mark.parametrize("values", [{}, {"doubted": None}, {"doubted": 0, "deletions_waiting": 0}])
def test_where_x_shows_everything_there_is_nothing_to_tell(values: dict[str, Any]) -> None:
    assert told(row(0, **values)) == {}


def test_doubted_posts_are_told_with_their_days() -> None:
    assert told(doubted()) == {
        "In doubt": "X no longer shows 2 posts of @nasa (21 November); they are removed once X has said so on two days"
    }
    assert told(doubted(count=1, doubted_days=[EVE - timedelta(days=1), EVE])) == {
        "In doubt": "X no longer shows 1 post of @nasa (20 November and 21 November); "
        "it is removed once X has said so on two days"
    }


def test_many_accounts_share_a_line_and_the_rest_is_counted() -> None:
    text = told(*(doubted(f"account{number}", 1) for number in range(6)))["In doubt"]
    assert text.startswith("X no longer shows 1 post of @account0 (21 November), ")
    assert " and 3 more; they are removed" in text


def test_posts_that_x_refuses_to_show_stay_and_the_command_is_named() -> None:
    found = told(doubted(count=3, posts_refused=1))
    assert found["In doubt"].startswith("X no longer shows 2 posts")
    assert found["Refused by X"] == (
        "X has 1 post of @nasa, and does not show them (protected, suspended or withheld); they stay until you remove "
        "them: ./aviary forget --post ID (the ids are in forgotten/doubts/account=nasa.json)"
    )
    both = told(doubted(posts_refused=2), doubted("esa", posts_refused=1))
    assert "In doubt" in both
    assert "X has 1 post of @esa and 2 posts of @nasa" in both["Refused by X"]
    assert "(the ids are in forgotten/doubts/account=HANDLE.json)" in both["Refused by X"]


def test_deletions_that_wait_name_the_command_that_removes_them_and_are_an_alert() -> None:
    found = figures(row(0, deletions_waiting=34, doubted=0))
    assert dict(deletions(found.accounts)) == {
        "Deleted at X": "X no longer has 34 posts of @nasa: too many at once to remove them unasked, so they stay "
        "until you run ./aviary forget --gone nasa"
    }
    [finding] = found.alerts
    assert (finding.account, finding.rank, finding.size) == ("nasa", 0, 34)
    [alert] = all_alerts(found)
    assert alert.what == "has lost many posts at X"
    assert alert.evidence == (
        "X no longer has 34 posts of it; they stay until you run ./aviary forget --gone nasa"
    )


def test_the_data_section_marks_them_as_a_warning() -> None:
    facts = {fact.name: fact for fact in data(figures(doubted())).facts}
    assert facts["In doubt"].warn


@pytest.mark.parametrize(
    ("status", "named"), [(Status.PROTECTED, True), (Status.SUSPENDED, True), (Status.MISSING, False)]
)
def test_what_is_stored_of_an_account_that_x_hides_stays_and_the_command_is_named(
    status: Status, named: bool
) -> None:
    listed = data(figures(missing(0, status=status, reason="so says X"), row(1))).notes
    assert listed is not None
    command = "run ./aviary forget --account nasa"
    assert (command in listed.notes[0].why) == named
    new = data(figures(missing(0, status=status, reason="so says X"))).notes
    assert new is not None
    assert "forget" not in new.notes[0].why
