"""X is asked, and paid, only for accounts that are unknown or known for too long; each ends known or refused."""

import json
from datetime import date
from typing import Any

import pytest

from pipeline.errors import OverBudget, RunStopped
from pipeline.lake.client import Lake
from pipeline.lake.users import known_users
from pipeline.read.lookup import Found, look_up
from pipeline.sandbox.serve import Sandbox
from pipeline.spend.ledger import Budget, Ledger, spent
from pipeline.spend.writer import read_month
from pipeline.status import Status
from pipeline.x_api.client import XApi
from tests.conftest import Answer, RequestStats, StubServer
from tests.pipeline.given import config

PLENTY = Budget(usd_per_run=100, usd_per_month=100)


def found(lake: Lake, x: XApi, *accounts: object, profile_days: int = 7, budget: Budget = PLENTY) -> Found:
    return look_up(lake, x, Ledger(lake, "a-run", budget), config(*accounts).accounts, profile_days)


def profile(handle: str, id_: str, **more: Any) -> dict[str, object]:
    return {"id": id_, "username": handle, "name": handle} | more


def test_an_unknown_account_is_looked_up_and_then_known(lake: Lake, x: XApi) -> None:
    user = found(lake, x, "PixelForge").users["pixelforge"]
    assert user.user_id.isdigit()
    assert user.followers is not None
    assert str(user.looked_up_on) == "2026-11-23"


