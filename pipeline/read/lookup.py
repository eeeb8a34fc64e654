"""Handles to X's ids and profiles: from what is known, and from X for the rest.

Every profile that X returns is billed, so each is stored, also where the account is then not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from pipeline import clock
from pipeline.accounts import Account
from pipeline.lake.client import Lake
from pipeline.lake.users import KnownUser, known_users, save_users
from pipeline.spend.ledger import Ledger
from pipeline.status import Status
from pipeline.x_api.client import Profile, XApi
from pipeline.x_api.limits import USERS_PER_LOOKUP
from pipeline.x_api.prices import Reads
from pipeline.x_api.problems import PROTECTED, Refusal

_REFUSED_DAYS: Final = (
    7  # an account that is not read is looked up again after so long, whatever `profile_days` is
)


@dataclass(frozen=True)
class Found:
    """Who the accounts are, and which of them cannot be read; each by lower-case handle."""

    users: Mapping[str, KnownUser]
    refusals: Mapping[str, Refusal]


def look_up(lake: Lake, x: XApi, ledger: Ledger, accounts: Sequence[Account], profile_days: int) -> Found:
    """Return who `accounts` are. X is asked, and paid, only for those unknown or known for too long."""
    today = clock.now().date()
    users = known_users(lake, today)
    stale = _stale(accounts, users, today, profile_days)
    refusals = {
        account.key: refusal
        for account in accounts
        if account not in stale and (refusal := _refusal_of(account, users[account.key]))
    }
    for start in range(0, len(stale), USERS_PER_LOOKUP):
        chunk = stale[start : start + USERS_PER_LOOKUP]
        with ledger.reserve(f"looking up {len(chunk)} accounts", Reads(users=len(chunk))) as reservation:
            profiles, refused = x.users([account.handle for account in chunk])
            reservation.settle(Reads(users=len(profiles)))
        looked_up: dict[str, KnownUser] = {}
        for account in chunk:
            profile = profiles.get(account.key)
            answer = resolve_profile(
                account, users.get(account.key), profile, refused.get(account.key), today
            )
            if isinstance(answer, Refusal):
                refusals[account.key] = answer
                continue
            looked_up[account.key] = answer
            if refusal := _refusal_of(account, answer):
                refusals[account.key] = refusal
        users |= looked_up
        # Chunk by chunk: what was paid for is kept even if the next request fails.
        save_users(lake, today, looked_up.values())
    return Found(users, refusals)


def to_look_up(lake: Lake, accounts: Sequence[Account], profile_days: int) -> list[Account]:
    """Return those of `accounts` that `look_up` would ask X about. X bills each that it returns."""
    today = clock.now().date()
    return _stale(accounts, known_users(lake, today), today, profile_days)


def _stale(
    accounts: Sequence[Account], users: Mapping[str, KnownUser], today: date, profile_days: int
) -> list[Account]:
    return [
        account for account in accounts if not _fresh(users.get(account.key), account, today, profile_days)
    ]


def _fresh(known: KnownUser | None, account: Account, today: date, profile_days: int) -> bool:
    if known is None or account.id not in (None, known.user_id):
        return False
    days = min(profile_days, _REFUSED_DAYS) if _refusal_of(account, known) else profile_days
    return known.looked_up_on > today - timedelta(days=days)


def resolve_profile(
    account: Account, known: KnownUser | None, profile: Profile | None, refusal: Refusal | None, today: date
) -> KnownUser | Refusal:
    """Return what is known of an account by now, or the reason why X's answer says nothing of it."""
    if refusal:
        return refusal
    if profile is None:
        return Refusal(Status.FAILED, "X's answer left this account out; run again")
    expected = account.id or (known.user_id if known else profile.user_id)
    if profile.user_id == expected:
        return _known(profile, today)
    if known and known.user_id == expected:
        return replace(known, looked_up_on=today, owner_id=profile.user_id)
    return _changed_hands(account.handle, profile.user_id, expected)


def _refusal_of(account: Account, user: KnownUser) -> Refusal | None:
    """Return why an account is not read, by what is known of it."""
    if user.owner_id:
        return _changed_hands(account.handle, user.owner_id, user.user_id)
    return PROTECTED if user.protected else None


def _changed_hands(handle: str, owner_id: str, expected: str) -> Refusal:
    return Refusal(
        Status.FAILED,
        f"the handle now belongs to another account (id {owner_id}, not {expected}); if that is right, "
        f'write it as "- handle: {handle}" with "id: {owner_id}" in accounts.yaml',
    )


def _known(profile: Profile, today: date) -> KnownUser:
    return KnownUser(
        user_id=profile.user_id,
        account=profile.handle.lower(),
        handle=profile.handle,
        name=profile.name,
        followers=profile.followers,
        post_count=profile.post_count,
        created_at=profile.created_at,
        looked_up_on=today,
        protected=profile.protected,
    )
