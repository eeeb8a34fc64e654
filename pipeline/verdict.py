"""Stage five: whether the day may be called done. Without it, a run whose every account failed would be green."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from pipeline.errors import RunFailed
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.lake.raw import find_manifest
from pipeline.lake.records import NO_OUTCOME, AccountTask, Outcome
from pipeline.share import exceeds, percent
from pipeline.status import Status

_NAMED = 10  # accounts, and reasons, named one by one; a longer list would bury the reason


class Verdict(BaseModel):
    """How many accounts ended how."""

    model_config = ConfigDict(frozen=True)

    statuses: dict[Status, int]


def verdict(lake: Lake, tasks: Sequence[AccountTask], failed_accounts: float) -> Verdict:
    """Return how the run's accounts ended.

    Raises `RunFailed`, by name and reason, when a larger share than `failed_accounts` (0 to 1) `failed`, or
    when no account is `ok` or `partial`.
    """
    outcomes = find_outcomes(lake, tasks[0].day) if tasks else {}
    ended = {task.handle: outcomes.get(task.account, NO_OUTCOME) for task in tasks}
    statuses = Counter(outcome.status for outcome in ended.values())
    failed = {handle: outcome for handle, outcome in ended.items() if outcome.status == Status.FAILED}
    if exceeds(len(failed), len(ended), failed_accounts):
        raise RunFailed(
            f"{len(failed)} of {len(ended)} accounts failed, more than the {percent(failed_accounts)} tolerated: "
            + _by_reason(failed)
        )
    if kept := [task for task in tasks if task.refetch_id and not _was_refetched(lake, task)]:
        raise RunFailed(
            f"{len(kept)} of {len(tasks)} accounts were not read again, so their day stays as it was "
            f"({_listed([f'@{task.handle}' for task in kept])}); the log of each says why"
        )
    if not any(status.has_posts for status in statuses):
        reasons = ", ".join(
            f"@{handle}: {outcome.status}" for handle, outcome in list(ended.items())[:_NAMED]
        )
        raise RunFailed(f"none of {len(ended)} accounts has a day to show ({reasons})")
    return Verdict(statuses=dict(statuses))


def _was_refetched(lake: Lake, task: AccountTask) -> bool:
    manifest = find_manifest(lake, task.day, task.account)
    return manifest is not None and manifest.refetch_id == task.refetch_id


def _by_reason(failed: Mapping[str, Outcome]) -> str:
    """Return the failures by reason, each named once: a bad token is one problem, not five hundred."""
    by_reason: dict[str, list[str]] = {}
    for handle, outcome in failed.items():
        reason = str(outcome.reason).removeprefix(f"@{handle}: ")
        by_reason.setdefault(reason, []).append(f"@{handle}")
    named = [f"{_listed(handles)}: {reason}" for reason, handles in by_reason.items()]
    more = [f"and {len(named) - _NAMED} more reasons"] if len(named) > _NAMED else []
    return "; ".join(named[:_NAMED] + more)


def _listed(handles: list[str]) -> str:
    more = f" and {len(handles) - _NAMED} more" if len(handles) > _NAMED else ""
    return ", ".join(handles[:_NAMED]) + more
