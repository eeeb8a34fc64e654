"""What is held belongs to somebody, as long as that process lives and not for ever; by the machine's clock."""

import json
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import clock
from pipeline.errors import OverBudget
from pipeline.lake.client import Lake
from pipeline.spend import ledger as ledger_module
from pipeline.spend import month
from pipeline.spend.holds import ASKED_WITHIN, LIVES, Hold, _machine, is_living, may_ask, new_hold
from pipeline.spend.ledger import Budget, Ledger, spent
from pipeline.spend.month import MonthLedger
from pipeline.spend.writer import read_month
from pipeline.x_api.prices import Reads
from tests.pipeline.given import DAY

PAGE = Reads(posts=100)
ONE_PAGE = Budget(usd_per_run=0.5, usd_per_month=100)
NOVEMBER = "spend/month=2026-11.json"


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch, morning_after: str) -> None:
    monkeypatch.setattr("pipeline.spend.ledger.time.sleep", lambda seconds: None)


class MachineClock:
    """The machine's clock, which only a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2030, 1, 1, tzinfo=UTC)

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> MachineClock:
    machine = MachineClock()
    monkeypatch.setattr(clock, "machine_now", lambda: machine.now)
    return machine


def a_ledger(lake: Lake, run_id: str = "a-run", budget: Budget = ONE_PAGE) -> Ledger:
    return Ledger(lake, run_id, budget, DAY)


def crash(lake: Lake) -> None:
    with pytest.raises(KeyboardInterrupt), a_ledger(lake).reserve("@nasa", PAGE):
        raise KeyboardInterrupt


def buy(ledger: Ledger, read: Reads = PAGE) -> None:
    with ledger.reserve("@nasa", PAGE) as reservation:
        reservation.settle(read)


def test_a_hold_older_than_it_lives_counts_for_the_month_and_not_for_the_day(
    lake: Lake, machine: MachineClock
) -> None:
    crash(lake)
    with pytest.raises(OverBudget, match=r"\$0\.50 of budget\.usd_per_run \$0\.50 is used for 2026-11-22"):
        buy(a_ledger(lake))
    machine.pass_by(LIVES)
    buy(a_ledger(lake))
    november = read_month(lake, "2026-11")
    assert (spent(november), month.perhaps_billed(november)) == (Reads(posts=200), PAGE)
    with pytest.raises(OverBudget, match=r"budget\.usd_per_month"):
        buy(a_ledger(lake, budget=Budget(usd_per_run=10, usd_per_month=1.2)))


def test_the_frozen_clock_makes_no_hold_older(
    lake: Lake, machine: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(lake)
    monkeypatch.setenv("AVIARY_NOW", "2026-11-29T06:00:00Z")
    with pytest.raises(OverBudget):
        buy(a_ledger(lake))


def test_the_hold_of_a_process_that_has_ended_is_dead_at_once(lake: Lake) -> None:
    crash(lake)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    november = read_month(lake, "2026-11")
    [hold] = november["holds"].values()
    hold["owner"] = f"{hold['owner'].rpartition(' ')[0]} {ended.pid}"
    lake.put(NOVEMBER, json.dumps(november).encode())
    buy(a_ledger(lake))
    assert spent(read_month(lake, "2026-11")) == Reads(posts=200)


def test_the_process_of_another_machine_is_not_looked_for_here(machine: MachineClock) -> None:
    hold = new_hold("a-run", None, Reads(1, 0)) | {"owner": "another-machine 999999999"}
    assert is_living(Hold(**hold))


@pytest.mark.parametrize(
    ("seconds", "lives", "may_be_asked_under"),
    [(0, True, True), (299, True, True), (300, True, False), (899, True, False), (900, False, False)],
)
def test_a_hold_lives_fifteen_minutes_and_its_page_is_asked_for_in_the_first_five(
    machine: MachineClock, seconds: int, lives: bool, may_be_asked_under: bool
) -> None:
    hold = new_hold("a-run", None, PAGE)
    machine.pass_by(timedelta(seconds=seconds))
    assert (is_living(hold), may_ask(hold)) == (lives, may_be_asked_under)


def test_a_hold_says_of_counts_only_what_it_has() -> None:
    """Earlier versions did not know them."""
    assert "count_requests" not in new_hold("a-run", None, PAGE)
    assert new_hold("a-run", None, Reads(count_requests=2))["count_requests"] == 2


def test_a_process_that_may_not_be_looked_at_is_not_taken_for_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(number: int) -> psutil.Process:
        raise psutil.AccessDenied(number)

    monkeypatch.setattr(psutil, "Process", refuse)
    assert is_living(new_hold("a-run", None, PAGE))


def test_where_proc_is_missing_the_processes_of_this_machine_are_still_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on macOS."""

    def is_missing(*_: Any, **__: Any) -> str:
        raise FileNotFoundError("/proc/sys/kernel/random/boot_id")

    monkeypatch.setattr("pipeline.spend.holds._machine", _machine.__wrapped__)
    monkeypatch.setattr(Path, "read_text", is_missing)
    hold = new_hold("a-run", None, PAGE)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert is_living(hold)
    assert not is_living(Hold(**hold | {"owner": f"{hold['owner'].rpartition(' ')[0]} {ended.pid}"}))


