"""What a run did, in the numbers that are watched from outside: docs/operations.md, "Monitoring"."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline import clock
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame
from pipeline.schema import ROLLUP
from pipeline.spend.month import month_of, reads_of
from pipeline.spend.writer import read_month
from pipeline.status import Status
from pipeline.x_api.prices import Reads


@dataclass(frozen=True)
class RunMetrics:
    """One run: all of its accounts, by whichever of its tries they ended."""

    accounts: int
    failed_accounts: int
    posts: int  # kept, retweets not counted, as in the roll-up
    usd: float  # what the ledger has for the run, what is held included
    seconds: float  # since the run began, by the machine's clock


def measure(
    lake: Lake, day: date, accounts: Collection[str], run_id: str, began: datetime, ended: datetime
) -> RunMetrics:
    """Return the numbers of a run for `day` whose accounts, lower-case handles, are rolled up.

    An account that has no row there has left no outcome, so it counts as failed. `began` and `ended` are instants by
    the machine's clock; the ledger is read in the months that the run may have bought in, by the product's clock.
    """
    rollup = find_frame(lake, keys.rollup(day), ROLLUP)
    rows = rollup.select("account", "status", "posts").rows() if rollup is not None else []
    found = {account: (status, posts or 0) for account, status, posts in rows if account in accounts}
    failed = sum(status == Status.FAILED for status, _ in found.values()) + len(accounts) - len(found)
    return RunMetrics(
        accounts=len(accounts),
        failed_accounts=failed,
        posts=sum(posts for _, posts in found.values()),
        usd=_spent(lake, run_id, ended - began),
        seconds=(ended - began).total_seconds(),
    )


def _spent(lake: Lake, run_id: str, took: timedelta) -> float:
    now = clock.now()
    months = {month_of(instant.date()) for instant in (now - took, now)}
    runs = [read_month(lake, month)["runs"].get(run_id) for month in months]
    return sum((reads_of(run) for run in runs if run), Reads()).usd
