"""Waiting for X's window, trying a fault again, giving up on what cannot pass."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.errors import ConfigError, LakeError, RateLimited, RunStopped, XUnavailable

RESET = datetime(2026, 11, 23, 6, 15, tzinfo=UTC)


def test_a_used_up_window_is_waited_for_with_its_reason(morning_after: str) -> None:
    from airflow.sdk import RetryAction

    from dags.retries import Patience

    decision = Patience().evaluate(RateLimited("@nasa: used up until 06:15:00 UTC", RESET), 1, 3)

    assert decision.action == RetryAction.RETRY
    assert decision.retry_delay == timedelta(minutes=15, seconds=2)
    assert decision.reason == "@nasa: used up until 06:15:00 UTC"


@pytest.mark.parametrize("error", [RunStopped("no credits"), ConfigError("bad day")])
def test_what_cannot_pass_is_not_tried_again(error: Exception) -> None:
    from airflow.sdk import RetryAction

    from dags.retries import Patience

    decision = Patience().evaluate(error, 1, 3)

    assert (decision.action, decision.reason) == (RetryAction.FAIL, str(error))


@pytest.mark.parametrize("error", [XUnavailable("503"), LakeError("reset"), RuntimeError("a bug")])
def test_what_may_pass_is_tried_again_as_the_task_says(error: Exception) -> None:
    from airflow.sdk import RetryAction

    from dags.retries import Patience

    assert Patience().evaluate(error, 1, 3).action == RetryAction.DEFAULT


def test_the_policy_survives_being_stored() -> None:
    from dags.retries import Patience

    assert isinstance(Patience.deserialize(Patience().serialize()), Patience)
