"""What a day costs: at most by accounts.yaml, as a rule by the days that were read."""

import json
from datetime import date

import polars as pl
import pytest

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import to_parquet
from pipeline.schema import ROLLUP
from pipeline.spend.estimate import Cost, account_costs, cost_of
from pipeline.spend.holds import Hold, new_hold
from pipeline.spend.month import MonthLedger, add_hold, settle
from pipeline.x_api.prices import Reads, at_most_text, counts_text, day_at_most, first_run_at_most
from tests.pipeline.given import COLLECTED_AT, DAY, config


def rollups(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(ROLLUP) | row for row in rows], schema=ROLLUP)


@pytest.mark.parametrize(
    ("settings", "dollars"),
    [
        # The last page may bring four too many, five tell whether X's depth was reached; and the look-up.
        ({"max_posts": 1}, (1 + 4 + 5) * 0.005 + 0.01),
        ({"max_posts": 100}, (100 + 4 + 5) * 0.005 + 0.01),
        ({"max_posts": 100, "mentions": True}, (100 + 4 + 5) * 0.005 + 0.01 + 0.005),
        ({"max_posts": 100, "mentions": True, "completeness": True}, (100 + 4 + 5) * 0.005 + 0.01 + 0.01),
        ({"max_posts": 100, "include": ["posts", "retweets"]}, (3 * 104 + 5) * 0.005 + 0.01),
        # Its own day and three more, whose posts may be looked up.
        ({"max_posts": 100, "refresh_days": 3}, (104 + 5 + 304 + 300) * 0.005 + 0.01),
        (
            {"max_posts": 100, "refresh_days": 3, "include": ["retweets"]},
            (3 * 104 + 5 + 3 * 304 + 300) * 0.005 + 0.01,
        ),
    ],
)
def test_a_day_costs_at_most_what_may_be_read(settings: dict[str, object], dollars: float) -> None:
    [account] = config({"handle": "nasa"} | settings).accounts
    assert day_at_most(account) == pytest.approx(dollars)


@pytest.mark.parametrize(("dollars", "told"), [(0.06, "$0.06"), (1.055, "$1.06"), (0.1 + 0.2, "$0.30")])
def test_a_highest_price_is_told_rounded_up(dollars: float, told: str) -> None:
    assert at_most_text(dollars) == told


def test_a_first_run_looks_everyone_up_and_has_no_days_to_read_again() -> None:
    settings = {"max_posts": 100, "refresh_days": 3, "mentions": True}
    assert first_run_at_most(config("nasa", "esa", defaults=settings)) == pytest.approx(
        2 * (109 * 0.005 + 0.01 + 0.005)
    )


def test_counts_are_told_apart() -> None:
    accounts = config("nasa", {"handle": "esa", "mentions": True}).accounts
    assert counts_text(accounts[:1]) is None
    assert counts_text(accounts) == (
        "included: at most 1 request a day for X's counts (mentions, completeness), $0.005 each whatever they "
        "count, $0.005 in all"
    )


def test_the_expected_price_is_the_mean_of_the_days_that_were_read() -> None:
    days = rollups(
        {"day": date(2026, 11, 20), "account": "nasa", "cost_usd": 0.10, "collected_at": COLLECTED_AT},
        {"day": date(2026, 11, 21), "account": "nasa", "cost_usd": 0.30, "collected_at": COLLECTED_AT},
        {
            "day": date(2026, 11, 22),
            "account": "nasa",
            "cost_usd": 0.0,
        },  # failed: says nothing of a usual day
        {"day": date(2026, 11, 22), "account": "gone", "cost_usd": 9.0, "collected_at": COLLECTED_AT},
    )
    nasa, esa = account_costs(config("NASA", "esa").accounts, days)
    assert [nasa.expected, nasa.spent] == pytest.approx([0.2, 0.4])
    assert (esa.expected, esa.spent) == (None, 0.0)


def test_a_run_is_expected_to_cost_its_accounts_and_its_share_of_look_ups() -> None:
    days = rollups({"account": "nasa", "cost_usd": 0.25, "collected_at": COLLECTED_AT})
    costs = account_costs(config("nasa", {"handle": "esa", "max_posts": 100}).accounts, days)
    cost = Cost(costs, look_ups=0.01, spent_in_month=0, months=())
    assert cost.expected == pytest.approx(0.25 + day_at_most(costs[1].account) + 0.01)
    assert cost.usual == pytest.approx(0.25 + 0.01)
    assert (cost.held, cost.perhaps_billed) == (0, 0)
    assert cost.at_most == pytest.approx(sum(day_at_most(each.account) for each in costs))


