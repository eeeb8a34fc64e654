"""What only the tiles show: the followers, and the rate per follower where no impressions are known."""

from datetime import date

import polars as pl

from reports.figures.metrics import with_data


def followers(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `account`, `day`, `value` of the accounts with data on `day`, for every day that has a roll-up.

    Profiles are looked up only every few days: a day without a look-up has the count of the look-up before it, or of
    the first one.
    """
    known = rollups.filter(pl.col("followers").is_not_null())
    present = with_data(known.filter(pl.col("day") == day))["account"]
    return (
        rollups.select("day")
        .unique()
        .join(present.to_frame(), how="cross")
        .join(known.select("account", "day", "followers"), on=["account", "day"], how="left")
        .sort("account", "day")
        .select(
            "account",
            "day",
            pl.col("followers")
            .forward_fill()
            .backward_fill()
            .over("account")
            .cast(pl.Float64)
            .alias("value"),
        )
    )


def total_followers(by_account: pl.DataFrame) -> pl.DataFrame:
    """Return `day`, `value`: the sums of `followers`. A day's step is the sum of some accounts' steps."""
    return by_account.group_by("day").agg(pl.col("value").sum()).sort("day")


def rate_per_follower(rows: pl.DataFrame) -> float | None:
    """Return the engagement per follower and post in per cent; None when no account has a `follower_rate`.

    For days on which no post's impressions are known; never mixed with the rate per impression.
    """
    known = rows.drop_nulls("follower_rate")
    reach = int((known["posts"] * known["followers"]).sum())
    return 100 * int(known["engagement"].sum()) / reach if reach else None
