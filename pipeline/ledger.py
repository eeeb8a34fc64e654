"""The spending ledger: what was bought, and what is being bought right now, per UTC month and per run.

Before a page is requested its highest price is reserved; when it has come the reservation becomes what it
really cost. A crash in between leaves the reservation standing: the ledger may say too much, never too
little. One small object a month, changed only by conditional writes, so concurrent workers lose no update.
"""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pipeline import clock, keys
from pipeline.errors import LakeError, OverBudget
from pipeline.lake import Lake
from pipeline.prices import usd

Answer = TypeVar("Answer")

_RACES = 40  # lost races before giving up; sixteen workers at once were seen to need under ten


Run = dict[str, int]
Book = dict[str, dict[str, Run]]
_NOTHING: Run = {"posts": 0, "users": 0, "held_posts": 0, "held_users": 0}
_DUST = 1e-9  # dollars are floats only here, where they are compared

_WAITS = 40  # about forty seconds: what one page takes at worst


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
    passing: bool  # only reservations of others are in the way


class Ledger:
    """The account book of one run."""

    def __init__(self, lake: Lake, run_id: str, budget: Budget) -> None:
        self._lake = lake
        self._run_id = run_id
        self._budget = budget

    def reserve(self, subject: str, reads: Reads) -> None:
        """Set money aside for `reads`. Raises `OverBudget`, having changed nothing, when there is not enough.

        A page is reserved at its highest price and mostly costs a tenth of it. So while only what others have
        reserved is in the way, this waits for them: else many workers would run out of money none has spent.
        """
        for waited in range(_WAITS + 1):
            shortage = self._change(lambda book, run: self._reserved(book, run, reads))
            if shortage is None:
                return
            if not shortage.passing or waited == _WAITS:
                raise OverBudget(
                    f"{subject}: the next read may cost ${reads.usd:.2f}, and ${shortage.used:.2f} of "
                    f"budget.{shortage.limit_name} ${shortage.limit:.2f} is used; raise it in accounts.yaml and "
                    "run again to read the rest"
                )
            time.sleep(random.uniform(0.5, 1.5))

    def settle(self, reserved: Reads, read: Reads) -> None:
        """Replace a reservation by what was really read."""
        self._change(lambda book, run: _settled(run, reserved, read))

    def _change(self, change: Callable[[Book, Run], Answer]) -> Answer:
        """Read the book, change it, and write it unless another worker has written meanwhile: then again."""
        key = keys.spend(f"{clock.now():%Y-%m}")
        for _ in range(_RACES):
            found = self._lake.find_tagged(key)
            before = found[0].decode() if found else ""
            book: Book = json.loads(before) if found else {"runs": {}}
            answer = change(book, book["runs"].setdefault(self._run_id, dict(_NOTHING)))
            after = json.dumps(book)
            if after == before or self._lake.put_if(key, after.encode(), found[1] if found else None):
                return answer
            time.sleep(random.uniform(0, 0.05))  # so that losers of a race do not meet again
        raise LakeError(f"cannot write {key}: lost {_RACES} races for it; fewer workers at once would help")

    def _reserved(self, book: Book, run: Run, reads: Reads) -> _Shortage | None:
        """Reserve in the book, or tell what is short."""
        for name, used, held, limit in (
            ("usd_per_run", _usd(run), _held_usd(run), self._budget.usd_per_run),
            (
                "usd_per_month",
                spent(book).usd,
                sum(map(_held_usd, book["runs"].values())),
                self._budget.usd_per_month,
            ),
        ):
            if used + reads.usd > limit + _DUST:
                return _Shortage(name, used, limit, passing=used - held + reads.usd <= limit + _DUST)
        for name, count in (("posts", reads.posts), ("users", reads.users)):
            run[name] += count
            run[f"held_{name}"] += count
        return None


def _settled(run: Run, reserved: Reads, read: Reads) -> None:
    for name, was, count in (("posts", reserved.posts, read.posts), ("users", reserved.users, read.users)):
        run[name] += count - was
        run[f"held_{name}"] -= was


def _usd(run: Run) -> float:
    return usd(run["posts"], run["users"])


def _held_usd(run: Run) -> float:
    return usd(run["held_posts"], run["held_users"])


def spent(book: Book) -> Reads:
    """Return the sum of a month's book, what is reserved right now included."""
    runs = book["runs"].values()
    return Reads(sum(run["posts"] for run in runs), sum(run["users"] for run in runs))


def read_book(lake: Lake, month: str) -> Book:
    """Return the book of a UTC month such as 2026-11; empty when nothing was spent."""
    body = lake.find(keys.spend(month))
    return json.loads(body) if body else {"runs": {}}
