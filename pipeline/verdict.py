"""Stage five: whether the day may be called done. Without it, a run whose every account failed would be green."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from pipeline.accounts.model import percent
from pipeline.errors import RunFailed
from pipeline.lake import Lake
from pipeline.outcome import Status, find_outcomes
from pipeline.planned import AccountDay
from pipeline.rollup import NO_OUTCOME

_NAMED = 10  # failures named one by one; a longer list would bury the reason


class Verdict(BaseModel):
    """How many accounts ended how."""

    model_config = ConfigDict(frozen=True)

    statuses: dict[Status, int]


def verdict(lake: Lake, work: Sequence[AccountDay], failed_accounts: float) -> Verdict:
    """Return how the run's accounts ended.

    Raises `RunFailed`, by name and reason, when a larger share than `failed_accounts` (0 to 1) `failed`, or
    when no account is `ok` or `partial`.
    """
    outcomes = find_outcomes(lake, work[0].day) if work else {}
    ended = {item.handle: outcomes.get(item.account, NO_OUTCOME) for item in work}
    statuses = Counter(outcome.status for outcome in ended.values())
    failed = [
        f"@{handle}: {outcome.reason}" for handle, outcome in ended.items() if outcome.status == Status.FAILED
    ]
    # repr, because a binary 0.29 of 100 is less than 29.
    if len(failed) > Decimal(repr(failed_accounts)) * len(ended):
        more = [f"and {len(failed) - _NAMED} more"] if len(failed) > _NAMED else []
        raise RunFailed(
            f"{len(failed)} of {len(ended)} accounts failed, more than the {percent(failed_accounts)} tolerated: "
            + "; ".join(failed[:_NAMED] + more)
        )
    if not any(status.has_posts for status in statuses):
        reasons = ", ".join(
            f"@{handle}: {outcome.status}" for handle, outcome in list(ended.items())[:_NAMED]
        )
        raise RunFailed(f"none of {len(ended)} accounts has a day to show ({reasons})")
    return Verdict(statuses=dict(statuses))
