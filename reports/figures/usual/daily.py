"""Roll-ups as arrays: a row for each account and one for their total, a column for each day."""

from dataclasses import dataclass
from datetime import date
from itertools import compress
from typing import Final

import numpy as np
import polars as pl

from reports import thresholds
from reports.figures.metrics import MEDIAN, RATE, post_medians, with_data
from reports.figures.usual.history import LONG, History
from reports.figures.usual.kinds import Kinds, sum_kinds
from reports.figures.usual.robust import Array, Mask, Places

DAYS: Final = thresholds.READ_DAYS + 1
_COUNTED: Final = ("posts", "positive", "negative", "scored")


@dataclass(frozen=True)
class Daily:
    """The values of rows on days, NaN where there are none; the counts also where they are of another age."""

    posts: Array
    positive: Array
    negative: Array
    scored: Array
    engagement: Array
    median: Array  # of kind `post`
    rate: Array
    kinds: Kinds

    def __add__(self, other: "Daily") -> "Daily":
        """Return the rows of both, one after the other."""
        return Daily(
            kinds=self.kinds + other.kinds,
            **{name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in _VALUES},
        )

    def narrowed(self, rows: Places, like: Mask, same_age: Mask) -> "Daily":
        """Return some of the rows, with what compares: counts on days that are `like`, what ages of the `same_age`."""
        kept = {
            name: np.where((like if name in _COUNTED else same_age)[rows], getattr(self, name)[rows], np.nan)
            for name in _VALUES
        }
        return Daily(kinds=self.kinds.narrowed(rows, same_age), **kept)

    def history(self, at: int, weekdays: Array, is_account: Mask) -> History:
        """Return the day at a column and the eight weeks before it."""
        days = slice(max(at - LONG, 0), at + 1)
        worth = self.kinds.until(days)
        return History(
            weekdays=weekdays[days],
            is_account=is_account,
            posts=self.posts[:, days],
            engagement=self.engagement[:, days],
            worth=worth.mean,
            worth_variance=worth.variance,
            mix=worth.mix,
            positive=self.positive[:, days],
            negative=self.negative[:, days],
            scored=self.scored[:, days],
        )


_VALUES: Final = ("posts", "positive", "negative", "scored", "engagement", "median", "rate")


@dataclass(frozen=True)
class Filled:
    """Posts and engagement of accounts on days, with what is usual where an account has none."""

    accounts: list[str]
    posts: Array
    engagement: Array


def of_accounts(rollups: pl.DataFrame, accounts: list[str], first: date, days: int = DAYS) -> Daily:
    """Return the values of each of the accounts on each of the `days`; takes the roll-ups of `equal_age`."""
    aged = pl.col("equal_age")
    rows = (
        with_data(rollups)
        .filter(pl.col("day") >= first)
        .join(pl.DataFrame({"account": accounts}, {"account": pl.String}).with_row_index("at"), on="account")
        .select(
            "at",
            (pl.col("day") - first).dt.total_days().alias("on"),
            *(pl.col(name).cast(pl.Float64) for name in _COUNTED),
            *(
                pl.when(aged).then(value).cast(pl.Float64).alias(name)
                for name, value in (("engagement", pl.col("engagement")), ("median", MEDIAN), ("rate", RATE))
            ),
            pl.when(aged).then("post_engagements").alias("post_engagements"),
            "post_kinds",
        )
    )
    at, on = rows["at"].to_numpy(), rows["on"].to_numpy()
    found = {}
    for name in _VALUES:
        values = np.full((len(accounts), days), np.nan)
        values[at, on] = rows[name].fill_null(float("nan")).to_numpy()
        found[name] = values
    return Daily(kinds=sum_kinds(rows, len(accounts), days), **found)


def of_total(rollups: pl.DataFrame, found: Daily, filled: Filled, members: Mask, first: date) -> Daily:
    """Return the one row of the total of some of the accounts, the `members`.

    NaN on days on which fewer than half of the usual number of them were read. Medians and rates are of all posts
    together, never means of the accounts' own.
    """
    read = np.isfinite(found.posts[members]).sum(0)
    kept = enough_read(read)
    aged = kept & (np.isfinite(found.engagement[members]).sum(0) >= thresholds.PRESENT_SHARE * read)
    counted = {
        name: np.where(kept, np.nansum(getattr(found, name)[members], 0), np.nan)[None]
        for name in ("positive", "negative", "scored")
    }
    return Daily(
        posts=np.where(kept, filled.posts[members].sum(0), np.nan)[None],
        engagement=np.where(aged, filled.engagement[members].sum(0), np.nan)[None],
        **counted,
        **_ratios(rollups, list(compress(filled.accounts, members)), first),
        kinds=found.kinds.total(members, kept),
    )


def enough_read(read: Array) -> Mask:
    """Return on which days half of the usual number of accounts, or more, were `read`; the last needs but one."""
    usual = np.median(read[:-1][read[:-1] > 0]) if (read[:-1] > 0).any() else 0
    kept: Mask = (read > 0) & (read >= thresholds.PRESENT_SHARE * usual)
    kept[-1] = read[-1] > 0
    return kept


def _ratios(rollups: pl.DataFrame, accounts: list[str], first: date) -> dict[str, Array]:
    """Return the median of all posts and the rate of all impressions of each day."""
    aged = with_data(rollups).filter(
        pl.col("equal_age"), pl.col("day") >= first, pl.col("account").is_in(pl.Series(accounts).implode())
    )
    per_day = aged.group_by("day").agg(pl.col("engagement_seen", "impressions").sum())
    found = per_day.join(post_medians(aged), on="day", how="left").select(
        (pl.col("day") - first).dt.total_days().alias("on"), "median", RATE.alias("rate")
    )
    ratios = {}
    for name in ("median", "rate"):
        values = np.full(DAYS, np.nan)
        values[found["on"].to_numpy()] = found[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        ratios[name] = values[None]
    return ratios
