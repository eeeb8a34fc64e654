"""The ledger may say too much, never too little, and lets nobody buy beyond the budget."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.errors import (
    LakeError,
    OverBudget,
    RateLimited,
    RunStopped,
    XBadResponse,
    XRefused,
    XUnavailable,
)
from pipeline.lake.client import Lake
from pipeline.spend.ledger import Budget, Ledger, spent
from pipeline.spend.writer import read_month
from pipeline.x_api.prices import Reads, usd
from tests.pipeline.given import DAY, NOON

PLENTY = Budget(usd_per_run=1000, usd_per_month=1000)
PAGE = Reads(posts=100)


def buy(ledger: Ledger, most: Reads, read: Reads) -> None:
    with ledger.reserve("@nasa", most) as purchase:
        purchase.settle(read)


def november(lake: Lake) -> Reads:
    return spent(read_month(lake, "2026-11"))


def test_reads_have_xs_prices() -> None:
    assert usd(posts=1000) == 5.0
    assert usd(users=100) == 1.0
    assert usd(posts=3, users=1) == 0.025
    assert Reads(posts=200, users=2).usd == 1.02
    assert usd(count_requests=3) == Reads(count_requests=3).usd == 0.015


def test_what_was_read_is_what_stands_in_the_book(lake: Lake, morning_after: str) -> None:
    ledger = Ledger(lake, "a-run", PLENTY, DAY)
    buy(ledger, PAGE, Reads(posts=60))
    buy(ledger, Reads(users=5), Reads(users=5))
    nothing_held = {"held_posts": 0, "held_users": 0}
    assert read_month(lake, "2026-11") == {
        "runs": {"a-run": {"posts": 60, "users": 5} | nothing_held},
        "days": {"2026-11-22": {"posts": 60, "users": 5}},
        "utc_days": {"2026-11-23": 60},
    }


def test_requests_that_count_are_booked_apart_from_posts(lake: Lake, morning_after: str) -> None:
    ledger = Ledger(lake, "a-run", Budget(usd_per_run=0.01, usd_per_month=100), DAY)
    count = Reads(count_requests=1)
    buy(ledger, count, count)
    with ledger.reserve("@nasa", count) as held:
        assert november(lake) == Reads(count_requests=2)
        with pytest.raises(OverBudget), ledger.reserve("@esa", Reads(posts=2)):
            pytest.fail("bought beyond the budget")
        held.settle(Reads())
    assert read_month(lake, "2026-11") == {
        "runs": {
            "a-run": {
                "posts": 0,
                "users": 0,
                "count_requests": 1,
                "held_posts": 0,
                "held_users": 0,
                "held_count_requests": 0,
            }
        },
        "days": {"2026-11-22": {"posts": 0, "users": 0, "count_requests": 1}},
    }


def test_while_a_page_is_bought_its_highest_price_is_set_aside(lake: Lake) -> None:
    with Ledger(lake, "a-run", PLENTY).reserve("@nasa", PAGE) as purchase:
        assert november(lake) == PAGE
        purchase.settle(Reads(posts=1))
    assert november(lake) == Reads(posts=1)


@pytest.mark.parametrize("error", [XBadResponse("cut off"), LakeError("no S3"), KeyboardInterrupt()])
def test_a_purchase_whose_answer_is_lost_stays_in_the_book(lake: Lake, error: BaseException) -> None:
    with pytest.raises(type(error)), Ledger(lake, "a-run", PLENTY).reserve("@nasa", PAGE):
        raise error
    assert november(lake) == PAGE


@pytest.mark.parametrize(
    "error", [XUnavailable("503"), RateLimited("later", NOON), RunStopped("402"), XRefused("400")], ids=str
)
def test_an_error_x_tells_costs_nothing(lake: Lake, error: Exception) -> None:
    with pytest.raises(type(error)), Ledger(lake, "a-run", PLENTY).reserve("@nasa", PAGE):
        raise error
    assert november(lake) == Reads()


@pytest.mark.parametrize(
    "error", [XUnavailable("503"), RateLimited("later", NOON), XRefused("400"), XBadResponse("cut")], ids=str
)
def test_after_an_error_that_is_not_of_all_requests_the_run_goes_on(lake: Lake, error: Exception) -> None:
    with pytest.raises(type(error)), Ledger(lake, "a-run", PLENTY).reserve("@nasa", PAGE):
        raise error
    buy(Ledger(lake, "a-run", PLENTY), PAGE, PAGE)


def test_sixteen_workers_at_once_lose_no_update(lake: Lake) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(
            pool.map(
                lambda number: buy(Ledger(lake, f"run-{number % 3}", PLENTY), PAGE, Reads(posts=number)),
                range(16),
            )
        )
    assert november(lake) == Reads(posts=sum(range(16)))


def test_the_last_cent_of_a_run_may_be_spent_and_no_more(lake: Lake) -> None:
    ledger = Ledger(lake, "a-run", Budget(usd_per_run=0.5, usd_per_month=100))
    buy(ledger, PAGE, PAGE)
    with pytest.raises(OverBudget) as caught, ledger.reserve("@nasa", Reads(posts=1)):
        pytest.fail("bought beyond the budget")
    assert str(caught.value) == (
        "@nasa: the next read may cost $0.01, and $0.50 of budget.usd_per_run $0.50 is used; raise it in "
        "accounts.yaml and run again to read the rest"
    )


def test_a_purchase_beyond_the_budget_changes_nothing(lake: Lake) -> None:
    ledger = Ledger(lake, "a-run", Budget(usd_per_run=0.6, usd_per_month=100))
    buy(ledger, PAGE, PAGE)
    before = lake.find("spend/month=2026-11.json")
    with pytest.raises(OverBudget), ledger.reserve("@nasa", PAGE):
        pytest.fail("bought beyond the budget")
    assert lake.find("spend/month=2026-11.json") == before


def test_a_months_budget_is_shared_by_its_runs(lake: Lake) -> None:
    budget = Budget(usd_per_run=0.6, usd_per_month=0.8)
    buy(Ledger(lake, "one", budget), PAGE, PAGE)
    with pytest.raises(OverBudget, match=r"\$0.50 of budget.usd_per_month \$0.80 is used"):
        buy(Ledger(lake, "two", budget), PAGE, PAGE)
    buy(Ledger(lake, "two", budget), Reads(posts=60), Reads(posts=60))
    assert november(lake).usd == 0.8


def test_a_new_month_begins_by_the_clock_with_nothing_spent(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = Budget(usd_per_run=10, usd_per_month=0.5)
    buy(Ledger(lake, "one", budget), PAGE, PAGE)
    monkeypatch.setenv("AVIARY_NOW", "2026-12-01T00:00:00Z")
    buy(Ledger(lake, "two", budget), PAGE, PAGE)
    assert (november(lake), spent(read_month(lake, "2026-12"))) == (PAGE, PAGE)


def test_a_page_asked_for_in_one_month_is_settled_in_that_months_book(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger(lake, "a-run", PLENTY).reserve("@nasa", PAGE) as purchase:
        monkeypatch.setenv("AVIARY_NOW", "2026-12-01T00:00:00Z")
        purchase.settle(Reads(posts=7))
    assert (november(lake), read_month(lake, "2026-12")) == (Reads(posts=7), {"runs": {}})


def test_a_run_that_goes_on_into_the_next_month_keeps_its_own_limit(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(lake, "a-run", Budget(usd_per_run=0.6, usd_per_month=100))
    monkeypatch.setenv("AVIARY_NOW", "2026-11-30T23:59:59Z")
    buy(ledger, PAGE, PAGE)
    monkeypatch.setenv("AVIARY_NOW", "2026-12-01T00:00:01Z")
    with pytest.raises(OverBudget, match=r"\$0.50 of budget.usd_per_run"):
        buy(ledger, PAGE, PAGE)


class TestStopped:
    """What one worker of a run heard of X, the others need not hear again."""

    @pytest.fixture
    def stopped(self, lake: Lake, morning_after: str) -> Ledger:
        ledger = Ledger(lake, "a-run", PLENTY)
        with pytest.raises(RunStopped), ledger.reserve("@nasa", PAGE):
            raise RunStopped("out of credits")
        return Ledger(lake, "a-run", PLENTY)

    def test_another_worker_of_the_run_buys_nothing_and_says_the_same(
        self, stopped: Ledger, lake: Lake
    ) -> None:
        with pytest.raises(RunStopped, match=r"^out of credits$"), stopped.reserve("@esa", PAGE):
            pytest.fail("asked X again")
        assert november(lake) == Reads()

    def test_another_run_asks_for_itself(self, stopped: Ledger, lake: Lake) -> None:
        buy(Ledger(lake, "another-run", PLENTY), PAGE, PAGE)
        assert november(lake) == PAGE

    def test_a_plan_made_anew_asks_again(self, stopped: Ledger, lake: Lake) -> None:
        stopped.begin()
        buy(stopped, PAGE, PAGE)
        assert november(lake) == PAGE

    def test_ten_minutes_later_one_may_ask_again(
        self, stopped: Ledger, lake: Lake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVIARY_NOW", "2026-11-23T06:10:00Z")
        buy(stopped, PAGE, PAGE)
        assert november(lake) == PAGE

    def test_a_plan_made_anew_leaves_other_runs_stopped(self, stopped: Ledger, lake: Lake) -> None:
        with pytest.raises(RunStopped), Ledger(lake, "another-run", PLENTY).reserve("@nasa", PAGE):
            raise RunStopped("out of credits")
        stopped.begin()
        assert set(read_month(lake, "2026-11")["stopped"]) == {"another-run"}
        Ledger(lake, "another-run", PLENTY).begin()
        assert read_month(lake, "2026-11") == {"runs": {}}

    def test_to_begin_writes_nothing_when_nothing_was_stopped(self, lake: Lake) -> None:
        Ledger(lake, "a-run", PLENTY).begin()
        assert lake.keys("spend/") == []


def test_a_month_without_spending_has_an_empty_book(lake: Lake) -> None:
    assert spent(read_month(lake, "2020-01")) == Reads()


def test_money_that_others_only_hold_is_waited_for(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pages of at most $0.50 and a budget of $0.60: the second waits until the first has cost what it cost."""
    ledger = Ledger(lake, "a-run", Budget(usd_per_run=0.60, usd_per_month=100.0))
    waits: list[float] = []
    with ledger.reserve("@first", Reads(posts=100)) as first:

        def settled_meanwhile(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 3:
                first.settle(Reads(posts=10))

        monkeypatch.setattr("pipeline.spend.ledger.time.sleep", settled_meanwhile)
        with ledger.reserve("@second", Reads(posts=100)) as second:
            second.settle(Reads(posts=20))

    assert len(waits) == 3
    assert spent(read_month(lake, "2026-11")) == Reads(posts=30)


def test_the_last_cent_that_others_only_hold_is_waited_for_too(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(lake, "a-run", Budget(usd_per_run=0.50, usd_per_month=100.0))
    with ledger.reserve("@first", PAGE) as first:
        monkeypatch.setattr("pipeline.spend.ledger.time.sleep", lambda seconds: first.settle(Reads()))
        buy(ledger, PAGE, PAGE)
    assert november(lake) == PAGE


def test_money_that_a_crash_left_held_is_not_waited_for_without_end(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits forty times, and each time for about a second."""
    waits: list[float] = []
    monkeypatch.setattr("pipeline.spend.ledger.time.sleep", waits.append)
    ledger = Ledger(lake, "a-run", Budget(usd_per_run=0.60, usd_per_month=100.0))
    with (
        ledger.reserve("@crashed", Reads(posts=100)),
        pytest.raises(OverBudget, match=r"\$0\.50 of budget\.usd_per_run \$0\.60 is used"),
    ):
        buy(ledger, Reads(posts=100), Reads())
    assert len(waits) == 40
    assert sum(waits) == pytest.approx(40, abs=12)
