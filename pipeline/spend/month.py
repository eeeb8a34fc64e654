"""A UTC month of the ledger as stored, and the ways it changes. Pure, but for the age of what is held.

What is held stands in `runs` as if it were spent, as in the first release, and in `holds` one by one. A hold whose
owner is dead is perhaps billed: it counts for the month, and no longer for its day. Those of the first release have no
owner. Requests that count posts stand only where there are any: earlier versions did not know them.
"""

from collections.abc import Mapping
from datetime import date
from typing import NotRequired, TypedDict

from pipeline.spend.holds import Hold, is_living
from pipeline.x_api.prices import Reads


class Run(TypedDict):
    """What a run has bought in the month, what is held included."""

    posts: int
    users: int
    held_posts: int
    held_users: int
    count_requests: NotRequired[int]
    held_count_requests: NotRequired[int]


class Bought(TypedDict):
    """What was bought for one day of the lake."""

    posts: int
    users: int
    count_requests: NotRequired[int]


class Stop(TypedDict):
    """That X refuses every request of a run."""

    at: str  # an instant
    reason: str


class MonthLedger(TypedDict):
    """A UTC month, as stored. The first release wrote `runs` and `stopped` only."""

    runs: dict[str, Run]  # by run id
    stopped: NotRequired[dict[str, Stop]]
    days: NotRequired[dict[str, Bought]]  # by the lake's day that it was bought for; nothing that is held
    utc_days: NotRequired[
        dict[str, int]
    ]  # posts by the UTC day on which X was asked for them; nothing that is held
    holds: NotRequired[dict[str, Hold]]  # by an id of their own


def month_of(day: date) -> str:
    """Return the UTC month of a date or an instant, as ledgers are named: 2026-11."""
    return f"{day:%Y-%m}"


def add_hold(month_ledger: MonthLedger, hold_id: str, hold: Hold) -> None:
    """Add what a request costs at most; a repetition changes nothing."""
    holds = month_ledger.setdefault("holds", {})
    if hold_id in holds:
        return
    holds[hold_id] = hold
    run = month_ledger["runs"].setdefault(hold["run"], new_run())
    _add(run, reads_of(hold))
    _add_held(run, reads_of(hold))


def settle(month_ledger: MonthLedger, hold_id: str, read: Reads, utc_day: str) -> None:
    """Replace a hold, whatever its age, by what was really read; a repetition changes nothing."""
    hold = month_ledger.get("holds", {}).pop(hold_id, None)
    if hold is None:
        return
    if not month_ledger["holds"]:
        del month_ledger["holds"]
    run = month_ledger["runs"][hold["run"]]
    _add(run, read - reads_of(hold))
    _add_held(run, Reads() - reads_of(hold))
    if reads_of(run) == held_by(run) == Reads():
        del month_ledger["runs"][hold["run"]]
    if hold["day"] and read != Reads():
        days = month_ledger.setdefault("days", {})
        _add(days.setdefault(hold["day"], Bought(posts=0, users=0)), read)
    if read.posts:
        utc_days = month_ledger.setdefault("utc_days", {})
        utc_days[utc_day] = utc_days.get(utc_day, 0) + read.posts


def total(month_ledger: MonthLedger) -> Reads:
    """Return all of a month, what is held and what is perhaps billed included."""
    return sum(map(reads_of, month_ledger["runs"].values()), Reads())


def held(month_ledger: MonthLedger) -> Reads:
    """Return what is held right now."""
    return _sum({hold_id: hold for hold_id, hold in _holds(month_ledger).items() if is_living(hold)})


def perhaps_billed(month_ledger: MonthLedger) -> Reads:
    """Return what is held by nobody any more: whether X has billed it is not known."""
    return sum(map(held_by, month_ledger["runs"].values()), Reads()) - held(month_ledger)


def bought_for(month_ledger: MonthLedger, day: str) -> Reads:
    """Return what was bought in the month for a day of the lake; nothing that is held."""
    return reads_of(month_ledger.get("days", {}).get(day, Bought(posts=0, users=0)))


def held_for(month_ledger: MonthLedger, day: str) -> Reads:
    """Return what is held right now for a day of the lake."""
    holds = _holds(month_ledger).items()
    return _sum({hold_id: hold for hold_id, hold in holds if hold["day"] == day and is_living(hold)})


def _holds(month_ledger: MonthLedger) -> Mapping[str, Hold]:
    return month_ledger.get("holds", {})


def _sum(holds: Mapping[str, Hold]) -> Reads:
    return sum(map(reads_of, holds.values()), Reads())


def new_run() -> Run:
    """Return a run that has bought nothing."""
    return Run(posts=0, users=0, held_posts=0, held_users=0)


def reads_of(entry: Run | Bought | Hold) -> Reads:
    """Return what an entry stands for: of a run, what is held included."""
    return Reads(entry["posts"], entry["users"], entry.get("count_requests", 0))


def held_by(run: Run) -> Reads:
    """Return what a run holds, or has held and never settled."""
    return Reads(run["held_posts"], run["held_users"], run.get("held_count_requests", 0))


def _add(entry: Run | Bought, reads: Reads) -> None:
    entry["posts"] += reads.posts
    entry["users"] += reads.users
    if reads.count_requests:
        entry["count_requests"] = entry.get("count_requests", 0) + reads.count_requests


def _add_held(run: Run, reads: Reads) -> None:
    run["held_posts"] += reads.posts
    run["held_users"] += reads.users
    if reads.count_requests:
        run["held_count_requests"] = run.get("held_count_requests", 0) + reads.count_requests
