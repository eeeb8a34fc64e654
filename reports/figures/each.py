"""The figures of each account for its own page: those of the day's report, narrowed to one account.

What is costly is computed for all accounts at once, and compared by the same factors as in the day's report, so
that an account's page and its row there say the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from pipeline.status import Status
from reports import thresholds
from reports.figures import hours, standouts, tone
from reports.figures.day import DayFigures
from reports.figures.freshness import freshness
from reports.figures.measures import equal_age, measure, with_data
from reports.figures.usual import compare, weekday_factors

_TONES = 10  # days
_AT_ONCE = 50  # accounts: comparing joins each of 30 days with the 28 before it


@dataclass(frozen=True)
class AccountFigures:
    """One account of a day."""

    account: str
    day: DayFigures  # of this account alone
    posts: pl.DataFrame  # `ranked`
    trouble: pl.DataFrame  # `troubled`


def each_account(figures: DayFigures, rollups: pl.DataFrame, posts: pl.DataFrame) -> Iterator[AccountFigures]:
    """Yield the figures of each account of the day's report, in its order.

    Takes the figures of the day and what `day_figures` made them from.
    """
    day = figures.day
    aged = equal_age(rollups, day)
    measures = measure(aged)
    factors = weekday_factors(measures, day)
    by_post = ranked(posts, aged, day)
    of_account = aged.partition_by("account", as_dict=True)
    posts_of = by_post.partition_by("account", as_dict=True)
    outstanding = _outstanding(by_post).partition_by("account", as_dict=True)
    followers = _followers(aged, day).partition_by("account", as_dict=True)
    toned = tone.tone(aged).sort("account", "day", descending=[False, True])
    tones = toned.partition_by("account", as_dict=True)
    trouble = troubled(aged, day)
    troubles = trouble.partition_by("account", as_dict=True)
    for rows in figures.accounts.iter_slices(_AT_ONCE):
        trends = _trends(aged, measures, factors, rows, day).partition_by("account", as_dict=True)
        for row in rows.iter_slices(1):
            key = (row["account"][0],)
            own, own_posts = of_account[key], posts_of.get(key, by_post.clear())
            days = own["day"].to_list()
            narrowed = replace(
                figures,
                accounts=row,
                trend=figures.trend if figures.single else trends.get(key, figures.trend.clear()),
                followers=followers.get(key, figures.followers.clear()),
                movers=figures.movers.clear(),
                net_interval=tone.net_interval(row),
                tone=tones.get(key, toned.clear()).head(_TONES),
                all_tone=tone.tone(row),
                hours=hours.hours(own, day),
                standouts=outstanding.get(key, by_post.clear()).head(thresholds.MOST_STANDOUTS),
                freshness=freshness(own, own_posts, day),
                previous=max((past for past in days if past < day), default=None),
            )
            yield AccountFigures(key[0], narrowed, own_posts, troubles.get(key, trouble.clear()))


def ranked(posts: pl.DataFrame, rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the day's own posts (no retweets), each account's by engagement, the most first.

    Adds `usual_post` (see `standouts.usual_post`) and `times`, both null while the account has too few posts to tell.
    """
    return (
        posts.filter(pl.col("engagement").is_not_null())  # it is null for retweets
        .join(standouts.usual_post(rollups, day), on="account", how="left")
        .with_columns((pl.col("engagement") / pl.col("usual_post")).alias("times"))
        .sort("account", "engagement", "post_id", descending=[False, True, True])
    )


def troubled(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `account`, `day`, `status`, `reason`, `truncated` of the 28 days before `day` that were not read whole.

    Each account's newest first.
    """
    first = day - timedelta(days=thresholds.USUAL_DAYS)
    return (
        rollups.filter(
            pl.col("day").is_between(first, day, closed="left"),
            (pl.col("status") != str(Status.OK)) | pl.col("truncated").fill_null(value=False),
        )
        .select("account", "day", "status", "reason", "truncated")
        .sort("account", "day", descending=[False, True])
    )


def _outstanding(by_post: pl.DataFrame) -> pl.DataFrame:
    """Return what `standouts` or, for an account without a usual post, `largest` would: see there."""
    far = pl.col("times") >= thresholds.STANDOUT_TIMES
    unknown = pl.col("times").is_null() & (pl.col("engagement") > 0)
    order = ["times", "engagement", "post_id"]
    return by_post.filter(far | unknown).sort("account", *order, descending=[False, True, True, True])


def _trends(
    rollups: pl.DataFrame, measures: pl.DataFrame, factors: pl.DataFrame, rows: pl.DataFrame, day: date
) -> pl.DataFrame:
    """Hold each of the trend's 30 days of the accounts in `rows` against the 28 days before it."""
    history = measures.filter(pl.col("account").is_in(rows["account"].implode()))
    first = day - timedelta(days=thresholds.TREND_DAYS - 1)
    held = compare(history.filter(pl.col("day") >= first), history, factors)
    return tone.sure_alone(held, rollups).sort("account", "metric", "day")


def _followers(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `account`, `day`, `value`: its followers, carried over the days it was not asked."""
    known = rollups.filter(pl.col("followers").is_not_null())
    present = with_data(known.filter(pl.col("day") == day))["account"]
    return (
        rollups.filter(pl.col("account").is_in(present.implode()))
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
