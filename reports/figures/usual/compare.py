"""Each account's metrics and the day's totals beside what is usual: frames in, a frame out.

Each of the last 30 days is judged by the eight weeks before it, as on its own page.
"""

import functools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.special import stdtrit

from reports import thresholds
from reports.figures.metrics import WITH_POSTS
from reports.figures.usual import robust
from reports.figures.usual.daily import DAYS, Daily, Filled, of_accounts, of_total
from reports.figures.usual.history import LONG, WINDOW, History
from reports.figures.usual.judge import Judged, Metric, judge
from reports.figures.usual.robust import Array, Mask
from reports.figures.usual.worth import expect_worth, spread_of_posts

TOTAL: Final = ""  # the `account` of the total of all accounts; see also `total_of`
COMPARED: Final = pl.Schema(
    {
        "account": pl.String(),
        "metric": pl.String(),
        "day": pl.Date(),
        "value": pl.Float64(),
        "usual": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "unusual": pl.Boolean(),
        "days": pl.Int64(),
    }
)  # of what `compare` returns
TREND: Final = range(DAYS - thresholds.TREND_DAYS, DAYS)


@dataclass(frozen=True)
class Compared:
    """A figure beside what is usual for its weekday; with fewer than seven days of history there is no usual."""

    value: float
    usual: float | None
    low: float | None
    high: float | None
    unusual: bool
    days: int


def total_of(group: str | None) -> str:
    """Return the `account` of the total of a group, or of the accounts without one: no handle begins with #."""
    return f"#{group or ''}"


