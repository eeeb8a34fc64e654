"""The spending ledger: what was bought, and what is held right now, per UTC month, per run and per day of the lake.

Before a page is requested its highest price is held; when it has come the hold becomes what it really cost. A crash in
between leaves the hold: the ledger may say too much, never too little. One small object a month, changed only by
conditional writes, so concurrent workers lose no update; each hold has an id, so that a write whose answer is lost
counts once.

Every request passes here first, so this is also where a run's workers learn that X refuses all of them: once one has
received 401 or 402, the others send nothing more.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from pipeline import clock
from pipeline.errors import OverBudget, RunStopped, XError
from pipeline.lake import catalogue
from pipeline.lake.client import Lake
from pipeline.spend import month as stored
from pipeline.spend.holds import Hold, may_ask, new_hold
from pipeline.spend.month import MonthLedger, Stop, month_of
from pipeline.spend.writer import MonthWriter, read_month, writer_of
from pipeline.x_api.prices import Reads

_EPSILON = 1e-9  # money is counted in reads; dollars are floats only where they are compared
_WAITS = 40  # waits of about a second for others to settle: what one page takes at worst
# How long a stop holds: long enough for a run's other workers to find it, and short enough that whoever has fixed the
# cause can clear one of their tasks without clearing `plan` too.
_STOP_HOLDS = timedelta(minutes=10)
_CROSSING = timedelta(
    days=1
)  # so near to a month's end, others may already, or still, write in the other month


@dataclass(frozen=True)
class Budget:
    """The most that a day of the lake and a UTC month may cost, in dollars."""

    usd_per_run: float
    usd_per_month: float


@dataclass(frozen=True)
class _Shortage:
    limit_name: str
    used: float
    limit: float
    passing: bool  # only what others hold is in the way


class Ledger:
    """The ledger as one run uses it.

    What is bought for `day` counts towards the day's limit, whichever commands buy it and in whichever months. Without
    a day, as in `check`, the run has that limit for itself.
    """

    def __init__(self, lake: Lake, run_id: str, budget: Budget, day: date | None = None) -> None:
        self._lake = lake
        self._run_id = run_id
        self._budget = budget
        self._day = str(day) if day else None
        self._months: list[str] | None = (
            None  # no cached_property: up to Python 3.11 its lock stops other threads
        )

    @contextmanager
    def reserve(self, subject: str, max_reads: Reads) -> Iterator["Reservation"]:
        """Hold the price of one request of X and what is done with the answer; the caller settles it.

        Raises, having changed nothing, `OverBudget` when there is not enough, and `RunStopped` while X is known to
        refuse every request of this run.
        """
        reservation = self._reserve(subject, max_reads)
        try:
            yield reservation
        except XError as error:
            if not error.perhaps_billed:
                reservation.settle(Reads())
            if isinstance(error, RunStopped):
                stop = Stop(at=clock.now().isoformat(), reason=str(error))
                self._this_month().change(lambda month_ledger: self._note_stop(month_ledger, stop))
            raise

    def begin(self) -> None:
        """Clear an earlier attempt's stop: this run is planned again, so X may be asked again."""
        self._this_month().change(lambda month_ledger: _clear_stop(month_ledger, self._run_id))

    def _this_month(self) -> MonthWriter:
        return writer_of(self._lake, month_of(clock.now()))

    def _reserve(self, subject: str, max_reads: Reads) -> "Reservation":
        """Hold the price, once there is room.

        A page is held at its highest price and mostly costs a tenth of it. So while only what others hold is in the
        way, this waits for them: else many workers would run out of money none has spent.
        """
        waits = 0
        while True:
            now, hold_id = clock.now(), uuid.uuid4().hex
            hold = new_hold(self._run_id, self._day, max_reads)
            reservation = Reservation(partial(self._settle, now, hold_id))
            shortage = self._hold(now, hold_id, hold)
            if shortage is None and may_ask(hold):
                return reservation
            if shortage is None:
                # This process was stopped meanwhile, and others may have taken its hold for dead.
                reservation.settle(Reads())
                continue
            if not shortage.passing or waits == _WAITS:
                of_day = f" for {self._day}" if self._day and shortage.limit_name == "usd_per_run" else ""
                raise OverBudget(
                    f"{subject}: the next read may cost ${max_reads.usd:.2f}, and ${shortage.used:.2f} of "
                    f"budget.{shortage.limit_name} ${shortage.limit:.2f} is used{of_day}; raise it in accounts.yaml "
                    "and run again to read the rest"
                )
            waits += 1
            time.sleep(random.uniform(0.5, 1.5))

    def _hold(self, now: datetime, hold_id: str, hold: Hold) -> _Shortage | None:
        """Add a hold to the month of `now`, or return what is short."""
        others = self._other_months(now)
        elsewhere = self._spent_in(others)

        def add(month_ledger: MonthLedger) -> _Shortage | None:
            if hold_id in month_ledger.get("holds", {}):
                return None  # by a write whose answer was lost
            self._require_no_stop(month_ledger)
            shortage = self._shortage(month_ledger, elsewhere, stored.reads_of(hold))
            if shortage is None:
                stored.add_hold(month_ledger, hold_id, hold)
            return shortage

        month = month_of(now)
        shortage = writer_of(self._lake, month).change(add)
        # Whoever held something in another month meanwhile may not have seen this hold: one of the two must.
        if shortage is None and others and (after := self._spent_in(others)) != elsewhere:
            shortage = self._shortage(read_month(self._lake, month), after, Reads())
            if shortage:
                self._settle(now, hold_id, Reads())
        return shortage

    def _settle(self, asked_at: datetime, hold_id: str, read: Reads) -> None:
        utc_day = f"{asked_at:%Y-%m-%d}"
        writer_of(self._lake, month_of(asked_at)).change(
            lambda month_ledger: stored.settle(month_ledger, hold_id, read, utc_day)
        )

    def _shortage(self, month_ledger: MonthLedger, elsewhere: "_Spent", more: Reads) -> _Shortage | None:
        """Return the limit that would not suffice for `more`, if any."""
        whole = _Spent(stored.total(month_ledger).usd, stored.held(month_ledger).usd)
        for name, spent_so_far, limit in (
            ("usd_per_run", self._of_day(month_ledger) + elsewhere, self._budget.usd_per_run),
            ("usd_per_month", whole, self._budget.usd_per_month),
        ):
            used, held = spent_so_far.used, spent_so_far.held
            if used + more.usd > limit + _EPSILON:
                return _Shortage(name, used, limit, passing=used - held + more.usd <= limit + _EPSILON)
        return None

    def _of_day(self, month_ledger: MonthLedger) -> "_Spent":
        """Return what a month has of the day, or of the run where it is for no day."""
        if self._day is None:
            run = month_ledger["runs"].get(self._run_id, stored.new_run())
            return _Spent(stored.reads_of(run).usd, stored.held_by(run).usd)
        held = stored.held_for(month_ledger, self._day).usd
        return _Spent(stored.bought_for(month_ledger, self._day).usd + held, held)

    def _spent_in(self, months: list[str]) -> "_Spent":
        """Return what was spent for the day in other months."""
        spent_there = [self._of_day(read_month(self._lake, month)) for month in months]
        return sum(spent_there, _Spent(0.0, 0.0))

    def _other_months(self, now: datetime) -> list[str]:
        """Return the months, apart from that of `now`, in which something may have been bought for the day."""
        near = {month_of(now - _CROSSING), month_of(now + _CROSSING)}
        first = (self._day or "")[: len("2026-11")]  # nothing of a day is read before it has begun in UTC
        # With the machine's clock nothing was bought later than now.
        listed = self._listed() if self._day and (first < min(near) or clock.frozen_at()) else []
        return sorted({month for month in [*near, *listed] if month >= first} - {month_of(now)})

    def _listed(self) -> list[str]:
        """Return the months from the day's on that have a ledger; asked for once."""
        if self._months is not None:
            return self._months
        prefix = catalogue.SPEND.prefix()
        found = map(catalogue.SPEND.fields, self._lake.keys(prefix, after=f"{prefix}{(self._day or '')[:7]}"))
        self._months = [fields["month"] for fields in found if fields]
        return self._months

    def _require_no_stop(self, month_ledger: MonthLedger) -> None:
        """Raise `RunStopped` while X is known to refuse every request of this run."""
        stop = month_ledger.get("stopped", {}).get(self._run_id)
        if stop and clock.now() - datetime.fromisoformat(stop["at"]) < _STOP_HOLDS:
            raise RunStopped(stop["reason"])

    def _note_stop(self, month_ledger: MonthLedger, stop: Stop) -> None:
        month_ledger.setdefault("stopped", {})[self._run_id] = stop


@dataclass(frozen=True)
class Reservation:
    """Money held for one request, in the month it was asked in."""

    settle: Callable[
        [Reads], None
    ]  # replace what is held by what was really read; only the first call counts


@dataclass(frozen=True)
class _Spent:
    """Dollars: all, and how many of them are only held."""

    used: float
    held: float

    def __add__(self, other: "_Spent") -> "_Spent":
        return _Spent(self.used + other.used, self.held + other.held)


def _clear_stop(month_ledger: MonthLedger, run_id: str) -> None:
    stopped = month_ledger.get("stopped", {})
    stopped.pop(run_id, None)
    if not stopped:
        month_ledger.pop("stopped", None)


def spent(month_ledger: MonthLedger) -> Reads:
    """Return the sum of a month: what was bought, what is held right now, and what is perhaps billed."""
    return stored.total(month_ledger)
