"""Which phrases without tone a day's accounts are scored by: frozen when the day is planned for them."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING

from pydantic import Field

from pipeline.lake import keys
from pipeline.lake.records import Record
from pipeline.lake.updates import update

if TYPE_CHECKING:
    from pipeline.lake.client import Lake


class NoToneOf(Record):
    """Which list an account has."""

    account: str
    list_hash: str = Field(alias="list")


class NoToneLists(Record):
    """The phrases without tone by which a day's accounts are scored: each distinct list once, by its hash."""

    lists: dict[str, tuple[str, ...]]
    accounts: tuple[NoToneOf, ...]  # those that have one

    def hash_of(self, account: str) -> str | None:
        """Return the hash of the account's list, or None when it has none."""
        return next((each.list_hash for each in self.accounts if each.account == account), None)

    def phrases_of(self, account: str) -> tuple[str, ...]:
        """Return the account's phrases."""
        return self.lists.get(self.hash_of(account) or "", ())

    def replaced(self, phrases: Mapping[str, Collection[str]]) -> "NoToneLists":
        """Return the lists with these phrases for these accounts, without the lists that no account has any more."""
        given = {account: tuple(sorted(set(listed))) for account, listed in phrases.items()}
        by_account = {each.account: self.phrases_of(each.account) for each in self.accounts} | given
        hashes = {account: _hash_of(listed) for account, listed in sorted(by_account.items()) if listed}
        return NoToneLists(
            lists=dict(sorted((hashes[account], by_account[account]) for account in hashes)),
            accounts=tuple(NoToneOf(account=account, list_hash=each) for account, each in hashes.items()),
        )


NO_LISTS = NoToneLists(lists={}, accounts=())


def _hash_of(phrases: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps(phrases).encode()).hexdigest()[:16]


def find_no_tone(lake: "Lake", day: date) -> NoToneLists:
    """Return the lists of a day; empty where no account has one."""
    return lake.find_model(keys.no_tone(day), NoToneLists) or NO_LISTS


def freeze_no_tone(
    lake: "Lake", day: date, phrases: Mapping[str, Collection[str]], *, frozen: Collection[str] = ()
) -> NoToneLists:
    """Store the phrases of accounts, by lower-case handle, and return all of the day's lists.

    Accounts that are not named, and those that are `frozen`, keep theirs. Conditional, because several runs may plan
    the day at once.
    """
    new = {account: listed for account, listed in phrases.items() if account not in frozen}

    def frozen_lists(stored: NoToneLists | None) -> NoToneLists | None:
        lists = (stored or NO_LISTS).replaced(new)
        return None if stored is None and lists == NO_LISTS else lists

    return update(lake, keys.no_tone(day), NoToneLists, frozen_lists) or NO_LISTS


def remove_from_no_tone(lake: "Lake", key: str, accounts: Collection[str]) -> None:
    """Take accounts out of the lists at `key`, and the lists that only they had."""
    nothing = dict.fromkeys(accounts, ())
    update(lake, key, NoToneLists, lambda stored: stored and stored.replaced(nothing))
