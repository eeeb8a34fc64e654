"""The spending ledger: what was bought, and what is reserved right now, per UTC month and per run.

Before a page is requested its highest price is reserved; when it has come the reservation becomes what it
really cost. A crash in between leaves the reservation standing: the ledger may say too much, never too
little. One small object a month, changed only by conditional writes, so concurrent workers lose no update.

Every request passes here first, so this is also where a run's workers learn that X refuses all of them: once one has
received 401 or 402, the others send nothing more.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NotRequired, TypedDict, TypeVar

from pipeline import clock
from pipeline.errors import LakeError, OverBudget, RunStopped, XBadResponse, XError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.damage import damaged
from pipeline.x_api.prices import Reads, usd

Run = dict[str, int]  # posts, users, and how many of each are only reserved: held_posts, held_users


class Stop(TypedDict):
    """That X refuses every request of a run."""

    at: str  # an instant
    reason: str


class MonthLedger(TypedDict):
    """A UTC month, as stored; both parts by run id."""

    runs: dict[str, Run]
    stopped: NotRequired[dict[str, Stop]]


Answer = TypeVar("Answer")

_EMPTY: Run = {"posts": 0, "users": 0, "held_posts": 0, "held_users": 0}
_EPSILON = 1e-9  # money is counted in reads; dollars are floats only where they are compared
_MAX_CONFLICTS = 40  # lost races before giving up; sixteen workers at once were seen to need under ten
_WAITS = 40  # waits of about a second for others to settle: what one page takes at worst
# How long a stop holds: long enough for a run's other workers to find it, and short enough that whoever has fixed the
# cause can clear one of their tasks without clearing `plan` too.
_STOP_HOLDS = timedelta(minutes=10)
_CROSSING = timedelta(days=2)  # a run that began in one month may go on into the next for this long


@dataclass(frozen=True)
class Budget:
    """The most a run and a UTC month may cost, in dollars."""

    usd_per_run: float
    usd_per_month: float


@dataclass(frozen=True)
class _Shortage:
    limit_name: str
    used: float
    limit: float
    passing: bool  # only what others have reserved is in the way


class Ledger:
    """The ledger as one run uses it."""

    def __init__(self, lake: Lake, run_id: str, budget: Budget) -> None:
        self._lake = lake
        self._run_id = run_id
        self._budget = budget

    @contextmanager
    def reserve(self, subject: str, max_reads: Reads) -> Iterator["Reservation"]:
        """Reserve the price of one request of X and what is done with the answer; the caller settles it.

        Raises, having changed nothing, `OverBudget` when there is not enough, and `RunStopped` while X is known to
        refuse every request of this run.
        """
        month = _month(clock.now())
        self._reserve(month, subject, max_reads)
        reservation = Reservation(
            lambda read: self._change(month, lambda _, run: _settle(run, max_reads, read))
        )
        try:
            yield reservation
        except XBadResponse:
            raise  # X may have answered, and billed
        except RunStopped as stop:
            reservation.settle(Reads())
            reason = str(stop)
            self._change(month, lambda month_ledger, _: self._note_stop(month_ledger, reason))
            raise
        except XError:
            reservation.settle(Reads())
            raise

    def begin(self) -> None:
        """Clear an earlier attempt's stop: this run is planned again, so X may be asked again."""
        self._change(_month(clock.now()), lambda month_ledger, _: _clear_stop(month_ledger, self._run_id))

    def _reserve(self, month: str, subject: str, max_reads: Reads) -> None:
        """Reserve, once there is room.

        A page is reserved at its highest price and mostly costs a tenth of it. So while only what others have
        reserved is in the way, this waits for them: else many workers would run out of money none has spent.
        """
        earlier = self._spent_before(month)
        for waited in range(_WAITS + 1):
            shortage = self._change(
                month, lambda month_ledger, run: self._hold(month_ledger, run, max_reads, earlier)
            )
            if shortage is None:
                return
            if not shortage.passing or waited == _WAITS:
                raise OverBudget(
                    f"{subject}: the next read may cost ${max_reads.usd:.2f}, and ${shortage.used:.2f} of "
                    f"budget.{shortage.limit_name} ${shortage.limit:.2f} is used; raise it in accounts.yaml and "
                    "run again to read the rest"
                )
            time.sleep(random.uniform(0.5, 1.5))

    def _spent_before(self, month: str) -> Run:
        """Return what this run spent in the month before, when it may have begun there."""
        before = _month(clock.now() - _CROSSING)
        if before == month:
            return _EMPTY
        return read_month(self._lake, before)["runs"].get(self._run_id, _EMPTY)

    def _hold(self, month_ledger: MonthLedger, run: Run, max_reads: Reads, earlier: Run) -> _Shortage | None:
        """Add the reservation, or return what is short. Raises `RunStopped`."""
        stop = month_ledger.get("stopped", {}).get(self._run_id)
        if stop and clock.now() - datetime.fromisoformat(stop["at"]) < _STOP_HOLDS:
            raise RunStopped(stop["reason"])
        for name, runs, limit in (
            ("usd_per_run", [run, earlier], self._budget.usd_per_run),
            ("usd_per_month", list(month_ledger["runs"].values()), self._budget.usd_per_month),
        ):
            used = sum(usd(each["posts"], each["users"]) for each in runs)
            held = sum(usd(each["held_posts"], each["held_users"]) for each in runs)
            if used + max_reads.usd > limit + _EPSILON:
                return _Shortage(name, used, limit, passing=used - held + max_reads.usd <= limit + _EPSILON)
        for kind, count in (("posts", max_reads.posts), ("users", max_reads.users)):
            run[kind] += count
            run[f"held_{kind}"] += count
        return None

    def _note_stop(self, month_ledger: MonthLedger, reason: str) -> None:
        month_ledger.setdefault("stopped", {})[self._run_id] = Stop(at=clock.now().isoformat(), reason=reason)

    def _change(self, month: str, change: Callable[[MonthLedger, Run], Answer]) -> Answer:
        """Read the month, change it, and write it; when another worker has written meanwhile, start over."""
        key = keys.spend(month)
        for _ in range(_MAX_CONFLICTS):
            found = self._lake.find(key)
            month_ledger = _parse(self._lake, key, found.body if found else None)
            before = json.dumps(month_ledger) if found else None
            run = month_ledger["runs"].get(self._run_id, dict(_EMPTY))
            answer = change(month_ledger, run)
            if run != _EMPTY:
                month_ledger["runs"][self._run_id] = run
            after = json.dumps(month_ledger) if month_ledger["runs"] or month_ledger.get("stopped") else None
            if after is None or after == before:
                return answer
            if self._lake.put_if(key, after.encode(), found.etag if found else None):
                return answer
            time.sleep(random.uniform(0, 0.05))  # so that losers of a race do not meet again
        raise LakeError(
            f"cannot write {key}: lost {_MAX_CONFLICTS} races for it; fewer workers at once would help"
        )