def test_a_known_account_is_not_looked_up_again_before_profile_days(
    lake: Lake, x: XApi, request_stats: RequestStats, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = found(lake, x, "pixelforge", "citymetro")
    assert request_stats.users() == 2
    monkeypatch.setenv("AVIARY_NOW", "2026-11-29T23:59:59Z")
    assert found(lake, x, "pixelforge", "citymetro").users == first.users
    assert (request_stats.users(), request_stats.requests()) == (2, 1)
    monkeypatch.setenv("AVIARY_NOW", "2026-11-30T00:00:00Z")
    again = found(lake, x, "pixelforge", "citymetro")
    assert request_stats.users() == 4
    assert str(again.users["pixelforge"].looked_up_on) == "2026-11-30"


def test_only_the_new_among_known_accounts_is_looked_up(
    lake: Lake, x: XApi, request_stats: RequestStats
) -> None:
    found(lake, x, "pixelforge")
    assert set(found(lake, x, "pixelforge", "citymetro").users) == {"pixelforge", "citymetro"}
    assert request_stats.users() == 2


def test_a_hundred_accounts_are_one_request(lake: Lake, x: XApi, request_stats: RequestStats) -> None:
    everyone = [f"account{number}" for number in range(101)]
    assert len(found(lake, x, *everyone).users) == 101
    assert (request_stats.requests(), request_stats.users()) == (2, 101)


def test_what_look_ups_cost_is_in_the_book(lake: Lake, x: XApi, sandbox: Sandbox) -> None:
    found(lake, x, "pixelforge", "quickdealz")  # X tells why for the second, and bills nothing
    assert spent(read_month(lake, "2026-11")).users == 1


def test_over_budget_nobody_is_asked(lake: Lake, x: XApi, request_stats: RequestStats) -> None:
    with pytest.raises(OverBudget, match="looking up 1 accounts: the next read may cost"):
        found(lake, x, "pixelforge", budget=Budget(usd_per_run=0.005, usd_per_month=1))
    assert request_stats.requests() == 0


def test_who_was_paid_for_stays_known_when_a_later_request_fails(lake: Lake, stub: StubServer) -> None:
    everyone = [f"account{number}" for number in range(101)]
    x = stub.x(
        Answer({"data": [profile(handle, str(place)) for place, handle in enumerate(everyone[:100], 1)]}),
        Answer({"title": "CreditsDepleted"}, 402),
    )
    with pytest.raises(RunStopped):
        found(lake, x, *everyone)
    assert len(known_users(lake, date(2026, 11, 23))) == 100


def test_accounts_x_does_not_show_are_refused_with_the_reason(lake: Lake, stub: StubServer) -> None:
    type_ = "https://api.x.com/2/problems/"
    x = stub.x(
        Answer(
            {
                "data": [profile("open", "1"), profile("shy", "2", protected=True)],
                "errors": [
                    {"value": "gone", "title": "Not Found Error", "type": type_ + "resource-not-found"},
                    {
                        "value": "bad",
                        "title": "Forbidden",
                        "detail": "User has been suspended: [bad].",
                        "type": type_ + "resource-not-found",
                    },
                ],
            }
        )
    )
    result = found(lake, x, "open", "shy", "gone", "bad", "forgotten")
    assert {account: refusal.status for account, refusal in result.refusals.items()} == {
        "shy": Status.PROTECTED,
        "gone": Status.MISSING,
        "bad": Status.SUSPENDED,
        "forgotten": Status.FAILED,
    }
    assert set(result.users) == {"open", "shy"}
    assert result.refusals["forgotten"].reason == "X's answer left this account out; run again"


def test_a_handle_that_changed_hands_is_stopped_and_says_so(
    lake: Lake, stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(lake, stub.x(Answer({"data": [profile("nasa", "1")]})), "nasa")
    monkeypatch.setenv("AVIARY_NOW", "2026-12-23T06:00:00Z")
    result = found(lake, stub.x(Answer({"data": [profile("nasa", "2")]})), "nasa")
    assert result.refusals["nasa"].status == Status.FAILED
    assert result.refusals["nasa"].reason == (
        "the handle now belongs to another account (id 2, not 1); if that is right, write it as "
        '"- handle: nasa" with "id: 2" in accounts.yaml'
    )
    assert result.users["nasa"].user_id == "1"


@pytest.mark.parametrize(
    "answer", [profile("nasa", "1", protected=True), profile("nasa", "2")], ids=["protected", "changed hands"]
)
def test_what_x_was_paid_to_say_of_an_account_that_is_not_read_is_not_bought_daily(
    lake: Lake, stub: StubServer, monkeypatch: pytest.MonkeyPatch, answer: dict[str, object]
) -> None:
    found(lake, stub.x(Answer({"data": [profile("nasa", "1")]})), "nasa", profile_days=1)
    x = stub.x(Answer({"data": [answer]}))
    refusals = []
    for day in range(24, 31):
        monkeypatch.setenv("AVIARY_NOW", f"2026-11-{day}T06:00:00Z")
        refusals.append(found(lake, x, "nasa", profile_days=30 if day > 24 else 1).refusals["nasa"])
    assert len(stub.requests) == 1
    assert len(set(refusals)) == 1

    monkeypatch.setenv(
        "AVIARY_NOW", "2026-12-01T06:00:00Z"
    )  # soon enough, although profiles are good for 30 days
    assert (
        found(lake, stub.x(Answer({"data": [profile("nasa", "1")]})), "nasa", profile_days=30).refusals == {}
    )


def test_a_pinned_id_confirms_the_new_owner_at_once(lake: Lake, stub: StubServer) -> None:
    found(lake, stub.x(Answer({"data": [profile("nasa", "1")]})), "nasa")
    result = found(lake, stub.x(Answer({"data": [profile("nasa", "2")]})), {"handle": "nasa", "id": "2"})
    assert not result.refusals
    assert result.users["nasa"].user_id == "2"
    assert len(stub.requests) == 1
    found(lake, stub.x(Answer({"data": []})), {"handle": "nasa", "id": "2"})
    assert stub.requests == []


def test_a_pinned_id_that_is_not_the_handles_is_refused(lake: Lake, stub: StubServer) -> None:
    result = found(lake, stub.x(Answer({"data": [profile("nasa", "1")]})), {"handle": "nasa", "id": "3"})
    assert "(id 1, not 3)" in result.refusals["nasa"].reason


@pytest.mark.parametrize(
    "odd",
    [
        7,
        {"id": 5, "username": ["nasa"]},
        {"id": "../../x", "username": "nasa"},
        {"username": "nasa"},
        {"id": "1"},
    ],
)
def test_a_profile_that_cannot_be_read_costs_that_account_alone(
    lake: Lake, stub: StubServer, odd: object
) -> None:
    result = found(
        lake, stub.x(Answer({"data": [odd, profile("esa", "2")], "errors": ["odd"]})), "nasa", "esa"
    )
    assert (set(result.users), set(result.refusals)) == ({"esa"}, {"nasa"})


def test_a_profile_of_odd_values_is_stored_all_the_same(lake: Lake, stub: StubServer) -> None:
    odd = profile("nasa", "1", name="lone \ud83d", public_metrics={"followers_count": "many"})
    user = found(lake, stub.x(Answer(json.dumps({"data": [odd]}))), "nasa").users["nasa"]
    assert (user.name, user.followers) == ("lone \ufffd", None)
    assert known_users(lake, user.looked_up_on)["nasa"] == user
