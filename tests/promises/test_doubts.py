"""A surprise is doubted before anything is removed: what X does not show stays until X has said that it is gone."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import clock, run_day
from pipeline.errors import RunFailed
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import read_pages
from pipeline.lake.records import Outcome
from pipeline.refresh.deletions import find_doubts
from pipeline.schema import POSTS
from pipeline.status import Status
from tests.conftest import DAY, FaultRules, RequestStats
from tests.promises.days import write_accounts

HANDLE = "pixelforge"
ACCOUNTS = f"""\
timezone: UTC
defaults: {{refresh_days: 2}}
accounts: [{HANDLE}]
"""
EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
OWN_PAGE = 1  # the first page of a run is the day's own: what is deleted is of the pages after it


@pytest.fixture(autouse=True)
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write_accounts(tmp_path, monkeypatch, ACCOUNTS)


def run(day: date, at: str = "06:00") -> None:
    """Run a day at a time (UTC) of the morning after it."""
    with clock.frozen(clock.parse_instant(f"{day + timedelta(days=1)}T{at}:00Z")):
        run_day(day)


@pytest.fixture
def eve(lake: Lake) -> list[str]:
    """The day before DAY is in the lake; return the ids of its posts."""
    run(EVE)
    return ids(lake)


def ids(lake: Lake, day: date = EVE, account: str = HANDLE) -> list[str]:
    found = find_frame(lake, keys.posts(day, account), POSTS)
    assert found is not None
    return found["post_id"].to_list()


def outcome(lake: Lake, day: date, account: str = HANDLE) -> Outcome:
    found = find_outcome(lake, day, account)
    assert found is not None
    return found


def page_of(lake: Lake, day: date) -> str:
    return " ".join(lake.get(keys.report(day)).decode().split())


def not_found(lake: Lake, post_id: str) -> list[datetime]:
    return list(find_doubts(lake, HANDLE).posts[post_id].not_found)


def test_what_x_says_is_gone_on_two_days_is_forgotten_and_until_then_it_is_marked(
    lake: Lake, eve: list[str], fault_rules: FaultRules
) -> None:
    before = outcome(lake, EVE).counts
    fault_rules.add(HANDLE, "gone", after=OWN_PAGE)
    run(DAY)

    assert ids(lake) == eve
    assert (outcome(lake, DAY).doubted, outcome(lake, DAY).deleted) == (1, 0)
    assert outcome(lake, DAY).doubted_days == (EVE,)
    told = (
        f"X no longer shows 1 post of @{HANDLE} (21 November); it is removed once X has said so on two days"
    )
    assert told in page_of(lake, DAY)

    run(NEXT)

    assert ids(lake) == eve[:-1]
    assert (outcome(lake, NEXT).doubted, outcome(lake, NEXT).deleted) == (0, 1)
    assert outcome(lake, EVE).counts == before.model_copy(update={"kept": before.kept - 1, "forgotten": 1})
    assert "1 forgotten" in page_of(lake, EVE)
    assert "no longer shows" not in page_of(lake, NEXT)
    assert "no longer shows" in page_of(lake, DAY)  # as it was then


def test_a_repetition_of_either_day_changes_nothing(
    lake: Lake, eve: list[str], fault_rules: FaultRules, request_stats: RequestStats
) -> None:
    fault_rules.add(HANDLE, "gone", after=OWN_PAGE)
    run(DAY)
    run(NEXT)
    stored, asked = lake.etags(""), request_stats.requests()

    run(DAY)
    run(NEXT)

    assert lake.etags("") == stored
    assert request_stats.requests() == asked


def test_one_empty_success_loses_nothing(lake: Lake, eve: list[str], fault_rules: FaultRules) -> None:
    fault_rules.add(HANDLE, "depth", times=1, after=OWN_PAGE, posts=1)
    run(DAY)
    run(NEXT)

    assert ids(lake) == eve
    # Asked by their ids, X has all of them: there is no doubt left.
    assert [outcome(lake, day).doubted for day in (DAY, NEXT)] == [0, 0]


def test_an_empty_success_and_everything_not_found_once_lose_nothing(
    lake: Lake, eve: list[str], fault_rules: FaultRules
) -> None:
    fault_rules.add(HANDLE, "depth", times=1, after=OWN_PAGE, posts=1)
    fault_rules.add(HANDLE, "not_found", times=1)
    run(DAY)
    assert outcome(lake, DAY).doubted == len(eve)
    run(NEXT)

    assert ids(lake) == eve
    assert outcome(lake, NEXT).doubted == 0


@pytest.mark.parametrize(("first", "second", "left"), [("08:00", "04:00", 0), ("08:00", "03:59", 1)])
def test_the_two_answers_lie_twenty_hours_apart(
    lake: Lake, eve: list[str], fault_rules: FaultRules, first: str, second: str, left: int
) -> None:
    fault_rules.add(HANDLE, "gone", after=OWN_PAGE)
    run(DAY, first)
    run(NEXT, second)
    assert outcome(lake, NEXT).doubted == left
    assert len(ids(lake)) == len(eve) - 1 + left


def test_two_answers_of_one_utc_day_prove_nothing(
    lake: Lake, fault_rules: FaultRules, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where days end at noon UTC, two of them can be run on one UTC day, nearly a day apart."""
    write_accounts(accounts.parent, monkeypatch, ACCOUNTS.replace("UTC", "Etc/GMT-12"))

    def run_at(day: date, at: str) -> None:
        with clock.frozen(clock.parse_instant(at)):
            run_day(day)

    run_at(EVE, "2026-11-21T18:00:00Z")
    stored = ids(lake)
    fault_rules.add(HANDLE, "gone", after=OWN_PAGE)
    run_at(DAY, "2026-11-23T00:30:00Z")
    run_at(NEXT, "2026-11-23T23:30:00Z")

    assert ids(lake) == stored
    assert outcome(lake, NEXT).doubted == 1