def test_a_hold_of_the_first_release_counts_for_the_month_alone(lake: Lake) -> None:
    run = {"posts": 100, "users": 2, "held_posts": 100, "held_users": 0}
    lake.put(NOVEMBER, json.dumps({"runs": {"a-run": run}}).encode())
    buy(a_ledger(lake))
    november = read_month(lake, "2026-11")
    assert spent(november) == Reads(posts=200, users=2)
    assert (month.held(november), month.perhaps_billed(november)) == (Reads(), PAGE)


def test_a_late_answer_is_booked_in_full_and_frees_nothing_twice(lake: Lake, machine: MachineClock) -> None:
    with a_ledger(lake).reserve("@slow", PAGE) as late:
        machine.pass_by(LIVES)
        buy(a_ledger(lake, "another-run"))
        late.settle(Reads(posts=70))
        late.settle(Reads(posts=70))
    november = read_month(lake, "2026-11")
    assert spent(november) == Reads(posts=170)
    assert month.bought_for(november, str(DAY)) == Reads(posts=170)
    assert month.perhaps_billed(november) == Reads()


def test_a_worker_that_was_stopped_after_reserving_reserves_again(
    lake: Lake, machine: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between the write and its answer; meanwhile another run has taken the hold for dead, and its money."""
    put_if, stops = Lake.put_if, [ASKED_WITHIN]

    def stopped_after_writing(self: Lake, *arguments: Any, **options: Any) -> str | None:
        written = put_if(self, *arguments, **options)
        if stops:
            machine.pass_by(stops.pop())
        return written

    monkeypatch.setattr(Lake, "put_if", stopped_after_writing)
    with a_ledger(lake).reserve("@nasa", PAGE) as reservation:
        [hold] = read_month(lake, "2026-11")["holds"].values()
        assert datetime.fromisoformat(hold["at"]) == machine.now
        reservation.settle(PAGE)
    assert spent(read_month(lake, "2026-11")) == PAGE


@pytest.mark.parametrize("stage", ["hold", "settle"])
def test_a_write_whose_answer_was_lost_counts_once(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    put_if, lost = Lake.put_if, [stage == "hold"]

    def without_answer(self: Lake, *arguments: Any, **options: Any) -> str | None:
        written = put_if(self, *arguments, **options)
        return None if lost and lost.pop() else written

    monkeypatch.setattr(Lake, "put_if", without_answer)
    with a_ledger(lake).reserve("@nasa", PAGE) as reservation:
        lost[:] = [stage == "settle"]
        reservation.settle(Reads(posts=60))
    assert spent(read_month(lake, "2026-11")) == Reads(posts=60)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["hold", "settle"]),
            st.integers(0, 4),
            st.builds(Reads, st.integers(0, 120), st.integers(0, 3), st.integers(0, 2)),
        ),
        max_size=30,
    )
)
def test_any_order_of_holds_and_answers_adds_up(steps: list[tuple[str, int, Reads]]) -> None:
    book: MonthLedger = {"runs": {}}
    open_: dict[str, Reads] = {}
    booked: list[Reads] = []
    ever: set[str] = set()
    for what, number, reads in steps:
        hold_id = str(number)
        if (
            what == "hold"
            and open_.get(hold_id, reads) == reads
            and (hold_id in open_ or hold_id not in ever)
        ):
            month.add_hold(book, hold_id, new_hold(f"run-{number % 2}", str(DAY), reads))
            open_[hold_id] = reads
            ever.add(hold_id)
        elif what == "settle":
            month.settle(book, hold_id, reads, "2026-11-23")
            booked += [reads] if open_.pop(hold_id, None) is not None else []
    assert month.total(book) == _sum([*booked, *open_.values()])
    assert month.held(book) == month.held_for(book, str(DAY)) == _sum(open_.values())
    assert month.bought_for(book, str(DAY)) == _sum(booked)
    assert sum(book.get("utc_days", {}).values()) == _sum(booked).posts
    assert month.perhaps_billed(book) == Reads()
    assert ledger_module.spent(book) == month.total(book)


def _sum(reads: Iterable[Reads]) -> Reads:
    return sum(reads, Reads())


def test_a_request_that_cost_nothing_leaves_no_trace() -> None:
    book: MonthLedger = {"runs": {}}
    for reads in (Reads(posts=100), Reads(users=5), Reads(count_requests=1)):
        month.add_hold(book, "1", new_hold("a-run", str(DAY), reads))
        month.settle(book, "1", Reads(), "2026-11-23")
        assert book == {"runs": {}}


def test_look_ups_of_accounts_are_perhaps_billed_too(machine: MachineClock) -> None:
    book: MonthLedger = {"runs": {}}
    month.add_hold(book, "1", new_hold("a-run", str(DAY), Reads(0, 5)))
    machine.pass_by(LIVES)
    month.add_hold(book, "2", new_hold("a-run", str(DAY), Reads(0, 2)))
    assert (month.held(book), month.perhaps_billed(book)) == (Reads(users=2), Reads(users=5))


def test_what_is_bought_for_no_day_counts_for_none() -> None:
    book: MonthLedger = {"runs": {}}
    month.add_hold(book, "1", new_hold("a-check", None, Reads(0, 5)))
    month.settle(book, "1", Reads(users=5), "2026-11-23")
    assert book == {"runs": {"a-check": {"posts": 0, "users": 5, "held_posts": 0, "held_users": 0}}}
