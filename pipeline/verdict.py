"""Stage five: whether the day may be called done. Without it, a run whose every account failed would be green."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from pipeline.accounts.model import percent
from pipeline.errors import RunFailed
from pipeline.lake import Lake
from pipeline.outcome import Outcome, Status, find_outcomes
from pipeline.planned import AccountDay
from pipeline.rollup import NO_OUTCOME

_NAMED = 10  # accounts, and reasons, named one by one; a longer list would bury the reason


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
    failed = {handle: outcome for handle, outcome in ended.items() if outcome.status == Status.FAILED}
    # repr, because a binary 0.29 of 100 is less than 29.
    if len(failed) > Decimal(repr(failed_accounts)) * len(ended):
        raise RunFailed(
            f"{len(failed)} of {len(ended)} accounts failed, more than the {percent(failed_accounts)} tolerated: "
            + _told_once(failed)
        )
    if not any(status.has_posts for status in statuses):
        reasons = ", ".join(
            f"@{handle}: {outcome.status}" for handle, outcome in list(ended.items())[:_NAMED]
        )
        raise RunFailed(f"none of {len(ended)} accounts has a day to show ({reasons})")
    return Verdict(statuses=dict(statuses))


def _told_once(failed: Mapping[str, Outcome]) -> str:
    """Return the failures by reason, each told once: a bad token is one trouble, not five hundred."""
    by_reason: dict[str, list[str]] = {}
    for handle, outcome in failed.items():
        reason = str(outcome.reason).removeprefix(f"@{handle}: ")
        by_reason.setdefault(reason, []).append(f"@{handle}")
    told = [f"{_listed(handles)}: {reason}" for reason, handles in by_reason.items()]
    more = [f"and {len(told) - _NAMED} more reasons"] if len(told) > _NAMED else []
    return "; ".join(told[:_NAMED] + more)


def _listed(handles: list[str]) -> str:
    more = f" and {len(handles) - _NAMED} more" if len(handles) > _NAMED else ""
    return ", ".join(handles[:_NAMED]) + more
