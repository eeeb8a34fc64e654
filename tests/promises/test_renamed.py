"""Promise 6, where an account has changed its handle: X's id tells, so that its day is bought, and counted, once."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from pipeline.accounts import AccountsConfig
from pipeline.analyze import analyze
from pipeline.collect import collect
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.plan import plan
from pipeline.report import report
from pipeline.status import Status
from pipeline.x_api.client import Profile, XApi
from pipeline.x_api.problems import Refusal
from tests.pipeline.given import DAY, a_body, a_post, config

POSTS = [a_post(number) for number in range(1, 30)]


@dataclass
class RenamingX:
    """X with one account that is found under `handles`, and its timeline by its id."""

    handles: set[str]
    billed: int = 0
    looked_up: list[str] = field(default_factory=list)

    def users(self, handles: list[str]) -> tuple[dict[str, Profile], dict[str, Refusal]]:
        self.looked_up += handles
        made = datetime(2020, 1, 1, tzinfo=UTC)
        found = {
            handle: Profile("77", handle, handle, 10, False, 100, made)
            for handle in handles
            if handle in self.handles
        }
        missing = Refusal(Status.MISSING, "X knows no such account")
        return found, {handle: missing for handle in handles if handle not in found}

    def timeline_page(self, handle: str, user_id: str, **_: Any) -> dict[str, Any]:
        self.billed += len(POSTS)
        return a_body(*POSTS)


def run(lake: Lake, x: RenamingX, of: AccountsConfig) -> int:
    """Run the day for these accounts and return how many posts its roll-up has."""
    for task in plan(lake, cast(XApi, x), of, DAY, run_id=f"run-{of.accounts[0].key}", sample=True):
        if task.stopped is None:
            collect(lake, cast(XApi, x), task)
            analyze(lake, task)
    return report(lake, DAY, lambda *_: "").posts


@pytest.fixture(autouse=True)
def in_the_morning(morning_after: str) -> None:
    """The day is over."""


def test_the_list_may_follow_a_renamed_account_and_the_day_is_bought_once(lake: Lake) -> None:
    x = RenamingX({"old"})
    run(lake, x, config("old"))
    x.handles = {"new"}
    assert run(lake, x, config("new")) == len(POSTS)
    assert x.billed == len(POSTS)
    assert set(find_outcomes(lake, DAY)) == {"old"}


@pytest.mark.parametrize("handles", [("old", "new"), ("new", "old")])
def test_an_account_listed_under_both_of_its_handles_is_read_under_one(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, handles: tuple[str, str]
) -> None:
    monkeypatch.setenv("AVIARY_NOW", "2026-11-22T06:00:00Z")
    plan_of_eve = config("old")
    x = RenamingX({"old"})
    plan(lake, cast(XApi, x), plan_of_eve, DAY.replace(day=21), run_id="eve", sample=True)
    x.handles = {"new"}
    monkeypatch.setenv("AVIARY_NOW", "2026-11-23T06:00:00Z")

    assert run(lake, x, config(*handles)) == len(POSTS)
    assert x.billed == len(POSTS)
    outcomes = find_outcomes(lake, DAY)
    assert outcomes["new"].status == Status.OK
    assert outcomes["old"].status == Status.FAILED
    assert outcomes["old"].reason == (
        "it is the same account on X as @new (id 77), which was renamed; take one of the two out of accounts.yaml"
    )


def test_a_day_that_was_read_under_the_old_handle_is_not_read_under_the_new_beside_it(lake: Lake) -> None:
    x = RenamingX({"old"})
    run(lake, x, config("old"))
    x.handles = {"new"}
    assert run(lake, x, config("new", "old")) == len(POSTS)
    assert x.billed == len(POSTS)
    assert find_outcomes(lake, DAY)["new"].status == Status.FAILED


def test_an_old_handle_that_x_no_longer_knows_does_not_stop_the_new_one(lake: Lake) -> None:
    x = RenamingX({"new"})
    run(lake, x, config("old", "new"))
    outcomes = find_outcomes(lake, DAY)
    assert (outcomes["old"].status, outcomes["new"].status) == (Status.MISSING, Status.OK)
