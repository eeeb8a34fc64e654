"""Handles to X's ids and profiles: from what is known, and from X for the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

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


@dataclass(frozen=True)
class Found:
    """Who the accounts are, and which of them cannot be read; each by lower-case handle."""

    users: Mapping[str, KnownUser]
    refusals: Mapping[str, Refusal]


def look_up(lake: Lake, x: XApi, ledger: Ledger, accounts: Sequence[Account], profile_days: int) -> Found:
    """Return who `accounts` are. X is asked, and paid, only for those unknown or known for too long."""
    today = clock.now().date()
    users = known_users(lake, today)
    stale = [
        account for account in accounts if not _fresh(users.get(account.key), account, today, profile_days)
    ]
    refusals: dict[str, Refusal] = {}
    for start in range(0, len(stale), USERS_PER_LOOKUP):
        chunk = stale[start : start + USERS_PER_LOOKUP]
        with ledger.reserve(f"looking up {len(chunk)} accounts", Reads(users=len(chunk))) as reservation:
            profiles, refused = x.users([account.handle for account in chunk])
            reservation.settle(Reads(users=len(profiles)))
        for account in chunk:
            answer = resolve_profile(
                account, users.get(account.key), profiles.get(account.key), refused.get(account.key)
            )
            if isinstance(answer, Refusal):
                refusals[account.key] = answer
            else:
                users[account.key] = _known(answer, today)
        # Chunk by chunk: what was paid for is kept even if the next request fails.
        save_users(lake, today, [users[account.key] for account in chunk if account.key not in refusals])
    return Found(users, refusals)


def _fresh(known: KnownUser | None, account: Account, today: date, profile_days: int) -> bool:
    return (
        known is not None
        and known.looked_up_on > today - timedelta(days=profile_days)
        and account.id in (None, known.user_id)
    )


def resolve_profile(
    account: Account, known: KnownUser | None, profile: Profile | None, refusal: Refusal | None
) -> Profile | Refusal:
    """Decide between an account's profile and the reason why it is not to be read."""
    if refusal:
        return refusal
    if profile is None:
        return Refusal(Status.FAILED, "X's answer left this account out; run again")
    expected = account.id or (known.user_id if known else profile.user_id)
    if profile.user_id != expected:
        return Refusal(
            Status.FAILED,
            f"the handle now belongs to another account (id {profile.user_id}, not {expected}); if that is right, "
            f'write it as "- handle: {account.handle}" with "id: {profile.user_id}" in accounts.yaml',
        )
    return PROTECTED if profile.protected else profile


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
    )
