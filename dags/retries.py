"""The retry policy: waits for X's rate-limit window, retries transient errors, and fails on terminal ones.

A policy cannot exceed a task's `retries`, and each wait for X's window uses one. So `retries` is high and faults are
counted here: a task may wait as often as necessary and still has all its tries for faults.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import RetryDecision, RetryPolicy
from typing_extensions import override

from dags.failures import failure_of
from pipeline.errors import RateLimited, Terminal
from pipeline.text import one_line
from pipeline.x_api.waiting import wait_after

RETRIES = 40  # waits and faults together: ten hours of X's 15-minute windows
FAULTS = 3  # the task fails at the third
_FIRST_DELAY = timedelta(minutes=1)  # doubled with each fault
KILLS = 3  # the task fails after so many processes that were killed
_FAULTS, _ENDS = "faults", "ends"  # in Airflow's task state store


class AviaryRetryPolicy(RetryPolicy):
    """Decides by the type of the error. The UI shows the reason, and waiting holds no worker."""

    @override
    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        exception = failure_of(exception)
        reason = one_line(str(exception))
        store = context["task_state_store"]
        _add_one(store, _ENDS, max_tries)
        if isinstance(exception, RateLimited):
            # Faults count as repetitions too, which only waits longer.
            return RetryDecision.retry(delay=wait_after(exception, try_number - 1), reason=reason)
        if isinstance(exception, Terminal):
            return RetryDecision.fail(reason=reason)
        faults = _add_one(store, _FAULTS, max_tries)
        if faults >= FAULTS:
            return RetryDecision.fail(reason=f"{reason} (fault {faults} of {FAULTS})")
        return RetryDecision.retry(delay=_FIRST_DELAY * 2 ** (faults - 1), reason=reason)

    @override
    def serialize(self) -> dict[str, Any]:
        return {}

    @classmethod
    @override
    def deserialize(cls, data: dict[str, Any]) -> "AviaryRetryPolicy":
        return cls()


def lost_processes(context: Any) -> int:
    """Return how often this task's process ended without an exception, once that are too many; else 0.

    A process that is killed raises nothing, so only the number of tries tells. Asks Airflow from the fourth try on.
    """
    ti = context["ti"]
    # Before this one, since somebody last cleared the task.
    tries = ti.try_number - 1 - (ti.max_tries - RETRIES)
    if tries < KILLS:
        return 0
    lost = tries - _count(context["task_state_store"], _ENDS, ti.max_tries)
    return lost if lost >= KILLS else 0


def _add_one(store: Any, key: str, max_tries: int) -> int:
    """Count an event of this task instance in Airflow's task state store, and return the new count."""
    count = _count(store, key, max_tries) + 1
    store.set(key, {"max_tries": max_tries, "count": count})
    return count


def _count(store: Any, key: str, max_tries: int) -> int:
    """Return what was counted under `key`. Clearing a task raises its `max_tries`, which starts a new count."""
    before = store.get(key) or {}
    return int(before["count"]) if before.get("max_tries") == max_tries else 0
