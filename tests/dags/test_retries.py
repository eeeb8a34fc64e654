"""Waiting for X's window, trying a fault again, giving up on what cannot pass."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.errors import ConfigError, LakeError, RateLimited, RunStopped, XUnavailable
from tests.dags.state_store import Store

RESET = datetime(2026, 11, 23, 6, 15, tzinfo=UTC)
MANY = 40


@pytest.fixture
def context() -> dict[str, Any]:
    return {"task_state_store": Store()}


def decide(error: Exception, context: dict[str, Any], max_tries: int = MANY) -> Any:
    from dags.retries import AviaryRetryPolicy

    return AviaryRetryPolicy().evaluate(error, 1, max_tries, context)


def test_a_used_up_window_is_waited_for_with_its_reason(morning_after: str, context: dict[str, Any]) -> None:
    from airflow.sdk import RetryAction

    decision = decide(RateLimited("@nasa: used up until 06:15:00 UTC", RESET), context)

    assert decision.action == RetryAction.RETRY
    assert decision.retry_delay == timedelta(minutes=15, seconds=2)
    assert decision.reason == "@nasa: used up until 06:15:00 UTC"


@pytest.mark.parametrize("error", [RunStopped("no credits"), ConfigError("bad day")])
def test_what_cannot_pass_is_not_tried_again(error: Exception, context: dict[str, Any]) -> None:
    from airflow.sdk import RetryAction

    decision = decide(error, context)

    assert (decision.action, decision.reason) == (RetryAction.FAIL, str(error))


@pytest.mark.parametrize("error", [XUnavailable("503"), LakeError("reset"), RuntimeError("a bug")])
def test_what_may_pass_is_tried_again_later_and_later_until_the_third_fault(
    error: Exception, context: dict[str, Any]
) -> None:
    from airflow.sdk import RetryAction

    first, second, third = (decide(error, context) for _ in range(3))

    assert [first.action, second.action, third.action] == [
        RetryAction.RETRY,
        RetryAction.RETRY,
        RetryAction.FAIL,
    ]
    assert (first.retry_delay, second.retry_delay) == (timedelta(minutes=1), timedelta(minutes=2))
    assert third.reason == f"{error} (fault 3 of 3)"


def test_waits_are_no_faults(morning_after: str, context: dict[str, Any]) -> None:
    from airflow.sdk import RetryAction

    for _ in range(30):
        assert decide(RateLimited("later", RESET), context).action == RetryAction.RETRY
    assert decide(XUnavailable("503"), context).retry_delay == timedelta(minutes=1)


def test_a_task_that_somebody_clears_has_all_its_tries_again(context: dict[str, Any]) -> None:
    from airflow.sdk import RetryAction

    for _ in range(3):
        decide(XUnavailable("503"), context)
    assert decide(XUnavailable("503"), context, max_tries=2 * MANY + 3).action == RetryAction.RETRY


def test_the_policy_survives_being_stored() -> None:
    from dags.retries import AviaryRetryPolicy

    assert isinstance(AviaryRetryPolicy.deserialize(AviaryRetryPolicy().serialize()), AviaryRetryPolicy)


class TestKilledProcesses:
    @staticmethod
    def lost(context: dict[str, Any], try_number: int, max_tries: int = MANY) -> int:
        from dags.retries import lost_processes

        ti = SimpleNamespace(try_number=try_number, max_tries=max_tries)
        return lost_processes({**context, "ti": ti})

    def test_the_fourth_try_after_three_killed_processes_is_one_too_many(
        self, context: dict[str, Any]
    ) -> None:
        assert [self.lost(context, number) for number in (1, 2, 3, 4, 5)] == [0, 0, 0, 3, 4]

    def test_tries_that_ended_by_an_exception_were_not_killed(
        self, morning_after: str, context: dict[str, Any]
    ) -> None:
        decide(RateLimited("used up", RESET), context)
        decide(XUnavailable("503"), context)
        assert [self.lost(context, number) for number in (4, 5, 6)] == [0, 0, 3]

    def test_a_cleared_task_has_all_its_tries_again(self, context: dict[str, Any]) -> None:
        assert self.lost(context, try_number=5, max_tries=MANY + 4) == 0
        assert self.lost(context, try_number=8, max_tries=MANY + 4) == 3
