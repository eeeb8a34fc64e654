"""What a task's log and Airflow's retry policy see of an expected failure: its reason, and no traceback."""

import logging
import traceback

import pytest

from pipeline.errors import ConfigError, XUnavailable


def test_the_reason_is_the_first_error_and_what_ends_the_task_has_it_as_its_cause(
    caplog: pytest.LogCaptureFixture,
) -> None:
    from dags.failures import failure_of, reason_first

    @reason_first
    def fails() -> None:
        raise XUnavailable("@nasa: X answered 503")

    with pytest.raises(SystemExit) as ended:
        fails()

    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [(record.getMessage(), record.exc_info) for record in errors] == [("@nasa: X answered 503", None)]
    assert isinstance(failure_of(ended.value), XUnavailable)


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    from dags.failures import failure_of, reason_first

    @reason_first
    def has_a_bug() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError) as raised:
        has_a_bug()
    assert failure_of(raised.value) is raised.value
    assert traceback.extract_tb(raised.value.__traceback__)[-1].name == "has_a_bug"


def test_a_task_keeps_its_name_and_what_it_returns() -> None:
    from dags.failures import reason_first

    @reason_first
    def doubled(number: int) -> int:
        """Twice."""
        return 2 * number

    assert (doubled(2), doubled.__name__, doubled.__doc__) == (4, "doubled", "Twice.")


def test_the_retry_policy_goes_by_what_failed() -> None:
    from airflow.sdk import RetryAction

    from dags.failures import reason_first
    from dags.retries import AviaryRetryPolicy
    from tests.dags.state_store import Store

    @reason_first
    def is_misconfigured() -> None:
        raise ConfigError("no such account")

    with pytest.raises(SystemExit) as ended:
        is_misconfigured()
    decision = AviaryRetryPolicy().evaluate(ended.value, 1, 40, {"task_state_store": Store()})
    assert (decision.action, decision.reason) == (RetryAction.FAIL, "no such account")
