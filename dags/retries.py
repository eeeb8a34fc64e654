"""How Airflow meets a failure of ours: wait for X's window, try a fault again, give up on what cannot pass."""

from datetime import timedelta
from typing import Any

from airflow.sdk import RetryDecision, RetryPolicy
from typing_extensions import override

from pipeline import clock
from pipeline.errors import RateLimited, Terminal, one_line

_AFTER_RESET = timedelta(seconds=2)  # X's clock and ours need not agree to the second


class Patience(RetryPolicy):
    """Decides by the error's type; the reason stands in the UI. No worker is held while waiting."""

    @override
    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        reason = one_line(str(exception))
        if isinstance(exception, RateLimited):
            wait = max(exception.reset_at - clock.now(), timedelta()) + _AFTER_RESET
            return RetryDecision.retry(delay=wait, reason=reason)
        if isinstance(exception, Terminal):
            return RetryDecision.fail(reason=reason)
        return RetryDecision.default()

    @override
    def serialize(self) -> dict[str, Any]:
        return {}

    @classmethod
    @override
    def deserialize(cls, data: dict[str, Any]) -> "Patience":
        return cls()