def test_a_living_answer_in_between_starts_over(lake: Lake, eve: list[str], fault_rules: FaultRules) -> None:
    fault_rules.add(HANDLE, "gone", after=OWN_PAGE)
    run(DAY)
    fault_rules.clear()
    run(NEXT)
    assert outcome(lake, NEXT).doubted == 0
    assert not_found(lake, eve[-1]) == []

    # Its day is not read again by now: only an open doubt would be asked about.
    run(NEXT + timedelta(days=1))
    assert ids(lake) == eve


def test_what_a_look_up_leaves_out_stays_in_doubt_and_costs_nothing(
    lake: Lake, eve: list[str], fault_rules: FaultRules, request_stats: RequestStats
) -> None:
    fault_rules.add(HANDLE, "gone", after=OWN_PAGE)
    fault_rules.add(HANDLE, "left_out")
    run(DAY)
    run(NEXT)

    assert ids(lake) == eve
    assert outcome(lake, NEXT).doubted == 1
    assert request_stats.counts()["endpoints"]["lookup"]["posts"] == 0


def test_what_x_refuses_to_show_is_kept_and_the_command_that_removes_it_is_told(
    lake: Lake, eve: list[str], fault_rules: FaultRules
) -> None:
    fault_rules.add(HANDLE, "gone", after=OWN_PAGE)
    fault_rules.add(HANDLE, "withheld")
    run(DAY)
    run(NEXT)

    assert ids(lake) == eve
    assert (outcome(lake, NEXT).doubted, outcome(lake, NEXT).posts_refused) == (1, 1)
    assert f"X has 1 post of @{HANDLE}, and does not show them" in page_of(lake, NEXT)
    assert "./aviary forget --post ID" in page_of(lake, NEXT)


def test_an_account_that_is_away_in_between_is_not_asked_about(
    lake: Lake, eve: list[str], fault_rules: FaultRules, request_stats: RequestStats
) -> None:
    fault_rules.add(HANDLE, "gone", after=OWN_PAGE)
    run(DAY)
    fault_rules.add(HANDLE, "protected")
    with pytest.raises(RunFailed):
        run(NEXT)

    assert outcome(lake, NEXT).status == Status.PROTECTED
    assert ids(lake) == eve
    assert request_stats.counts()["endpoints"]["lookup"]["requests"] == 1
    assert f"./aviary forget --account {HANDLE}" in page_of(lake, NEXT)


def test_an_account_that_goes_away_after_its_own_page_keeps_its_day(
    lake: Lake, eve: list[str], fault_rules: FaultRules
) -> None:
    fault_rules.add(HANDLE, "missing", endpoint="timeline", after=OWN_PAGE)
    fault_rules.add(HANDLE, "missing", endpoint="lookup")
    run(DAY)

    assert outcome(lake, DAY).status == Status.OK
    assert "knows no such account" in (outcome(lake, DAY).refresh_stopped_because or "")
    assert read_pages(lake, DAY, HANDLE, keys.lookup_page) == []
    assert ids(lake) == eve


@pytest.mark.parametrize("fault", ["500", "400", "html", "list", "reset", "truncated"])
def test_a_look_up_that_fails_costs_a_day_of_certainty_and_not_the_day(
    lake: Lake, eve: list[str], fault_rules: FaultRules, fault: str
) -> None:
    fault_rules.add(HANDLE, "gone", after=OWN_PAGE)
    fault_rules.add(HANDLE, fault, endpoint="lookup")
    run(DAY)

    assert outcome(lake, DAY).status == Status.OK
    assert outcome(lake, DAY).doubted == 1
    assert outcome(lake, DAY).refresh_stopped_because
    fault_rules.clear()
    run(NEXT)
    assert ids(lake) == eve
