"""Stage five: whether the day may be called done. Without it, a run whose every account failed would be green."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict

from pipeline.errors import RunFailed
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import find_manifest
from pipeline.lake.records import NO_OUTCOME
from pipeline.schema import ROLLUP
from pipeline.share import exceeds, percent
from pipeline.status import Status

_NAMED = 10  # accounts, and reasons, named one by one; a longer list would bury the reason


class Verdict(BaseModel):
    """How many accounts ended how."""

    model_config = ConfigDict(frozen=True)

    statuses: dict[Status, int]


def verdict(
    lake: Lake,
    day: date,
    accounts: Collection[str],
    failed_accounts: float,
    refetch_id: str | None = None,
) -> Verdict:
    """Return how a run's accounts, given by their lower-case handles, ended.

    The day's roll-up tells. Raises `RunFailed`, by name and reason, when a larger share than `failed_accounts` (0 to 1)
    `failed`, when none is `ok` or `partial`, or when a run that reads days again, by `refetch_id`, has left one as it
    was.
    """
    handles, ended = _ended(lake, day, accounts)
    statuses = Counter(status for status, _ in ended.values())
    failed = {handle: reason for handle, (status, reason) in ended.items() if status == Status.FAILED}
    if exceeds(len(failed), len(ended), failed_accounts):
        raise RunFailed(
            f"{len(failed)} of {len(ended)} accounts failed, more than the {percent(failed_accounts)} tolerated: "
            + _by_reason(failed)
        )
    shown = [account for account in accounts if ended[handles[account]][0].has_posts]
    if refetch_id and (
        kept := [account for account in shown if not _was_refetched(lake, day, account, refetch_id)]
    ):
        raise RunFailed(
            f"{len(kept)} of {len(accounts)} accounts were not read again, so their day stays as it was "
            f"({_listed([f'@{handles[account]}' for account in kept])}); the log of each says why"
        )
    if not any(status.has_posts for status in statuses):
        reasons = ", ".join(f"@{handle}: {status}" for handle, (status, _) in list(ended.items())[:_NAMED])
        raise RunFailed(f"none of {len(ended)} accounts has a day to show ({reasons})")
    return Verdict(statuses=dict(statuses))


def _ended(
    lake: Lake, day: date, accounts: Collection[str]
) -> tuple[dict[str, str], dict[str, tuple[Status, str | None]]]:
    """Return the accounts' handles as X spells them, and by these how each ended, and why."""
    rollup = find_frame(lake, keys.rollup(day), ROLLUP)
    rows = rollup.select("account", "handle", "status", "reason").rows() if rollup is not None else []
    found = {account: (handle, Status(status), reason) for account, handle, status, reason in rows}
    nothing = (NO_OUTCOME.status, NO_OUTCOME.reason)
    handles = {account: found[account][0] if account in found else account for account in accounts}
    return handles, {
        handle: found[account][1:] if account in found else nothing for account, handle in handles.items()
    }


def _was_refetched(lake: Lake, day: date, account: str, refetch_id: str) -> bool:
    manifest = find_manifest(lake, day, account)
    return manifest is not None and manifest.refetch_id == refetch_id


def _by_reason(failed: Mapping[str, str | None]) -> str:
    """Return the failures by reason, each named once: a bad token is one problem, not five hundred."""
    by_reason: dict[str, list[str]] = {}
    for handle, told in failed.items():
        reason = str(told).removeprefix(f"@{handle}: ")
        by_reason.setdefault(reason, []).append(f"@{handle}")
    named = [f"{_listed(handles)}: {reason}" for reason, handles in by_reason.items()]
    more = [f"and {len(named) - _NAMED} more reasons"] if len(named) > _NAMED else []
    return "; ".join(named[:_NAMED] + more)


def _listed(handles: list[str]) -> str:
    more = f" and {len(handles) - _NAMED} more" if len(handles) > _NAMED else ""
    return ", ".join(handles[:_NAMED]) + more
