"""What is known of X's accounts: ids for good, profiles for `profile_days`.

Each snapshot carries the earlier ones' knowledge on, so the newest alone tells all.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import polars as pl

from pipeline import keys
from pipeline.lake import Lake, parquet

USERS = pl.Schema(
    {
        "user_id": pl.String(),
        "account": pl.String(),  # the lower-case handle
        "handle": pl.String(),  # as X spells it
        "name": pl.String(),
        "followers": pl.Int64(),  # null when X does not tell
        "published": pl.Int64(),  # posts since the account was made; null when X does not tell
        "created_at": pl.Datetime("us", "UTC"),  # when the account was made; null when X does not tell
        "looked_up_on": pl.Date(),  # the UTC date this row is of
    }
)
_RECENT = timedelta(days=40)


@dataclass(frozen=True)
class KnownUser:
    """One row of USERS."""

    user_id: str
    account: str
    handle: str
    name: str
    followers: int | None
    looked_up_on: date
    published: int | None = None
    created_at: datetime | None = None


def known_users(lake: Lake, on: date) -> dict[str, KnownUser]:
    """Return who was known on a UTC date, by lower-case handle.

    Lists only the last weeks' snapshots, and all of them only when there is none: the cost does not grow
    with years of history.
    """
    last = keys.users(on)
    for after in (keys.users(on - _RECENT), "users/"):
        snapshots = lake.keys("users/", after=after, last=last)
        found = lake.find_parquet(snapshots[-1], USERS) if snapshots else None
        if found is not None:
            return {row["account"]: KnownUser(**row) for row in found.iter_rows(named=True)}
    return {}


def remember(lake: Lake, on: date, users: Iterable[KnownUser]) -> None:
    """Put these users into the snapshot of a UTC date, on top of what was known.

    Conditional, because a backfill and the daily run may look accounts up at once.
    """
    fresh = {user.account: user for user in users}
    key = keys.users(on)
    while fresh:
        tagged = lake.find_tagged(key)
        merged = known_users(lake, on) | fresh
        rows = [asdict(merged[account]) for account in sorted(merged)]
        if lake.put_if(key, parquet(pl.DataFrame(rows, schema=USERS)), tagged[1] if tagged else None):
            return