@dataclass(frozen=True)
class Reservation:
    """Money reserved for one request, in the month it was asked in."""

    settle: Callable[[Reads], None]  # replace the reservation by what was really read


def _settle(run: Run, reserved: Reads, read: Reads) -> None:
    for kind, was, count in (("posts", reserved.posts, read.posts), ("users", reserved.users, read.users)):
        run[kind] += count - was
        run[f"held_{kind}"] -= was


def _clear_stop(month_ledger: MonthLedger, run_id: str) -> None:
    stopped = month_ledger.get("stopped", {})
    stopped.pop(run_id, None)
    if not stopped:
        month_ledger.pop("stopped", None)


def _month(instant: datetime) -> str:
    return f"{instant:%Y-%m}"


def spent(month_ledger: MonthLedger) -> Reads:
    """Return the sum of a month, what is reserved right now included."""
    runs = month_ledger["runs"].values()
    return Reads(sum(run["posts"] for run in runs), sum(run["users"] for run in runs))


def read_month(lake: Lake, month: str) -> MonthLedger:
    """Return a UTC month such as 2026-11; empty when nothing was spent. Raises `LakeDamaged`."""
    found = lake.find(keys.spend(month))
    return _parse(lake, keys.spend(month), found.body if found else None)


def _parse(lake: Lake, key: str, body: bytes | None) -> MonthLedger:
    try:
        month_ledger: MonthLedger = {"runs": {}} if body is None else json.loads(body)
    except ValueError as error:
        raise damaged(lake.url, key, f"it is not JSON: {error}") from None
    if not isinstance(month_ledger, dict) or not isinstance(month_ledger.get("runs"), dict):
        raise damaged(lake.url, key, "it has no runs")
    return month_ledger
