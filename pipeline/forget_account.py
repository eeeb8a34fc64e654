"""Removes an account from everywhere it is stored, as if it had never been listed; only `spend/` keeps its cost."""

from collections import Counter
from collections.abc import Iterable

from pipeline import clock, forgotten, keys
from pipeline.forget import Removed, kind
from pipeline.forgotten import Place
from pipeline.lake import Lake, Version, parquet
from pipeline.mend import make_again, strip_object
from pipeline.planned import Plan
from pipeline.search import OnObject, holding, nobody, stored_since
from pipeline.tombstones import Subject, strip_frame
from pipeline.users import USERS, known_users


def forget_account(lake: Lake, account: str, reason: str, on_object: OnObject = nobody) -> Removed:
    """Remove all that an account has stored, on all days, and other accounts' retweets of it.

    `account` is a lower-case handle that accounts.yaml does not list. What others say of it is theirs, and stays.
    As with `forget_posts`, the days' pages are made again by the caller, who then calls `forget.finish`. Killed
    anywhere, it is finished by running it again: outcomes and plans go first, so that no run misses the rest.
    """
    plans = _plans(lake)
    entries = [entry for plan in plans for entry in plan.accounts if entry.account == account]
    known = known_users(lake, clock.now().date()).get(account)
    user_ids = {entry.user_id for entry in entries if entry.user_id} | ({known.user_id} if known else set())
    record = forgotten.begin_account(lake, account, user_ids, reason)
    forgotten.remember(lake, record)

    own, others = _stored(lake, account, plans)
    found = holding(lake, others, record.subject, on_object)
    days = {day for version in [*own, *found] if (day := keys.day_of(version.key))}
    elsewhere = {place for version in found if (place := keys.place(version.key))}
    record = record.reaching((), [*elsewhere, *((day, account) for day in days)])
    forgotten.remember(lake, record)

    _remove_own(lake, [version for version in own if version.key.startswith("outcomes/")])
    for version in found:
        if version.latest:
            _strip_shared(lake, version.key, record.subject)
    _remove_own(lake, [version for version in own if not version.key.startswith("outcomes/")])
    for place in record.places:
        if place[1] != account:
            make_again(lake, place, record.subject)
    for version in found:
        if not version.latest:
            lake.erase(version)
    held = [version for version in [*own, *found] if version.holds]
    return Removed(record, Counter(kind(version) for version in held))


def _plans(lake: Lake) -> list[Plan]:
    bodies = (lake.find(key) for key in lake.keys("plans/"))
    return [Plan.model_validate_json(body) for body in bodies if body]


def _stored(lake: Lake, account: str, plans: Iterable[Plan]) -> tuple[list[Version], list[Version]]:
    """Return all versions of what is the account's own, and of what else may hold something of it.

    Only accounts read with their retweets hold posts of others.
    """
    own = [
        version
        for prefix in keys.OF_ACCOUNTS
        for version in lake.versions(prefix)
        if keys.belongs_to(version.key, account)
    ]
    repeating: set[Place] = {
        (plan.day, entry.account) for plan in plans for entry in plan.accounts if "retweets" in entry.include
    }
    shared = [*stored_since(lake, None), *lake.versions("plans/"), *lake.versions("users/")]
    others = [
        version
        for version in shared
        if not keys.belongs_to(version.key, account)
        and ((place := keys.place(version.key)) is None or place in repeating)
    ]
    return own, others


def _remove_own(lake: Lake, versions: Iterable[Version]) -> None:
    """Remove these versions, the older ones first: else one of them would come to light for a moment."""
    for version in sorted(versions, key=lambda version: version.latest):
        lake.erase(version)


def _strip_shared(lake: Lake, key: str, subject: Subject) -> None:
    """Take the account out of what is not made again from anything else."""
    if key.startswith("plans/"):
        plan = Plan.model_validate_json(lake.get(key))
        left = tuple(entry for entry in plan.accounts if entry.account not in subject.accounts)
        lake.put_model(key, plan.model_copy(update={"accounts": left}))
    elif key.startswith("users/"):
        _strip_users(lake, key, subject)
    else:
        strip_object(lake, key, subject)


def _strip_users(lake: Lake, key: str, subject: Subject) -> None:
    """Conditional, because a run may look accounts up meanwhile."""
    while (tagged := lake.find_tagged(key)) is not None:
        users = lake.find_parquet(key, USERS)
        if users is None or lake.put_if(key, parquet(strip_frame(users, subject)), tagged[1]):
            return
