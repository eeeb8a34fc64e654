"""A day of fifty accounts on which X does everything it is known to do wrong, each to an account of its own."""

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline import clock, run_day
from pipeline.errors import RunFailed, RunStopped
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.lake.raw import read_pages
from pipeline.run import WORKERS
from pipeline.sandbox.faults.rules import Fault
from pipeline.spend.ledger import spent
from pipeline.spend.writer import read_month
from pipeline.status import Status
from pipeline.x_api import transport
from pipeline.x_api.client import XApi
from tests.conftest import DAY, FaultRules, RequestStats
from tests.promises.days import adds_up, points_at_nothing_missing, write_accounts


class Case(NamedTuple):
    """An order, and how the account ends. `same`: its posts are those of a day without faults."""

    fault: Fault | None
    status: Status
    words: str = ""
    times: int | None = None
    after: int = 0
    same: bool = True


CASES = [
    # Odd pages make the same posts.
    # The first two can only meet a page that another one leads to.
    *(Case(fault, Status.OK, times=1) for fault in (Fault.EXPIRED, Fault.REPEATED_POST)),
    *(Case(fault, Status.OK, times=1, after=1) for fault in (Fault.EMPTY_PAGE, Fault.OUT_OF_ORDER)),
    Case(Fault.NEW_WORDS, Status.OK),
    Case(Fault.MIXED_WORDS, Status.OK),
    Case(Fault.GONE, Status.OK, same=False),
    # What passes costs nothing but the time.
    *(
        Case(fault, Status.OK, times=2)
        for fault in (Fault.BROKEN, Fault.UNAVAILABLE, Fault.HTML, Fault.LIST, Fault.RESET, Fault.TRUNCATED)
    ),
    # What X says of one account is that account's outcome.
    Case(Fault.SUSPENDED, Status.SUSPENDED, "X has suspended this account", after=1, same=False),
    Case(Fault.MISSING, Status.MISSING, "X knows no such account", same=False),
    Case(Fault.PROTECTED, Status.PROTECTED, "the account is protected", same=False),
    # What does not pass fails one account, and says why.
    Case(Fault.WRONG_REQUEST, Status.FAILED, "X refuses the request (400", same=False),
    Case(Fault.WITHOUT_METRICS, Status.FAILED, "has public_metrics; X may have renamed", same=False),
    Case(Fault.HANG, Status.FAILED, "X did not answer in time", same=False),
    Case(Fault.DRIP, Status.FAILED, "X did not answer in time", same=False),
    Case(Fault.RATE_LIMITED, Status.FAILED, "X's request window is used up until", times=1, same=False),
    Case(Fault.RATE_LIMITED_WITHOUT_RESET, Status.FAILED, "window is used up until", times=1, same=False),
]
NOTHING = Case(None, Status.OK)
HANDLES = [f"account_{number:02}" for number in range(50)]
WHOLE_RUN = {
    Fault.UNAUTHORIZED: "refuses the bearer token (401)",
    Fault.OUT_OF_CREDITS: "out of credits (402",
    Fault.NOT_ENROLLED: "may not read posts (403",
    Fault.SPEND_CAP: "may not read posts (403",
    Fault.MONTHLY_CAP: "the monthly cap of the X account is used up (429",
}


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of five posts, so that each account's day has several; shorter waits for silence.

    Not so short that a busy machine's answers fall under them: they hold for the accounts that are not struck as well.
    """
    monkeypatch.setattr("pipeline.read.timeline.PAGE_MAX", 5)
    monkeypatch.setattr(transport, "TIMEOUT", (10.0, 10.0))
    monkeypatch.setattr(transport, "WHOLE_ANSWER", 12.0)


@pytest.fixture
def fifty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_pages: None) -> None:
    text = "tolerate: {failed_accounts: 14%}\naccounts: [" + ", ".join(HANDLES) + "]\n"
    write_accounts(tmp_path, monkeypatch, text)


@pytest.fixture
def undisturbed(fifty: None, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Lake:
    """The same day without faults."""
    url = f"{environment['AVIARY_LAKE']}-undisturbed"
    with monkeypatch.context() as patch:
        patch.setenv("AVIARY_LAKE", url)
        run_day(DAY)
    return Lake(url)


@pytest.fixture
def struck(
    undisturbed: Lake, lake: Lake, request_stats: RequestStats, fault_rules: FaultRules
) -> dict[str, Case]:
    """The day on which everything goes wrong: who was struck by what. Those with most pages are struck."""
    fetched = {handle: found.counts.fetched for handle, found in find_outcomes(undisturbed, DAY).items()}
    busiest = sorted(HANDLES, key=lambda handle: -fetched[handle])
    cases = dict(zip(busiest, CASES, strict=False))
    for handle, case in cases.items():
        fault_rules.add(handle, str(case.fault), times=case.times, after=case.after)
    run_day(DAY)
    return cases


def test_each_fault_costs_what_it_should_and_no_other_account_anything(
    struck: dict[str, Case],
    undisturbed: Lake,
    lake: Lake,
    x: XApi,
    fault_rules: FaultRules,
    request_stats: RequestStats,
) -> None:
    outcomes = find_outcomes(lake, DAY)
    assert set(outcomes) == set(HANDLES)
    assert [handle for handle, hits in fault_rules.hits().items() if not hits] == []
    for handle, outcome in outcomes.items():
        case = struck.get(handle, NOTHING)
        assert outcome.status == case.status, (handle, case, outcome.reason)
        assert case.words in (outcome.reason or ""), (handle, case)
        assert adds_up(outcome)
        if case.same:
            key = keys.posts(DAY, handle)
            assert lake.get(key) == undisturbed.get(key), (handle, case)
    points_at_nothing_missing(lake)

    # What X has served and what is in the lake, to the post.
    accounts = request_stats.counts()["accounts"]
    for handle in HANDLES:
        stored = sum(len(page.items) for page in read_pages(lake, DAY, handle))
        sent = accounts.get(handle, {}).get("posts", 0)
        if struck.get(handle, NOTHING).fault == Fault.TRUNCATED:
            assert sent == stored + 2 * 5, handle  # its first page was sent twice in vain
        else:
            assert sent == stored, handle
    # X bills a post once a day, however often it is sent.
    billed = int(x.usage(1)["data"]["project_usage"])
    assert request_stats.counts()["posts"] > billed > 0
    assert spent(read_month(lake, "2026-11")).posts >= billed


@pytest.mark.parametrize("fault", WHOLE_RUN)
def test_what_concerns_every_account_stops_the_run_after_a_handful_of_requests(
    fault: Fault, fifty: None, lake: Lake, request_stats: RequestStats, fault_rules: FaultRules
) -> None:
    fault_rules.add("*", fault, after=20)
    with pytest.raises(RunStopped) as caught:
        run_day(DAY)
    assert WHOLE_RUN[fault] in str(caught.value)
    told = sum(
        count
        for status, count in request_stats.counts()["statuses"].items()
        if status in ("401", "402", "403", "429")
    )
    assert 1 <= told <= WORKERS


def test_a_new_owner_of_a_handle_stops_that_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lake: Lake, fault_rules: FaultRules
) -> None:
    write_accounts(tmp_path, monkeypatch, "profile_days: 1\naccounts: [pixelforge, tideandco]\n")
    with clock.frozen(clock.parse_instant("2026-11-22T06:00:00Z")):
        run_day(DAY - timedelta(days=1))
    fault_rules.add("tideandco", Fault.RENAMED)
    with pytest.raises(RunFailed, match="@tideandco: the handle now belongs to another account"):
        run_day(DAY)
    assert find_outcomes(lake, DAY)["pixelforge"].status == Status.OK
