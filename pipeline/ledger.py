"""The spending ledger: what was bought, and what is being bought right now, per UTC month and per run.

Before a page is requested its highest price is reserved; when it has come the reservation becomes what it
really cost. A crash in between leaves the reservation standing: the ledger may say too much, never too
little. One small object a month, changed only by conditional writes, so concurrent workers lose no update.

As every request passes by here first, it is also where a run's workers tell each other that X refuses all of
them: once one has heard 401 or 402, the others ask nothing more.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NotRequired, TypedDict, TypeVar

from pipeline import clock, keys
from pipeline.errors import LakeError, OverBudget, RunStopped, XError, XUnheard
from pipeline.lake import Lake
from pipeline.prices import usd

Run = dict[str, int]  # posts, users, and how many of each are only reserved: held_posts, held_users


class Stop(TypedDict):
    """That X refuses every request of a run."""

    at: str  # an instant
    reason: str


class Book(TypedDict):
    """A month's book, as stored; both parts by run id."""

    runs: dict[str, Run]
    stopped: NotRequired[dict[str, Stop]]


Answer = TypeVar("Answer")

_EMPTY: Run = {"posts": 0, "users": 0, "held_posts": 0, "held_users": 0}
_DUST = 1e-9  # money is counted in reads; dollars are floats only where they are compared
_RACES = 40  # lost races before giving up; sixteen workers at once were seen to need under ten
_WAITS = 40  # waits of about a second for others to settle: what one page takes at worst
# How long a stop holds. A run's other workers find it by then; who has mended the cause and clears one of their
# tasks need not clear `plan` too.
_STOP_HOLDS = timedelta(minutes=10)
_CROSSING = timedelta(days=2)  # a run that began in one month may go on into the next for this long


@dataclass(frozen=True)
class Budget:
    """The most a run and a UTC month may cost, in dollars."""

    usd_per_run: float
    usd_per_month: float


@dataclass(frozen=True)
class Reads:
    """Posts and users read, or about to be."""

    posts: int = 0
    users: int = 0

    @property
    def usd(self) -> float:
        """Their price in dollars."""
        return usd(self.posts, self.users)


@dataclass(frozen=True)
class _Shortage:
    limit_name: str
    used: float
    limit: float
    passing: bool  # only what others have reserved is in the way


