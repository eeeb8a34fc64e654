"""Removes an account from everywhere it is stored, as if it had never been listed; only `spend/` keeps its cost."""

from collections import Counter
from collections.abc import Iterable

from pipeline import clock
from pipeline.erasure import register
from pipeline.erasure.locate import find_matches, sources_since
from pipeline.erasure.posts import Preview, Removed, count_posts, label, shared_versions
from pipeline.erasure.rebuild import rebuild, redact_object
from pipeline.erasure.redact import ErasureTarget, redact_frame
from pipeline.erasure.register import target_of
from pipeline.lake import catalogue, keys
from pipeline.lake.catalogue import KINDS, account_day_of, account_of, find_kind
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame, to_parquet
from pipeline.lake.no_tone import remove_from_no_tone
from pipeline.lake.records import AccountDay, ErasureRecord, Plan
from pipeline.lake.updates import update
from pipeline.lake.users import USERS, known_users
from pipeline.lake.versions import Version, erase, list_versions
from pipeline.progress import OnProgress, no_progress


def forget_account(lake: Lake, account: str, reason: str, on_object: OnProgress = no_progress) -> Removed:
    """Remove all that an account has stored, on all days, and other accounts' retweets of it.

    `account` is a lower-case handle that accounts.yaml does not list. What others say of it is theirs, and stays.
    As with `forget_posts`, the days' pages are made again by the caller, who then calls `posts.finish`, which removes
    the older versions of what others have. Killed anywhere, it is finished by running it again: outcomes and plans go
    first, so that no run misses the rest.
    """
    record = _begin(lake, account, reason)
    register.save(lake, record)
    own, found = _search(lake, record, account, on_object)
    record = record.extended((), _account_days(account, own, found))
    register.save(lake, record)

    _remove_own(lake, [version for version in own if find_kind(version.key) is catalogue.OUTCOME])
    for version in found:
        if version.latest:
            _redact_shared(lake, version.key, target_of(record))
    _remove_own(lake, [version for version in own if find_kind(version.key) is not catalogue.OUTCOME])
    for place in record.account_days:
        if place[1] != account:
            rebuild(lake, place, target_of(record))
    return Removed(record, _counted([*own, *found]))


def preview_account(lake: Lake, account: str, on_object: OnProgress = no_progress) -> Preview:
    """Return what `forget_account` would remove; reads as much, and changes nothing."""
    record = _begin(lake, account, "")
    own, found = _search(lake, record, account, on_object)
    held = [version for version in [*own, *found] if version.holds]
    places = record.extended((), _account_days(account, own, found)).account_days
    return Preview(
        posts=count_posts(lake, held, target_of(record)),
        objects=_counted(held),
        account_days=places,
        is_begun=lake.exists(keys.erased_account(account)),
    )


def _begin(lake: Lake, account: str, reason: str) -> ErasureRecord:
    """Return the record of the account's erasure, with the ids that plans and `users/` know it by."""
    entries = [entry for plan in _plans(lake) for entry in plan.accounts if entry.account == account]
    known = known_users(lake, clock.now().date()).get(account)
    user_ids = {entry.user_id for entry in entries if entry.user_id} | ({known.user_id} if known else set())
    return register.begin_account(lake, account, user_ids, reason)


def _search(
    lake: Lake, record: ErasureRecord, account: str, on_object: OnProgress
) -> tuple[list[Version], list[Version]]:
    """Return all versions of what is the account's own, and those of others' objects that hold something of it."""
    own, others = _stored(lake, account, _plans(lake))
    return own, find_matches(lake, others, target_of(record), on_object)


def _account_days(account: str, own: Iterable[Version], found: Iterable[Version]) -> set[AccountDay]:
    days = {day for version in [*own, *found] if (day := catalogue.day_of(version.key))}
    elsewhere = {place for version in found if (place := account_day_of(version.key))}
    return elsewhere | {(day, account) for day in days}


def _counted(stored: Iterable[Version]) -> Counter[str]:
    return Counter(label(version) for version in stored if version.holds)


def _plans(lake: Lake) -> list[Plan]:
    stored = lake.keys(catalogue.PLAN.folder)
    return [plan for key in stored if (plan := lake.find_model(key, Plan))]


def _stored(lake: Lake, account: str, plans: Iterable[Plan]) -> tuple[list[Version], list[Version]]:
    """Return all versions of what is the account's own, and of what else may hold something of it.

    Only accounts read with their retweets hold posts of others.
    """
    # The record of the erasure itself stays.
    kinds = [kind for kind in KINDS if kind.is_of_account and kind is not catalogue.ERASED_ACCOUNT]
    own = [
        version
        for prefix in dict.fromkeys(kind.date_prefix for kind in kinds)
        for version in list_versions(lake, prefix)
        if account_of(version.key) == account
    ]
    repeating: set[AccountDay] = {
        (plan.day, entry.account) for plan in plans for entry in plan.accounts if "retweets" in entry.include
    }
    others = [
        version
        for version in [*sources_since(lake, None), *shared_versions(lake)]
        if account_of(version.key) != account
        and ((place := account_day_of(version.key)) is None or place in repeating)
    ]
    return own, others


def _remove_own(lake: Lake, versions: Iterable[Version]) -> None:
    """Remove these versions, the older ones first: else one of them would become current for a moment."""
    for version in sorted(versions, key=lambda version: version.latest):
        erase(lake, version)


def _redact_shared(lake: Lake, key: str, target: ErasureTarget) -> None:
    """Take the account out of what is not made again from anything else."""
    kind = find_kind(key)
    if kind is catalogue.PLAN:
        _redact_plan(lake, key, target)
    elif kind is catalogue.NO_TONE:
        remove_from_no_tone(lake, key, target.accounts)
    elif kind is catalogue.USERS:
        _redact_users(lake, key, target)
    else:
        redact_object(lake, key, target)


def _redact_plan(lake: Lake, key: str, target: ErasureTarget) -> None:
    """Conditional, because a run may add accounts meanwhile."""

    def without_it(plan: Plan | None) -> Plan | None:
        if plan is None:
            return None
        left = tuple(entry for entry in plan.accounts if entry.account not in target.accounts)
        return plan.model_copy(update={"accounts": left})

    update(lake, key, Plan, without_it)


def _redact_users(lake: Lake, key: str, target: ErasureTarget) -> None:
    """Conditional, because a run may look accounts up meanwhile."""
    while (stored := lake.find(key)) is not None:
        users = find_frame(lake, key, USERS)
        if users is None or lake.put_if(key, to_parquet(redact_frame(users, target)), stored.etag):
            return
