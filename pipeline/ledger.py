"""The spending ledger: what was bought, and what is being bought right now, per UTC month and per run.

Before a page is requested its highest price is reserved; when it has come the reservation becomes what it
really cost. A crash in between leaves the reservation standing: the ledger may say too much, never too
little. One small object a month, changed only by conditional writes, so concurrent workers lose no update.
"""

import json
import random
import time
from dataclasses import dataclass
from typing import Any

from pipeline import clock, keys
from pipeline.errors import LakeError, OverBudget
from pipeline.lake import Lake
from pipeline.prices import usd

_RACES = 40  # lost races before giving up; sixteen workers at once were seen to need under ten


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

    def __sub__(self, other: "Reads") -> "Reads":
        return Reads(self.posts - other.posts, self.users - other.users)


class Ledger:
    """The account book of one run."""

    def __init__(self, lake: Lake, run_id: str, budget: Budget) -> None:
        self._lake = lake
        self._run_id = run_id
        self._budget = budget

    def reserve(self, subject: str, reads: Reads) -> None:
        """Set money aside for `reads`. Raises `OverBudget`, having changed nothing, when there is not enough."""
        self._change(reads, subject)

    def settle(self, reserved: Reads, read: Reads) -> None:
        """Replace a reservation by what was really read."""
        if read != reserved:
            self._change(read - reserved, None)

    def _change(self, reads: Reads, checked_for: str | None) -> None:
        key = keys.spend(f"{clock.now():%Y-%m}")
        for _ in range(_RACES):
            found = self._lake.find_tagged(key)
            book = json.loads(found[0]) if found else {"runs": {}}
            run = book["runs"].setdefault(self._run_id, {"posts": 0, "users": 0})
            if checked_for:
                self._require_room(checked_for, book, run, reads)
            run["posts"] += reads.posts
            run["users"] += reads.users
            if self._lake.put_if(key, json.dumps(book).encode(), found[1] if found else None):
                return
            time.sleep(random.uniform(0, 0.05))  # so that losers of a race do not meet again
        raise LakeError(f"cannot write {key}: lost {_RACES} races for it; fewer workers at once would help")

    def _require_room(self, subject: str, book: dict[str, Any], run: dict[str, int], reads: Reads) -> None:
        month = spent(book)
        for name, used, limit in (
            ("usd_per_run", usd(**run), self._budget.usd_per_run),
            ("usd_per_month", month.usd, self._budget.usd_per_month),
        ):
            if used + reads.usd > limit + 1e-9:
                raise OverBudget(
                    f"{subject}: the next read may cost ${reads.usd:.2f}, and ${used:.2f} of budget.{name} "
                    f"${limit:.2f} is used; raise it in accounts.yaml and run again to read the rest"
                )


def spent(book: dict[str, Any]) -> Reads:
    """Return the sum of a month's book."""
    runs = book["runs"].values()
    return Reads(sum(run["posts"] for run in runs), sum(run["users"] for run in runs))


def read_book(lake: Lake, month: str) -> dict[str, Any]:
    """Return the book of a UTC month such as 2026-11; empty when nothing was spent."""
    body = lake.find(keys.spend(month))
    return json.loads(body) if body else {"runs": {}}