class Ledger:
    """The account book of one run."""

    def __init__(self, lake: Lake, run_id: str, budget: Budget) -> None:
        self._lake = lake
        self._run_id = run_id
        self._budget = budget

    @contextmanager
    def buying(self, subject: str, most: Reads) -> Iterator["Purchase"]:
        """Reserve the price of one request of X and what is done with the answer; the caller settles it.

        Raises, having changed nothing, `OverBudget` when there is not enough, and `RunStopped` while X is known to
        refuse every request of this run.
        """
        month = _month(clock.now())
        self._reserve(month, subject, most)
        purchase = Purchase(lambda read: self._change(month, lambda _, run: _settle(run, most, read)))
        try:
            yield purchase
        except XUnheard:
            raise  # X may have answered, and billed
        except RunStopped as stop:
            purchase.settle(Reads())
            reason = str(stop)
            self._change(month, lambda book, _: self._note_stop(book, reason))
            raise
        except XError:
            purchase.settle(Reads())
            raise

    def begin(self) -> None:
        """Forget an earlier attempt's stop: this run's plan is made anew, so X may be asked again."""
        self._change(_month(clock.now()), lambda book, _: _forget_stop(book, self._run_id))

    def _reserve(self, month: str, subject: str, most: Reads) -> None:
        """Reserve, once there is room.

        A page is reserved at its highest price and mostly costs a tenth of it. So while only what others have
        reserved is in the way, this waits for them: else many workers would run out of money none has spent.
        """
        earlier = self._spent_before(month)
        for waited in range(_WAITS + 1):
            shortage = self._change(month, lambda book, run: self._hold(book, run, most, earlier))
            if shortage is None:
                return
            if not shortage.passing or waited == _WAITS:
                raise OverBudget(
                    f"{subject}: the next read may cost ${most.usd:.2f}, and ${shortage.used:.2f} of "
                    f"budget.{shortage.limit_name} ${shortage.limit:.2f} is used; raise it in accounts.yaml and "
                    "run again to read the rest"
                )
            time.sleep(random.uniform(0.5, 1.5))

    def _spent_before(self, month: str) -> Run:
        """Return what this run spent in the month before, when it may have begun there."""
        before = _month(clock.now() - _CROSSING)
        if before == month:
            return _EMPTY
        return read_book(self._lake, before)["runs"].get(self._run_id, _EMPTY)

    def _hold(self, book: Book, run: Run, most: Reads, earlier: Run) -> _Shortage | None:
        """Write the reservation into the book, or tell what is short. Raises `RunStopped`."""
        stop = book.get("stopped", {}).get(self._run_id)
        if stop and clock.now() - datetime.fromisoformat(stop["at"]) < _STOP_HOLDS:
            raise RunStopped(stop["reason"])
        for name, runs, limit in (
            ("usd_per_run", [run, earlier], self._budget.usd_per_run),
            ("usd_per_month", list(book["runs"].values()), self._budget.usd_per_month),
        ):
            used = sum(usd(each["posts"], each["users"]) for each in runs)
            held = sum(usd(each["held_posts"], each["held_users"]) for each in runs)
            if used + most.usd > limit + _DUST:
                return _Shortage(name, used, limit, passing=used - held + most.usd <= limit + _DUST)
        for kind, count in (("posts", most.posts), ("users", most.users)):
            run[kind] += count
            run[f"held_{kind}"] += count
        return None

    def _note_stop(self, book: Book, reason: str) -> None:
        book.setdefault("stopped", {})[self._run_id] = Stop(at=clock.now().isoformat(), reason=reason)

    def _change(self, month: str, change: Callable[[Book, Run], Answer]) -> Answer:
        """Read the book, change it, and write it unless another worker has written meanwhile: then again."""
        key = keys.spend(month)
        for _ in range(_RACES):
            found = self._lake.find_tagged(key)
            before = found[0].decode() if found else None
            book: Book = json.loads(before) if before else {"runs": {}}
            run = book["runs"].get(self._run_id, dict(_EMPTY))
            answer = change(book, run)
            if run != _EMPTY:
                book["runs"][self._run_id] = run
            after = json.dumps(book) if book["runs"] or book.get("stopped") else None
            if after is None or after == before:
                return answer
            if self._lake.put_if(key, after.encode(), found[1] if found else None):
                return answer
            time.sleep(random.uniform(0, 0.05))  # so that losers of a race do not meet again
        raise LakeError(f"cannot write {key}: lost {_RACES} races for it; fewer workers at once would help")


@dataclass(frozen=True)
class Purchase:
    """Money reserved for one request, in the book of the month it was asked in."""

    settle: Callable[[Reads], None]  # replace the reservation by what was really read


def _settle(run: Run, reserved: Reads, read: Reads) -> None:
    for kind, was, count in (("posts", reserved.posts, read.posts), ("users", reserved.users, read.users)):
        run[kind] += count - was
        run[f"held_{kind}"] -= was


def _forget_stop(book: Book, run_id: str) -> None:
    stopped = book.get("stopped", {})
    stopped.pop(run_id, None)
    if not stopped:
        book.pop("stopped", None)


def _month(instant: datetime) -> str:
    return f"{instant:%Y-%m}"


def spent(book: Book) -> Reads:
    """Return the sum of a month's book, what is reserved right now included."""
    runs = book["runs"].values()
    return Reads(sum(run["posts"] for run in runs), sum(run["users"] for run in runs))


def read_book(lake: Lake, month: str) -> Book:
    """Return the book of a UTC month such as 2026-11; empty when nothing was spent."""
    body = lake.find(keys.spend(month))
    book: Book = json.loads(body) if body else {"runs": {}}
    return book
