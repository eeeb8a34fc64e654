"""How often others mention an account, beside what is usual for it.

Mentions are many and come in waves, so their days differ by far more than chance does: judged on logarithms, with the
level, week and drift of `worth`, and a scale that is each row's own, drawn toward the accounts' common one.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from scipy.special import stdtr, stdtrit

from reports import thresholds
from reports.figures.metrics import asked_for_mentions
from reports.figures.usual import robust
from reports.figures.usual.compare import (
    COMPARED,
    fill,
    members_of_totals,
    read_days,
    to_column,
    to_frame,
    trend_days,
)
from reports.figures.usual.daily import DAYS, enough_read
from reports.figures.usual.history import LONG, WINDOW, History
from reports.figures.usual.judge import Metric
from reports.figures.usual.robust import Array, Mask
from reports.figures.usual.worth import expect_worth

_SCALE: Final = 0.3  # of the logarithms of days, where nothing is known
_SCALE_WORTH: Final = 10.0  # days: what the accounts' common scale is worth beside the own
_COMMON_NEEDS: Final = 3  # accounts


@dataclass(frozen=True)
class Mentions:
    """The mentions of a day, judged, and the weekday factors of each row."""

    metric: Metric
    week: Array  # (rows, 7)


def compare_mentions(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Compare the mentions of the accounts of which they were asked for on `day`, and their sums, with the usual.

    Takes and returns what `compare` does; no rows where nobody's mentions were asked for. A sum is of the accounts
    whose mentions X has counted on `day`, against their own past; mentions do not grow as likes do, so days that were
    read at another age count too.
    """
    today = rollups.filter(pl.col("day") == day, asked_for_mentions()).sort("account")
    if today.is_empty():
        return pl.DataFrame(schema=COMPARED)
    accounts = today["account"].to_list()
    first, weekdays = read_days(day)
    counts = _counts(rollups, accounts, first)
    own = judge_mentions(counts, weekdays, np.ones(len(accounts), bool))
    filled = fill(counts, own.metric.usual, own.week, weekdays)
    totals = members_of_totals(today, today["mention_count"].is_not_null().to_numpy())
    sums = []
    for members in totals.values():
        kept = enough_read(np.isfinite(counts[members]).sum(0))
        sums.append(np.where(kept, filled[members].sum(0), np.nan))
    together = np.concatenate([counts, sums])
    is_account = np.arange(len(together)) < len(accounts)
    columns = []
    for at in trend_days(together):
        days = slice(max(at - LONG, 0), at + 1)
        judged = judge_mentions(together[:, days], weekdays[days], is_account)
        columns.append(to_column("mentions", together, judged.metric, at))
    return to_frame(columns, [*accounts, *totals], first)


def judge_mentions(counts: Array, weekdays: Array, is_account: Mask) -> Mentions:
    """Judge the last of the days of `counts`, which are (rows, days), by those before it."""
    logarithms = np.log1p(counts)
    chance = 1 / (np.nan_to_num(robust.mean(counts[:, :-1])) + 1)
    variance = np.repeat(chance[:, None], counts.shape[1], 1)
    history = History(weekdays, is_account, *[counts] * 8)
    found = expect_worth(logarithms, variance, history)
    past, today = weekdays[:-1].astype(int), history.today
    age = np.arange(len(past)) - len(past)
    level = found.expected - found.week[:, today]
    residuals = logarithms[:, :-1] - found.drift[:, None] * age - level[:, None] - found.week[:, past]
    known = np.maximum(0.8 * (found.days - 2), 0)
    own = robust.scale(residuals) ** 2
    judged = found.days >= thresholds.UNUSUAL_NEEDS
    common = robust.typical(own, is_account & judged, _COMMON_NEEDS, _SCALE**2)
    scale = np.maximum(robust.drawn_to(own, known, common, _SCALE_WORTH), chance)
    like_today = robust.known(residuals[:, robust.by_weekday(past, today)])
    error = robust.MEDIAN_NOISE / np.clip(found.days, 1, WINDOW) + 0.5 / (like_today + 2)
    deviation, freedom = np.sqrt(scale * (1 + error)), known + _SCALE_WORTH
    half = stdtrit(freedom, 0.9) * deviation
    as_many = np.nan_to_num(stdtr(freedom, -found.difference / deviation), nan=1.0)
    usual = np.expm1(found.expected)
    more = np.nan_to_num(counts[:, -1]) - usual
    up = judged & np.isfinite(counts[:, -1]) & (as_many < thresholds.UNUSUAL_CHANCE["mentions_up"])
    up &= (more >= thresholds.UNUSUAL_MENTIONS) & (more >= (thresholds.UNUSUAL_TIMES - 1) * usual)
    low, high = (np.maximum(np.expm1(found.expected + way * half), 0) for way in (-1, 1))
    return Mentions(
        Metric(usual, low, high, up=up, down=np.zeros_like(up), days=found.days), np.exp(found.week)
    )


def _counts(rollups: pl.DataFrame, accounts: list[str], first: date) -> Array:
    """Return the mentions of each of the accounts on each day, NaN where X has not counted them."""
    found = np.full((len(accounts), DAYS), np.nan)
    rows = (
        rollups.filter(pl.col("day") >= first)
        .drop_nulls("mention_count")
        .join(pl.DataFrame({"account": accounts}, {"account": pl.String}).with_row_index("at"), on="account")
        .select("at", (pl.col("day") - first).dt.total_days().alias("on"), "mention_count")
    )
    found[rows["at"].to_numpy(), rows["on"].to_numpy()] = rows["mention_count"].to_numpy()
    return found
