"""What a run has bought, counted three times: by X, which bills it, by the ledger, and by the pages in the lake."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import psutil
import requests

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.spend.month import MonthLedger, month_of
from pipeline.spend.writer import read_month


@dataclass(frozen=True)
class Bought:
    """Posts and users that a run has paid for."""

    by_x: Counter[str]  # posts served, by account
    by_pages: Counter[str]  # posts in the stored pages, by account
    users_by_x: int
    ledger: MonthLedger

    @property
    def twice(self) -> int:
        """Posts that X has served more often than pages hold them."""
        return (self.by_x - self.by_pages).total()

    def ledger_of(self, run_id: str) -> tuple[int, int, int, int]:
        """Return the ledger's posts and users of a run, and what is still held of each."""
        run = self.ledger["runs"][run_id]
        return run["posts"], run["users"], run["held_posts"], run["held_users"]


def bought(lake: Lake, day: date, now: date, x_address: str) -> Bought:
    """Count what was bought for a day; `now` is when, by the product's clock."""
    served = requests.get(f"{x_address}/sandbox/served", timeout=10).json()
    outcomes = find_outcomes(lake, day)
    return Bought(
        by_x=Counter({account.lower(): each["posts"] for account, each in served["accounts"].items()}),
        by_pages=Counter({account: outcome.counts.fetched for account, outcome in outcomes.items()}),
        users_by_x=served["users"],
        ledger=read_month(lake, month_of(now)),
    )


def has_paid_and_not_finished(lake: Lake, day: date, account: str) -> bool:
    """Whether an account's pages are all stored, and its outcome is not."""
    return lake.exists(keys.raw_manifest(day, account)) and not lake.exists(keys.outcome(day, account))


def is_asking(lake: Lake, now: date, processes: list[psutil.Process]) -> bool:
    """Whether one of these processes holds money for a request: nobody could tell whether X bills that one."""
    pids = {str(process.pid) for process in processes}
    holds = read_month(lake, month_of(now)).get("holds", {}).values()
    return any(hold["owner"].rpartition(" ")[2] in pids for hold in holds)
