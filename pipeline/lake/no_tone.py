"""Which phrases without tone a day's accounts are scored by: frozen when the day is planned for them."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING

from pipeline.errors import LakeError
from pipeline.lake import keys
from pipeline.lake.records import NO_LISTS, NoToneLists

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

_MAX_CONFLICTS = 40  # lost races for the lists before giving up


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
    key = keys.no_tone(day)
    for _ in range(_MAX_CONFLICTS):
        found = lake.find(key)
        stored = lake.parse_model(key, found.body, NoToneLists) if found else NO_LISTS
        lists = stored.replaced(new)
        if lists == stored or lake.put_model_if(key, lists, found.etag if found else None):
            return lists
    raise LakeError(f"cannot write {key}: lost {_MAX_CONFLICTS} races for it; run the command again")


def remove_from_no_tone(lake: "Lake", key: str, accounts: Collection[str]) -> None:
    """Take accounts out of the lists at `key`, and the lists that only they had."""
    while (found := lake.find(key)) is not None:
        stored = lake.parse_model(key, found.body, NoToneLists)
        left = stored.replaced(dict.fromkeys(accounts, ()))
        if left == stored or lake.put_model_if(key, left, found.etag):
            return
