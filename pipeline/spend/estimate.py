"""What reading costs: at most by accounts.yaml, as a rule by the days already read, and really by the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from pipeline.accounts import Account, AccountsConfig
from pipeline.lake import catalogue, keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import read_frames
from pipeline.schema import ROLLUP
from pipeline.spend.ledger import spent
from pipeline.spend.month import MonthLedger, held, month_of, perhaps_billed
from pipeline.spend.writer import read_month
from pipeline.status import Status
from pipeline.x_api.prices import day_at_most, usd

_NOT_BILLED: Final = (Status.SUSPENDED, Status.MISSING)  # not even the look-up
_UNREADABLE: Final = (*_NOT_BILLED, Status.PROTECTED)


@dataclass(frozen=True)
class AccountCost:
    """One account's price in dollars."""

    account: Account
    at_most: float  # of one day
    expected: float | None  # of one day: the mean of the days read; None when there are none
    spent: float  # over the days asked for
    unreadable: str | None = (
        None  # the status of its last day, where X does not show it: nothing of it is billed
    )


@dataclass(frozen=True)
class Cost:
    """What a run, the last days and the month cost, in dollars."""

    accounts: tuple[AccountCost, ...]
    look_ups: float  # of names and followers, a day as a rule: each account once in `profile_days`
    spent_in_month: float  # by the ledger, what is held and what is perhaps billed included
    months: tuple[
        tuple[str, float], ...
    ]  # the ledger's months of the days asked for, oldest first, without these two
    held: float = 0.0  # in this month, for requests that are under way
    perhaps_billed: float = 0.0  # in this month, by runs that ended without an answer

    @property
    def at_most(self) -> float:
        """The highest price of one day's run, in which every account may be looked up."""
        return sum(each.at_most for each in self.accounts)

    @property
    def expected(self) -> float:
        """The usual price of one day's run; an account without history counts with its highest."""
        return (
            sum(each.at_most if each.expected is None else each.expected for each in self.accounts)
            + self.look_ups
        )

    @property
    def usual(self) -> float:
        """The usual price of one day's run as far as it is known: accounts without history are left out."""
        return sum(each.expected or 0.0 for each in self.accounts) + self.look_ups


def cost_of(lake: Lake, config: AccountsConfig, today: date, days: int) -> Cost:
    """Return the cost of a run and of the `days` before `today` (a UTC date), from roll-ups and the ledger."""
    first = today - timedelta(days=days)
    stored = lake.keys(catalogue.ROLLUP.folder, after=keys.rollup(first - timedelta(days=1)))
    again = "make it again: ./aviary report --day DAY"
    rollups = read_frames(lake, stored, ROLLUP, again)
    months = sorted({month_of(first + timedelta(days=n)) for n in range(days + 1)})
    ledgers = {month: read_month(lake, month) for month in months}
    now = ledgers[months[-1]]
    accounts = account_costs(config.accounts, rollups)
    billed = [each for each in accounts if each.unreadable not in _NOT_BILLED]
    return Cost(
        accounts=accounts,
        look_ups=usd(users=len(billed)) / config.profile_days,
        spent_in_month=spent(now).usd,
        months=tuple((month, _settled(ledger)) for month, ledger in ledgers.items()),
        held=held(now).usd,
        perhaps_billed=perhaps_billed(now).usd,
    )


def _settled(ledger: MonthLedger) -> float:
    return round(spent(ledger).usd - held(ledger).usd - perhaps_billed(ledger).usd, 6)


def account_costs(accounts: Sequence[Account], rollups: pl.DataFrame) -> tuple[AccountCost, ...]:
    """Return each account's price, from ROLLUP of the days to go by."""
    was_read = pl.col("collected_at").is_not_null()
    found = (
        rollups.sort("day")
        .group_by("account")
        .agg(
            pl.col("cost_usd").filter(was_read).mean().alias("expected"),
            pl.col("cost_usd").sum().alias("spent"),
            pl.col("status").last(),
        )
    )
    by_account = {row["account"]: row for row in found.iter_rows(named=True)}
    return tuple(_account_cost(account, by_account.get(account.key, {})) for account in accounts)


def _account_cost(account: Account, found: Mapping[str, Any]) -> AccountCost:
    unreadable = found.get("status") if found.get("status") in _UNREADABLE else None
    expected = 0.0 if unreadable else found.get("expected")
    return AccountCost(account, day_at_most(account), expected, found.get("spent", 0.0), unreadable)
