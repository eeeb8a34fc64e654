"""What reading costs: at max_reads by accounts.yaml, as a rule by the days already read, and really by the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipeline.accounts import Account, AccountsConfig
from pipeline.lake import catalogue, keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import read_frames
from pipeline.schema import ROLLUP
from pipeline.spend.ledger import read_month, spent
from pipeline.x_api.prices import day_at_most, usd


@dataclass(frozen=True)
class AccountCost:
    """One account's price in dollars."""

    account: Account
    at_most: float  # of one day
    expected: float | None  # of one day: the mean of the days read; None when there are none
    spent: float  # over the days asked for


@dataclass(frozen=True)
class Cost:
    """What a run, the last days and the month cost, in dollars."""

    accounts: tuple[AccountCost, ...]
    look_ups: float  # of names and followers, a day: each account once in `profile_days`
    spent_in_month: float  # by the ledger, what is reserved right now included
    months: tuple[tuple[str, float], ...]  # the ledger's months that the days asked for lie in, oldest first

    @property
    def at_most(self) -> float:
        """The highest price of one day's run."""
        return sum(each.at_most for each in self.accounts) + self.look_ups

    @property
    def expected(self) -> float:
        """The usual price of one day's run; an account without history counts with its highest."""
        return (
            sum(each.at_most if each.expected is None else each.expected for each in self.accounts)
            + self.look_ups
        )


def cost_of(lake: Lake, config: AccountsConfig, today: date, days: int) -> Cost:
    """Return the cost of a run and of the `days` before `today` (a UTC date), from roll-ups and the ledger."""
    first = today - timedelta(days=days)
    stored = lake.keys(catalogue.ROLLUP.folder, after=keys.rollup(first - timedelta(days=1)))
    again = "make it again: python -m pipeline report --day DAY"
    rollups = read_frames(lake, stored, ROLLUP, again)
    months = sorted({f"{first + timedelta(days=n):%Y-%m}" for n in range(days + 1)})
    by_month = tuple((month, spent(read_month(lake, month)).usd) for month in months)
    return Cost(
        accounts=account_costs(config.accounts, rollups),
        look_ups=usd(users=len(config.accounts)) / config.profile_days,
        spent_in_month=by_month[-1][1],
        months=by_month,
    )


def account_costs(accounts: Sequence[Account], rollups: pl.DataFrame) -> tuple[AccountCost, ...]:
    """Return each account's price, from ROLLUP of the days to go by."""
    was_read = pl.col("collected_at").is_not_null()
    found = rollups.group_by("account").agg(
        pl.col("cost_usd").filter(was_read).mean().alias("expected"), pl.col("cost_usd").sum().alias("spent")
    )
    by_account = {account: (expected, paid) for account, expected, paid in found.iter_rows()}
    return tuple(
        AccountCost(account, day_at_most(account), *by_account.get(account.key, (None, 0.0)))
        for account in accounts
    )
