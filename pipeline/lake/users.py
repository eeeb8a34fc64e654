"""What is known of X's accounts: ids for good, profiles for `profile_days`.

Each snapshot contains what the earlier ones knew, so the newest alone suffices.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from pipeline.lake import keys
from pipeline.lake.catalogue import USERS as USER_SNAPSHOTS
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame, to_parquet

USERS = pl.Schema(
    {
        "user_id": pl.String(),
        "account": pl.String(),  # the lower-case handle
        "handle": pl.String(),  # as X spells it
        "name": pl.String(),
        "followers": pl.Int64(),  # null when not returned by X
        "published": pl.Int64(),  # posts since the account was made; null when not returned by X
        "created_at": pl.Datetime("us", "UTC"),  # when the account was made; null when not returned by X
        "looked_up_on": pl.Date(),  # the UTC date this row is of
        "protected": pl.Boolean(),  # only followers may read it; null in rows of older versions, where it is not
        "owner_id": pl.String(),  # the account that has the handle since then, where that is another; else null
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
    post_count: int | None = None
    created_at: datetime | None = None
    protected: bool | None = None
    owner_id: str | None = None


def known_users(lake: Lake, on: date) -> dict[str, KnownUser]:
    """Return who was known on a UTC date, by lower-case handle.

    Lists only the last weeks' snapshots, and all of them only when there is none: the cost does not grow
    with years of history.
    """
    last = keys.users(on)
    for after in (keys.users(on - _RECENT), ""):
        snapshots = lake.keys(USER_SNAPSHOTS.folder, after=after, last=last)
        found = find_frame(lake, snapshots[-1], USERS) if snapshots else None
        if found is not None:
            return {user.account: user for user in map(_known, found.iter_rows(named=True))}
    return {}


def save_users(lake: Lake, on: date, users: Iterable[KnownUser]) -> None:
    """Put these users into the snapshot of a UTC date, on top of what was known.

    Conditional, because a backfill and the daily run may look accounts up at once.
    """
    fresh = {user.account: user for user in users}
    key = keys.users(on)
    while fresh:
        stored = lake.find(key)
        merged = known_users(lake, on) | fresh
        rows = [_row(merged[account]) for account in sorted(merged)]
        if lake.put_if(key, to_parquet(pl.DataFrame(rows, schema=USERS)), stored.etag if stored else None):
            return


# The column keeps the name that it was first stored under.
def _known(row: dict[str, Any]) -> KnownUser:
    return KnownUser(post_count=row.pop("published"), **row)


def _row(user: KnownUser) -> dict[str, Any]:
    row = asdict(user)
    return row | {"published": row.pop("post_count")}
