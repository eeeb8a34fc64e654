"""The ledger beside X's own count, by UTC days that are over; no failure of the comparison is one of the run's."""

import json
from datetime import date
from typing import Any

import pytest

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.records import UsageDay
from pipeline.spend.ledger import Budget, Ledger
from pipeline.spend.reconcile import missing_days, reconcile, reconcile_after
from pipeline.x_api.prices import Reads
from tests.conftest import Answer, StubServer
from tests.pipeline.given import DAY

NOV_23, NOV_24, NOV_25 = (date(2026, 11, day) for day in (23, 24, 25))


def buy(lake: Lake, posts: int, run_id: str = "a-run") -> None:
    with Ledger(lake, run_id, Budget(100, 100), DAY).reserve("@nasa", Reads(posts=posts)) as reservation:
        reservation.settle(Reads(posts=posts))


def answer(**by_day: int) -> Answer:
    usage = [
        {"date": f"{day.removeprefix('d').replace('_', '-')}T00:00:00.000Z", "usage": str(posts)}
        for day, posts in by_day.items()
    ]
    return Answer({"data": {"daily_project_usage": {"project_id": "1", "usage": usage}}})


def stored(lake: Lake, day: date) -> tuple[int, int] | None:
    usage = lake.find_model(keys.usage(day), UsageDay)
    return (usage.posts, usage.ledger_posts) if usage else None


@pytest.fixture
def bought(lake: Lake, morning_after: str, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """On the 23rd 70 posts were bought in two parts, on the 25th 5; it is the morning of the 25th."""
    buy(lake, 60)
    buy(lake, 10, "another-run")
    monkeypatch.setenv("AVIARY_NOW", "2026-11-25T06:00:00Z")
    buy(lake, 5)
    return lake


def test_the_days_that_are_over_are_stored_with_both_counts(bought: Lake, stub: StubServer) -> None:
    x = stub.x(answer(d2026_11_22=900, d2026_11_23=170, d2026_11_24=3, d2026_11_25=5))
    reconcile(bought, x)
    assert [stored(bought, day) for day in (DAY, NOV_23, NOV_24, NOV_25)] == [None, (170, 70), (3, 0), None]
    [asked] = stub.asked()
    assert asked == {"days": "3", "usage.fields": "daily_project_usage,daily_client_app_usage"}


def test_a_stored_day_is_neither_asked_for_nor_written_again(bought: Lake, stub: StubServer) -> None:
    reconcile(bought, stub.x(answer(d2026_11_23=70, d2026_11_24=0)))
    before = bought.etags("spend/usage/")
    reconcile(bought, stub.x(answer(d2026_11_23=900, d2026_11_24=900)))
    assert (stub.requests, bought.etags("spend/usage/")) == ([], before)


def test_a_day_that_x_leaves_out_is_asked_for_again(bought: Lake, stub: StubServer) -> None:
    reconcile(bought, stub.x(answer(d2026_11_24=0)))
    assert stored(bought, NOV_23) is None
    reconcile(bought, stub.x(answer(d2026_11_23=70)))
    assert stored(bought, NOV_23) == (70, 70)


def test_a_run_that_bought_nothing_asks_nothing(bought: Lake, stub: StubServer) -> None:
    x = stub.x(answer(d2026_11_23=70))
    reconcile_after(bought, x, "a-repetition")
    assert stub.requests == []
    reconcile_after(bought, x, "a-run")
    assert stored(bought, NOV_23) == (70, 70)


@pytest.mark.parametrize(
    "failure",
    [Answer({"title": "Unauthorized"}, 401), Answer({}, 404), Answer("<html>", 503), Answer({"data": []})],
    ids=["401", "404", "503", "another shape"],
)
def test_what_x_does_not_say_fails_no_run(
    bought: Lake, stub: StubServer, failure: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    reconcile_after(bought, stub.x(failure), "a-run")
    assert bought.keys("spend/usage/") == []
    assert "the ledger is compared with X by a later run" in caplog.text


def test_a_day_across_the_months_end_is_missing_too(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVIARY_NOW", "2026-11-30T23:59:59Z")
    buy(lake, 60)
    assert missing_days(lake, date(2026, 11, 30)) == {}
    assert missing_days(lake, date(2026, 12, 2)) == {date(2026, 11, 30): 60, date(2026, 12, 1): 0}


@pytest.mark.parametrize(("of_first_release", "first"), [(100, NOV_24), (0, NOV_23)])
def test_the_day_on_which_the_first_release_may_have_bought_as_well_is_not_compared(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, morning_after: str, of_first_release: int, first: date
) -> None:
    run: dict[str, Any] = {"posts": of_first_release, "users": 3, "held_posts": 0, "held_users": 0}
    lake.put("spend/month=2026-11.json", json.dumps({"runs": {"old": run}}).encode())
    buy(lake, 60)
    monkeypatch.setenv("AVIARY_NOW", "2026-11-24T06:00:00Z")
    buy(lake, 30)
    assert min(missing_days(lake, NOV_25)) == first


def test_what_is_held_or_perhaps_billed_is_not_of_the_first_release(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, morning_after: str
) -> None:
    run = {"posts": 100, "users": 0, "held_posts": 100, "held_users": 0}
    lake.put("spend/month=2026-11.json", json.dumps({"runs": {"killed": run}}).encode())
    buy(lake, 60)
    monkeypatch.setenv("AVIARY_NOW", "2026-11-24T06:00:00Z")
    with Ledger(lake, "a-run", Budget(100, 100), DAY).reserve("@nasa", Reads(posts=50)) as reservation:
        assert missing_days(lake, NOV_24) == {NOV_23: 60}
        reservation.settle(Reads())
