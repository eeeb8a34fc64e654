"""The alerts of each day of a period, as the day's own page finds them: those about figures, from the roll-ups alone.

The arrays are made once for all days; each day is then judged by the eight weeks before it, with the accounts that were
planned for it. Only accounts that are unusual go through the rules of the day's page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from pipeline.lake.periods import Period
from reports import thresholds
from reports.figures.accounts import COMPARED, TURNED
from reports.figures.alerts import Finding, findings
from reports.figures.metrics import (
    POST_KINDS,
    WITH_POSTS,
    asked_for_mentions,
    with_data,
    with_reading_age,
)
from reports.figures.posts import usual_post
from reports.figures.standouts import choose
from reports.figures.tone import net_columns
from reports.figures.usual import robust
from reports.figures.usual.compare import to_column, to_frame, with_usual
from reports.figures.usual.daily import Daily, of_accounts
from reports.figures.usual.judge import judge
from reports.figures.usual.mentions import judge_mentions
from reports.figures.usual.robust import Array, Places

DayFindings = tuple[date, Sequence[Finding]]
_BEFORE: Final = timedelta(days=thresholds.LONG_DAYS)
_LISTS: Final = ("post_ids", "post_hours", "post_kinds", "post_engagements")  # most of a roll-up's bytes


def alerts(rollups: pl.DataFrame, period: Period, reported: Sequence[date]) -> list[DayFindings]:
    """Return the findings about figures of the `reported` days that have any, at most one of an account, in order.

    `rollups` are those of the period and of the eight weeks before it (ROLLUP).
    """
    first = period.first - _BEFORE
    whole = rollups.filter(pl.col("day").is_between(first, period.last), pl.col("window_hours").is_null())
    if whole.is_empty():
        return []
    read = _read(whole, first, (period.last - first).days + 1)
    stored = set(whole["day"].unique())
    days = [_judge(read, day) for day in sorted(stored.intersection(reported))]
    if not days:
        return []
    rows = _unusual(read, days)
    found = ((each.day, findings(rows.filter(pl.col("day") == each.day), each.standouts)) for each in days)
    about_figures = ((day, tuple(one for one in of_day if one.metric)) for day, of_day in found)
    return [(day, of_day) for day, of_day in about_figures if of_day]


@dataclass(frozen=True)
class _Read:
    """All roll-ups, and all accounts' values on all days, whatever their age and timezone.

    Arrays are (accounts, days), NaN where there is none.
    """

    accounts: list[str]
    first: date
    weekdays: Array
    rows: pl.DataFrame  # of the roll-ups, without their lists
    posts: pl.DataFrame  # the lists, row by row
    places: tuple[Places, Places]  # of the rows in the arrays
    timezone: Array  # a number for each
    age: Array  # hours from the middle of the day to the reading of its posts
    daily: Daily
    mentions: Array
    mentions_asked: Array  # 1 where X was asked for them, else 0


def _read(rollups: pl.DataFrame, first: date, count: int) -> _Read:
    names = rollups["account"].unique().sort().to_list()
    rows = with_reading_age(rollups.drop(_LISTS))
    at = rows["account"].replace_strict(names, range(len(names)), return_dtype=pl.Int64).to_numpy()
    on = (rows["day"] - first).dt.total_days().to_numpy()

    def on_days(values: pl.Expr) -> Array:
        found = np.full((len(names), count), np.nan)
        found[at, on] = rows.select(values.cast(pl.Float64).fill_null(float("nan"))).to_series().to_numpy()
        return found

    return _Read(
        accounts=names,
        first=first,
        weekdays=np.array([(first + timedelta(days=at)).weekday() for at in range(count)], float),
        rows=rows,
        posts=rollups.select("account", "day", "status", "post_ids", "post_kinds", "post_engagements"),
        places=(at, on),
        timezone=on_days(pl.col("timezone").rank("dense")),
        age=on_days(pl.when(pl.col("status").is_in(WITH_POSTS)).then("reading_age")),
        daily=of_accounts(rollups.with_columns(pl.lit(value=True).alias("equal_age")), names, first, count),
        mentions=on_days(pl.col("mention_count")),
        mentions_asked=on_days(asked_for_mentions()),
    )


@dataclass(frozen=True)
class _Day:
    """A day, judged by its own eight weeks in its own timezone."""

    day: date
    compared: pl.DataFrame  # of `compare` and `compare_mentions`, of this day alone
    silent: pl.DataFrame  # `account`, `day`, `days_silent` of the 28 days before
    standouts: pl.DataFrame


def _judge(read: _Read, day: date) -> _Day:
    at = (day - read.first).days
    listed = np.flatnonzero(np.isfinite(read.timezone[:, at]))
    like = read.timezone == read.timezone[listed[0], at]
    ratio = read.age / robust.median(read.age[:, at])
    of_age = like & ~((ratio < 1 / thresholds.AGE_FACTOR) | (ratio > thresholds.AGE_FACTOR))
    daily, names = read.daily.narrowed(listed, like, of_age), [read.accounts[place] for place in listed]
    compared = [_compared(daily, names, read, at)]
    asked = np.flatnonzero(read.mentions_asked[:, at] == 1)
    if asked.size:
        counts = np.where(like, read.mentions, np.nan)[asked]
        compared.append(_compared_mentions(counts, [read.accounts[place] for place in asked], read, at))
    before = daily.posts[:, max(at - thresholds.USUAL_DAYS, 0) : at]
    posts = read.posts.with_columns(pl.Series("equal_age", of_age[read.places]))
    return _Day(
        day,
        pl.concat(compared),
        pl.DataFrame({"account": names, "day": day, "days_silent": (before == 0).sum(1)}),
        _standouts(posts, day, one=len(listed) == 1),
    )


def _compared(daily: Daily, names: list[str], read: _Read, at: int) -> pl.DataFrame:
    judged = judge(daily.history(at, read.weekdays, np.ones(len(names), bool)))
    scored = np.maximum(daily.scored, 1)
    net = np.where(daily.scored > 0, 100 * (daily.positive - daily.negative) / scored, np.nan)
    columns = [
        to_column("engagement", daily.engagement, judged.engagement, at),
        to_column("posts", daily.posts, judged.posts, at),
        to_column("net", net, judged.net, at),
    ]
    return to_frame(columns, names, read.first)


def _compared_mentions(counts: Array, names: list[str], read: _Read, at: int) -> pl.DataFrame:
    days = slice(max(at - thresholds.LONG_DAYS, 0), at + 1)
    judged = judge_mentions(counts[:, days], read.weekdays[days], np.ones(len(counts), bool))
    return to_frame([to_column("mentions", counts, judged.metric, at)], names, read.first)


def _standouts(posts: pl.DataFrame, day: date, *, one: bool) -> pl.DataFrame:
    """Return the `standouts` of a day, without their texts."""
    first = day - timedelta(days=thresholds.USUAL_DAYS)
    today = with_data(posts.filter(pl.col("day") == day, pl.col("post_ids").is_not_null()))
    usual = usual_post(posts.drop("post_ids").filter(pl.col("day").is_between(first, day)), day)
    ranked = (
        today.select(
            "account",
            pl.col("post_ids").alias("post_id"),
            pl.col("post_engagements").alias("engagement"),
            POST_KINDS.alias("kind"),
        )
        .explode("post_id", "engagement", "kind")
        .drop_nulls("post_id")
        .join(usual, on=["account", "kind"], how="left")
        .with_columns((pl.col("engagement") / pl.col("usual_post")).alias("times"))
    )
    return choose(ranked, one=one)


def _unusual(read: _Read, days: Sequence[_Day]) -> pl.DataFrame:
    """Return the account-days with anything unusual, with the columns of `accounts` that findings about figures take.

    Findings that come before those, such as deletions that wait, find nothing in them.
    """
    keys = ["account", "day"]
    compared = pl.concat([each.compared for each in days])
    unusual = compared.filter("unusual").select(keys).unique()
    rows = (
        read.rows.join(unusual, on=keys, how="semi")
        .join(pl.concat([each.silent for each in days]), on=keys, how="left")
        .with_columns(
            *net_columns(),
            pl.col("status").is_in(WITH_POSTS).alias("has_data"),
            pl.col("status").alias("status_before"),
            pl.lit(0, pl.Int64).alias("deletions_waiting"),
        )
    )
    of_unusual = compared.join(unusual, on=keys, how="semi")
    return with_usual(rows, of_unusual, COMPARED, also=["day"]).with_columns(
        TURNED.alias("turned"), pl.col("days_posts").alias("days_read")
    )
