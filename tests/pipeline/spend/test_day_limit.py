"""`usd_per_run` is the most that is bought for a day of the lake: by all commands, in all UTC months."""

import json
from datetime import date

import pytest

from pipeline.errors import OverBudget
from pipeline.lake.client import Lake
from pipeline.spend.ledger import Budget, Ledger, spent
from pipeline.spend.writer import read_month
from pipeline.x_api.prices import Reads

LAST_OF_NOVEMBER = date(2026, 11, 30)
PAGE = Reads(posts=100)
BUDGET = Budget(usd_per_run=0.6, usd_per_month=100)


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.spend.ledger.time.sleep", lambda seconds: None)


def buy(lake: Lake, run_id: str, day: date = LAST_OF_NOVEMBER, budget: Budget = BUDGET) -> None:
    with Ledger(lake, run_id, budget, day).reserve("@nasa", PAGE) as reservation:
        reservation.settle(PAGE)


def at(instant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVIARY_NOW", instant)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2026-12-01T06:00:00Z", "2026-12-01T07:00:00Z"),
        ("2026-12-01T06:00:00Z", "2027-03-01T06:00:00Z"),
        ("2026-11-30T23:59:59Z", "2026-12-01T00:00:01Z"),  # a day of Kiribati ends at ten in the morning
        ("2027-03-01T06:00:00Z", "2026-12-01T06:00:00Z"),  # as frozen clocks may
    ],
)
def test_a_day_has_one_limit_whichever_commands_buy_it_and_when(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    at(first, monkeypatch)
    buy(lake, "one")
    at(second, monkeypatch)
    with pytest.raises(OverBudget, match=r"\$0\.50 of budget\.usd_per_run \$0\.60 is used for 2026-11-30"):
        buy(lake, "two")


def test_each_day_has_its_own_limit_whatever_the_run_is_called(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    at("2026-12-01T06:00:00Z", monkeypatch)
    for number in range(1, 4):
        buy(lake, "a-run", date(2026, 11, number))
    assert spent(read_month(lake, "2026-12")) == Reads(posts=300)


def test_a_run_across_the_end_of_a_month_keeps_to_both_limits(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = Budget(usd_per_run=1.2, usd_per_month=0.7)
    at("2026-11-30T23:59:58Z", monkeypatch)
    buy(lake, "a-run", budget=budget)
    with pytest.raises(OverBudget, match=r"budget\.usd_per_month"):
        buy(lake, "a-run", budget=budget)
    at("2026-12-01T00:00:05Z", monkeypatch)
    buy(lake, "a-run", budget=budget)
    with pytest.raises(OverBudget, match=r"\$1\.00 of budget\.usd_per_run \$1\.20"):
        buy(lake, "a-run", budget=budget)


def crossed_by_another(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a worker of December writes its hold, another writes one in November, which the first has read."""
    at("2026-12-01T00:00:01Z", monkeypatch)
    find, others = Lake.find, ["another"]

    def the_other_comes_first(self: Lake, key: str, *arguments: object) -> object:
        found = find(self, key, *arguments)
        if key == "spend/month=2026-11.json" and others:
            others.clear()
            with monkeypatch.context() as before:
                at("2026-11-30T23:59:59Z", before)
                buy(lake, "another")
        return found

    monkeypatch.setattr(Lake, "find", the_other_comes_first)


def test_two_workers_on_both_sides_of_the_months_end_do_not_overspend_the_day(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    crossed_by_another(lake, monkeypatch)
    with pytest.raises(OverBudget, match=r"budget\.usd_per_run"):
        buy(lake, "a-run")
    assert spent(read_month(lake, "2026-12")) == Reads()


def test_where_there_is_enough_for_two_workers_on_both_sides_of_the_months_end_both_are_booked(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    crossed_by_another(lake, monkeypatch)
    buy(lake, "a-run", budget=Budget(usd_per_run=1.2, usd_per_month=100))
    assert [spent(read_month(lake, month)) for month in ("2026-11", "2026-12")] == [PAGE, PAGE]


def test_what_the_first_release_spent_counts_for_the_month_only(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    at("2026-12-01T06:00:00Z", monkeypatch)
    run = {"posts": 100, "users": 0, "held_posts": 0, "held_users": 0}
    lake.put("spend/month=2026-12.json", json.dumps({"runs": {"a-run": run}}).encode())
    buy(lake, "a-run")
    assert spent(read_month(lake, "2026-12")) == Reads(posts=200)
    with pytest.raises(OverBudget, match=r"\$1\.00 of budget\.usd_per_month \$1\.20"):
        buy(lake, "a-run", date(2026, 11, 29), Budget(usd_per_run=0.6, usd_per_month=1.2))


def test_without_a_frozen_clock_no_ledger_is_listed_for_a_new_day(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run a day buys in the month it is for, and a listing for each page would cost a request."""
    monkeypatch.delenv("AVIARY_NOW")
    monkeypatch.setattr("pipeline.clock.frozen_at", lambda: None)
    monkeypatch.setattr(Lake, "keys", lambda *_, **__: pytest.fail("listed the ledgers"))
    from_now = date.today()  # noqa: DTZ011  # of the machine's clock, as the ledger's months are
    buy(lake, "a-run", from_now)


@pytest.mark.parametrize(
    ("instant", "read"),
    [
        ("2026-11-29T23:59:59Z", {"2026-11"}),
        (
            "2026-11-30T00:00:00Z",
            {"2026-11", "2026-12"},
        ),  # a worker whose clock is ahead may be there already
        ("2026-12-01T23:59:59Z", {"2026-11", "2026-12"}),  # or one may still be in November
        ("2026-12-02T00:00:00Z", {"2026-11", "2026-12"}),  # where the day may have been bought
    ],
)
def test_other_months_are_read_where_something_may_be_bought_for_the_day(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, instant: str, read: set[str]
) -> None:
    lake.put("spend/month=2026-11.json", b'{"runs": {}}')
    find, found = Lake.find, set()

    def watched(self: Lake, key: str, *arguments: object) -> object:
        found.add(key.removeprefix("spend/month=").removesuffix(".json"))
        return find(self, key, *arguments)

    monkeypatch.setattr(Lake, "find", watched)
    at(instant, monkeypatch)
    buy(lake, "a-run", date(2026, 11, 20))
    assert found == read


def test_a_run_lists_the_ledgers_once(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    at("2026-12-01T06:00:00Z", monkeypatch)
    listing, listed = Lake.keys, []

    def watched(self: Lake, prefix: str, **bounds: str) -> list[str]:
        listed.append(prefix)
        return listing(self, prefix, **bounds)

    monkeypatch.setattr(Lake, "keys", watched)
    ledger = Ledger(lake, "a-run", Budget(10, 10), LAST_OF_NOVEMBER)
    for _ in range(3):
        with ledger.reserve("@nasa", PAGE) as reservation:
            reservation.settle(PAGE)
    assert len(listed) == 1
