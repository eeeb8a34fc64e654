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
from pipeline.schema import Column, frame_of

USERS_COLUMNS = {
    "user_id": Column(pl.String(), "id of the account on X", "X: id"),
    "account": Column(pl.String(), "lower-case handle", "accounts.yaml"),
    "handle": Column(pl.String(), "as X spells it", "X: username"),
    "name": Column(pl.String(), "display name", "X: name"),
    "followers": Column(
        pl.Int64(), "followers", "X: public_metrics.followers_count", "not returned by X", unit="accounts"
    ),
    "published": Column(
        pl.Int64(),
        "posts since the account was made",
        "X: public_metrics.tweet_count",
        "not returned by X",
        unit="posts",
        since=2,
    ),
    "created_at": Column(
        pl.Datetime("us", "UTC"),
        "when the account was made",
        "X: created_at",
        "not returned by X",
        unit="UTC",
        since=2,
    ),
    "looked_up_on": Column(pl.Date(), "the date this row is of", "clock of the look-up", unit="UTC date"),
    "protected": Column(
        pl.Boolean(), "only followers may read it", "X: protected", "looked up by an older version", since=3
    ),
    "owner_id": Column(
        pl.String(),
        "id of the account that has the handle now",
        "X: id",
        "the handle is still this account's",
        since=3,
    ),
}
USERS = frame_of(USERS_COLUMNS)
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
