"""The accounts of a period: sums, days read, status, and the growth of their followers."""

import polars as pl

from reports.figures.metrics import NET, WITH_POSTS, asked_for_mentions
from reports.figures.periods.rows import BACK


def accounts(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per account listed in the period, by engagement, those without data last; takes `period_rows`.

    Has `account`, and of the last day on which it was listed `handle`, `name`, `group`, `status`, `reason`, `day`;
    `listed` and `read` (days), `listed_before` (in an earlier period), `has_data`; the sums `posts`, `engagement`,
    `scored`, `negative`, `neutral`, `positive` (null without data), `net`; `mentions_asked` and the last
    `mentions_not_counted_because`; and the columns of `followers`.
    """
    own = rows.filter(pl.col(BACK) == 0)
    data = pl.col("has_data")
    newest = ("handle", "name", "group", "status", "reason", "day")
    sums = ("posts", "engagement", "scored", "negative", "neutral", "positive")
    found = (
        own.sort("account", "day")
        .group_by("account", maintain_order=True)
        .agg(
            *(pl.col(name).last() for name in newest),
            pl.len().alias("listed"),
            data.sum().alias("read"),
            data.any().alias("has_data"),
            asked_for_mentions().any().alias("mentions_asked"),
            pl.col("mentions_not_counted_because").drop_nulls().last(),
            *(pl.when(data.any()).then(pl.col(name).sum()).alias(name) for name in sums),
        )
        .with_columns(NET.alias("net"))
    )
    earlier = rows.filter(pl.col(BACK) > 0)["account"].unique()
    return (
        found.with_columns(pl.col("account").is_in(earlier.implode()).alias("listed_before"))
        .join(followers(rows), on="account", how="left")
        .sort("has_data", "engagement", "account", descending=[True, True, False], nulls_last=True)
    )


def followers(rows: pl.DataFrame) -> pl.DataFrame:
    """Return `account`, `followers`, `followers_on` (the newest look-up), `growth`, `growth_from`, `growth_since`.

    `growth` is measured from the last look-up of before the period, or else from the first one in it; it is null where
    no newer look-up than that was made: unknown is not zero. Profiles are looked up every few days.
    """
    known = rows.filter(pl.col("followers").is_not_null(), pl.col("followers_on").is_not_null()).sort(
        "account", "followers_on", "day"
    )
    own = known.filter(pl.col(BACK) == 0)
    newest = own.group_by("account", maintain_order=True).agg(pl.col("followers", "followers_on").last())
    base = [
        frame.group_by("account", maintain_order=True).agg(
            getattr(pl.col("followers"), place)().alias("growth_from"),
            getattr(pl.col("followers_on"), place)().alias("growth_since"),
        )
        for frame, place in ((known.filter(pl.col(BACK) == 1), "last"), (own, "first"))
    ]
    start = pl.concat(base).unique("account", keep="first", maintain_order=True)
    measured = pl.col("growth_since") < pl.col("followers_on")
    return newest.join(start, on="account", how="left").with_columns(
        pl.when(measured).then(pl.col("followers") - pl.col("growth_from")).alias("growth")
    )


def without_data(found: pl.DataFrame) -> pl.DataFrame:
    """Return the accounts with a day in the period that has no data, those without any first; takes `accounts`."""
    return found.filter(pl.col("read") < pl.col("listed")).sort("read", "account")


def dropped(rows: pl.DataFrame) -> pl.DataFrame:
    """Return `account`, `handle`, `name` of those with data in the period before that are not listed in this one."""
    own = rows.filter(pl.col(BACK) == 0)
    before = rows.filter(pl.col(BACK) == 1, pl.col("status").is_in(WITH_POSTS))
    return (
        before.join(own, on="account", how="anti")
        .sort("account", "day")
        .group_by("account", maintain_order=True)
        .agg(pl.col("handle", "name").last())
    )