def compare(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Compare the accounts planned for `day`, and the totals of those with data, with what is usual for each.

    The totals are of all accounts and, if any account has a group, of each group: today's members against their own
    past. Medians and rates are compared for totals only, see `compare_ratios`.

    Takes the roll-ups of `equal_age`, of up to 85 days before `day`. Returns `account` (`TOTAL`, or `total_of` a
    group), `metric`, `day`, `value`, `usual`, `low` and `high` (the middle 80 %; null, as the usual, with fewer than
    seven days of history), `unusual` and `days` (of the 28 before, those with data), of the last 30 days, sorted.
    """
    today = rollups.filter(pl.col("day") == day).sort("account")
    accounts = today["account"].to_list()
    totals = members_of_totals(today, today["status"].is_in(WITH_POSTS).to_numpy())
    first, weekdays = read_days(day)
    each = of_accounts(rollups, accounts, first)
    is_account = np.ones(len(accounts), bool)
    filled = _filled(accounts, each, judge(each.history(DAYS - 1, weekdays, is_account)), weekdays)
    sums = [of_total(rollups, each, filled, members, first) for members in totals.values()]
    total = functools.reduce(operator.add, sums)
    together, no_account = each + total, np.zeros(len(totals), bool)
    of_all, of_totals = [], []
    for at in trend_days(together.posts, together.engagement, together.scored, total.median, total.rate):
        judged = judge(together.history(at, weekdays, np.append(is_account, no_account)))
        metrics = {"engagement": judged.engagement, "posts": judged.posts, "net": judged.net}
        of_all += _columns(metrics, together, at)
        of_totals += _columns(_judge_ratios(total, weekdays, no_account, at), total, at)
    frames = [to_frame(of_all, [*accounts, *totals], first), to_frame(of_totals, list(totals), first)]
    return pl.concat(frames).sort("account", "metric", "day")


def with_usual(
    rows: pl.DataFrame,
    compared: pl.DataFrame,
    metrics: Sequence[str],
    on: str = "account",
    also: Sequence[str] = (),
) -> pl.DataFrame:
    """Add for each metric `usual_`, `low_`, `high_`, `unusual_` (false where unknown) and `days_` of a day's `compare`.

    `on` is the column of `rows` that names the account, or the total; `also` is `day` for rows of several days.
    """
    for metric in metrics:
        of_metric = compared.filter(pl.col("metric") == metric).select(
            pl.col("account").alias(on),
            *also,
            *(pl.col(name).alias(f"{name}_{metric}") for name in ("usual", "low", "high", "unusual", "days")),
        )
        rows = rows.join(of_metric, on=[on, *also], how="left")
    return rows.with_columns(pl.col(f"unusual_{metric}").fill_null(value=False) for metric in metrics)


def compare_ratios(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Compare the median and the rate of each account planned for `day`, as `compare` does, for the accounts' pages."""
    accounts = rollups.filter(pl.col("day") == day)["account"].sort().to_list()
    first, weekdays = read_days(day)
    found, is_account = of_accounts(rollups, accounts, first), np.ones(len(accounts), bool)
    columns = [
        each
        for at in trend_days(found.median, found.rate)
        for each in _columns(_judge_ratios(found, weekdays, is_account, at), found, at)
    ]
    return to_frame(columns, accounts, first)


def read_days(day: date) -> tuple[date, Array]:
    """Return the first of the days that are read, and the weekday of each."""
    first = day - timedelta(days=thresholds.READ_DAYS)
    return first, np.array([(first + timedelta(days=at)).weekday() for at in range(DAYS)], float)


def trend_days(*values: Array) -> list[int]:
    """Return the columns of the days to judge: of the last 30, those with a value in any row, and the last.

    Judging a day takes milliseconds, and `to_frame` leaves out what has no value: most of a new lake's month.
    """
    together = np.concatenate(values)
    return [at for at in TREND if np.isfinite(together[:, at]).any() or at == TREND[-1]]


def members_of_totals(today: pl.DataFrame, present: Mask) -> dict[str, Mask]:
    """Return which accounts each total is of: those `present`, or all where none is, for their history."""
    groups = today["group"]
    found = {TOTAL: np.ones(today.height, bool)}
    if groups.null_count() < today.height:
        for group in groups.unique().sort().to_list():
            found[total_of(group)] = groups.eq_missing(group).to_numpy()
    return {
        name: members & present if (members & present).any() else members for name, members in found.items()
    }


def _filled(accounts: list[str], found: Daily, judged: Judged, weekdays: Array) -> Filled:
    """Return posts and engagement with the usual of the day where an account has none.

    So neither an account that failed on an earlier day nor a new one looks like a rise or a fall of the total. An
    account without a usual counts on all days as on the report's.
    """
    week = np.exp(judged.week)
    return Filled(
        accounts,
        posts=fill(found.posts, judged.posts.usual, judged.posts_week, weekdays),
        engagement=fill(found.engagement, judged.engagement.usual, week, weekdays),
    )


def fill(values: Array, usual: Array, week: Array, weekdays: Array) -> Array:
    """Return the values with the usual of the day where there is none; `week` are the factors of the weekdays."""
    on, today = weekdays.astype(int), int(weekdays[-1])
    few = robust.known(values[:, -1 - WINDOW : -1]) < thresholds.USUAL_NEEDS
    level = np.where(few | ~np.isfinite(usual), np.nan_to_num(values[:, -1]), usual)
    ratio = np.where(few[:, None], 1.0, week / np.maximum(week[:, [today]], 1e-3))
    filled: Array = np.where(np.isfinite(values), values, level[:, None] * ratio[:, on])
    return filled


def _judge_ratios(found: Daily, weekdays: Array, is_account: Mask, at: int) -> dict[str, Metric]:
    """Judge the median and the rate of the day at a column."""
    upto, days = found.history(at, weekdays, is_account), slice(max(at - LONG, 0), at + 1)
    return {"median": _ratio(found.median[:, days], upto), "rate": _ratio(found.rate[:, days], upto)}


def _ratio(values: Array, history: History) -> Metric:
    """Judge a median or a rate, by the worth of a post."""
    number = np.maximum(np.nan_to_num(history.posts, nan=1.0), 1)
    variance = robust.MEDIAN_NOISE * spread_of_posts(history)[:, None] / number
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithms = np.where(values > 0, np.log(values), np.nan)
    found = expect_worth(logarithms, variance, history)
    half = stdtrit(found.freedom, 0.9) * found.deviation
    judged, far = found.days >= thresholds.UNUSUAL_NEEDS, np.log(thresholds.UNUSUAL_TIMES)
    chance = thresholds.UNUSUAL_CHANCE
    return Metric(
        np.exp(found.expected),
        np.exp(found.expected - half),
        np.exp(found.expected + half),
        up=judged & (found.as_high < chance["typical_up"]) & (found.difference >= far),
        down=judged & (found.as_low < chance["typical_down"]) & (found.difference <= -far),
        days=found.days,
    )


def _columns(judged: Mapping[str, Metric], found: Daily, at: int) -> list[dict[str, Any]]:
    """Return the columns of the day at `at`, for each metric."""
    scored = np.maximum(found.scored, 1)
    net = np.where(found.scored > 0, 100 * (found.positive - found.negative) / scored, np.nan)
    return [
        to_column(metric, net if metric == "net" else getattr(found, metric), one, at)
        for metric, one in judged.items()
    ]


def to_column(metric: str, values: Array, judged: Metric, at: int) -> dict[str, Any]:
    """Return what `to_frame` takes of a metric on the day at `at`; `values` are (rows, days)."""
    days = robust.known(values[:, max(at - WINDOW, 0) : at])
    enough = (days >= thresholds.USUAL_NEEDS) & np.isfinite(judged.usual + judged.low + judged.high)
    return {
        "metric": metric,
        "day": at,
        "value": values[:, at],
        "usual": np.where(enough, judged.usual, np.nan),
        "low": np.where(enough, judged.low, np.nan),
        "high": np.where(enough, judged.high, np.nan),
        "unusual": enough & (judged.up | judged.down),
        "days": days.astype(np.int64),
    }


def to_frame(columns: list[dict[str, Any]], accounts: list[str], first: date) -> pl.DataFrame:
    """Return the rows that have a value."""
    rows = len(accounts)
    repeated = {
        name: np.repeat([one[name] for one in columns], rows)
        if name in ("metric", "day")
        else np.concatenate([one[name] for one in columns])
        for name in columns[0]
    }
    return (
        pl.DataFrame(repeated)
        .with_columns(pl.Series("account", accounts * len(columns), pl.String))
        .filter(pl.col("value").is_not_nan())
        .with_columns(
            pl.col("usual", "low", "high").fill_nan(None),
            (pl.lit(first) + pl.duration(days=pl.col("day"))).alias("day"),
        )
        .select(COMPARED.names())
    )