@pytest.mark.parametrize("status", ["suspended", "missing", "protected"])
def test_an_account_that_x_does_not_show_is_expected_to_cost_nothing(status: str) -> None:
    days = rollups(
        {
            "day": date(2026, 11, 21),
            "account": "nasa",
            "cost_usd": 0.3,
            "collected_at": COLLECTED_AT,
            "status": "ok",
        },
        {"day": date(2026, 11, 22), "account": "nasa", "cost_usd": 0.0, "status": status},
        {"day": date(2026, 11, 22), "account": "esa", "cost_usd": 0.0, "status": status},
    )
    for each in account_costs(config("nasa", "esa").accounts, days):
        assert (each.expected, each.unreadable) == (0.0, status)


def test_an_account_that_x_shows_again_costs_what_it_used_to() -> None:
    days = rollups(
        {
            "day": date(2026, 11, 22),
            "account": "nasa",
            "cost_usd": 0.3,
            "collected_at": COLLECTED_AT,
            "status": "ok",
        },
        {"day": date(2026, 11, 21), "account": "nasa", "cost_usd": 0.0, "status": "suspended"},
    )
    [nasa] = account_costs(config("nasa").accounts, days)
    assert (nasa.expected, nasa.unreadable) == (0.3, None)


def stored(lake: Lake, day: date, dollars: float, status: str = "ok", account: str = "nasa") -> None:
    """Store a roll-up of a day that cost so much."""
    read = {"cost_usd": dollars, "collected_at": COLLECTED_AT}
    lake.put(keys.rollup(day), to_parquet(rollups({"day": day, "account": account, "status": status} | read)))


def bought(lake: Lake, month: str, posts: int) -> None:
    """Store a month in which so many posts were bought."""
    run = {"posts": posts, "users": 0, "held_posts": 0, "held_users": 0}
    lake.put(keys.spend(month), json.dumps({"runs": {"a-run": run}}).encode())


def test_the_cost_goes_by_the_days_asked_for_and_by_the_months_that_they_are_in(lake: Lake) -> None:
    today = date(2026, 12, 1)
    for day, dollars in ((28, 9.0), (29, 0.2), (30, 0.4)):
        stored(lake, date(2026, 11, day), dollars)
    bought(lake, "2026-10", 1000)
    bought(lake, "2026-11", 200)
    bought(lake, "2026-12", 60)
    cost = cost_of(lake, config("nasa"), today, 2)
    assert [cost.accounts[0].expected, cost.accounts[0].spent] == pytest.approx([0.3, 0.6])
    assert cost.months == (("2026-11", 1.0), ("2026-12", 0.3))
    assert (cost.spent_in_month, cost.held, cost.perhaps_billed) == (0.3, 0.0, 0.0)


@pytest.mark.parametrize(
    ("today", "months"),
    [
        (date(2026, 11, 2), ["2026-11"]),
        (date(2026, 11, 1), ["2026-10", "2026-11"]),
        (date(2026, 11, 30), ["2026-11"]),
    ],
)
def test_the_months_are_those_from_the_first_day_to_today(lake: Lake, today: date, months: list[str]) -> None:
    assert [month for month, _ in cost_of(lake, config("nasa"), today, 1).months] == months


def test_what_is_held_and_what_is_perhaps_billed_stand_apart_from_what_was_spent(lake: Lake) -> None:
    month: MonthLedger = {"runs": {}}
    dead = new_hold("dead", None, Reads(posts=30)) | {"at": "2020-01-01T00:00:00+00:00"}
    add_hold(month, "1", Hold(**dead))
    add_hold(month, "2", new_hold("a-run", None, Reads(posts=100)))
    add_hold(month, "3", new_hold("a-run", None, Reads(posts=7)))
    settle(month, "3", Reads(posts=5), "2026-11-23")
    lake.put(keys.spend("2026-11"), json.dumps(month).encode())
    cost = cost_of(lake, config("nasa"), date(2026, 11, 23), 2)
    assert (cost.spent_in_month, cost.held, cost.perhaps_billed) == (0.675, 0.5, 0.15)
    assert cost.months == (("2026-11", 0.025),)


@pytest.mark.parametrize(("status", "looked_up"), [("suspended", 2), ("missing", 2), ("protected", 3)])
def test_look_ups_are_of_the_accounts_that_x_bills(lake: Lake, status: str, looked_up: int) -> None:
    stored(lake, DAY, 0.0, status)
    cost = cost_of(lake, config("nasa", "esa", "jaxa"), DAY, 3)
    assert cost.look_ups == pytest.approx(looked_up * 0.01 / 7)
