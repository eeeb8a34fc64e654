"""Each account's metrics and the day's totals beside what is usual: frames in, a frame out.

Each of the last 30 days is judged by the eight weeks before it, as on its own page.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.special import stdtrit

from reports import thresholds
from reports.figures.metrics import RATE, with_data
from reports.figures.usual import robust
from reports.figures.usual.history import LONG, WINDOW, History
from reports.figures.usual.judge import Judged, Metric, judge
from reports.figures.usual.robust import Array
from reports.figures.usual.worth import expect_worth, spread_of_posts

TOTAL: Final = ""  # the `account` of a total
_TREND: Final = range(thresholds.READ_DAYS + 1 - thresholds.TREND_DAYS, thresholds.READ_DAYS + 1)
_SHARED: Final = (
    "posts",
    "positive",
    "negative",
    "scored",
    "engagement",
    "worth",
    "worth_variance",
    "median",
    "rate",
)


@dataclass(frozen=True)
class Compared:
    """A figure beside what is usual for its weekday; with fewer than seven days of history there is no usual."""

    value: float
    usual: float | None
    low: float | None
    high: float | None
    unusual: bool
    days: int


def compare(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Compare the accounts planned for `day`, and the total of those with data, with what is usual for each.

    Medians and rates are compared for the total only, see `compare_ratios`.

    Takes the roll-ups of `equal_age`, of up to 85 days before `day`. Returns `account` ("" for the total), `metric`,
    `day`, `value`, `usual`, `low` and `high` (the middle 80 %; null, as the usual, with fewer than seven days of
    history), `unusual` and `days` (how many of the 28 days before have data), of the last 30 days, sorted.
    """
    today = rollups.filter(pl.col("day") == day).sort("account")
    accounts = today["account"].to_list()
    present = with_data(today)["account"].to_list()
    is_present = np.isin(accounts, present)
    first, weekdays = _days(day)
    found = _arrays(rollups, accounts, first)
    is_account = np.ones(len(accounts), bool)
    by_account = _history(found, weekdays, is_account)
    filled = _filled(found, judge(_until(by_account, thresholds.READ_DAYS)), weekdays)
    together = _total(*({name: rows[is_present] for name, rows in each.items()} for each in (found, filled)))
    together |= {name: values[None] for name, values in _ratios(rollups, present, first).items()}
    found = {name: np.concatenate([found[name], together[name]]) for name in _SHARED}
    history = _history(found, weekdays, np.append(is_account, False))
    total = _history(together, weekdays, np.array([False]))
    of_all, of_total = [], []
    for at in _TREND:
        judged = judge(_until(history, at))
        sums = {"engagement": judged.engagement, "posts": judged.posts, "net": judged.net}
        of_all += _columns(sums, found, at)
        of_total += _columns(_judged_ratios(total, together, at), together, at)
    frames = [_frame(of_all, [*accounts, TOTAL], first), _frame(of_total, [TOTAL], first)]
    return pl.concat(frames).sort("account", "metric", "day")


def compare_ratios(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Compare the median and the rate of each account planned for `day`, as `compare` does, for the accounts' pages."""
    accounts = rollups.filter(pl.col("day") == day)["account"].sort().to_list()
    first, weekdays = _days(day)
    found = _arrays(rollups, accounts, first)
    history = _history(found, weekdays, np.ones(len(accounts), bool))
    columns = [each for at in _TREND for each in _columns(_judged_ratios(history, found, at), found, at)]
    return _frame(columns, accounts, first)


def _days(day: date) -> tuple[date, Array]:
    """Return the first of the days that are read, and the weekday of each."""
    first = day - timedelta(days=thresholds.READ_DAYS)
    count = thresholds.READ_DAYS + 1
    return first, np.array([(first + timedelta(days=at)).weekday() for at in range(count)], float)


def _arrays(rollups: pl.DataFrame, accounts: list[str], first: date) -> dict[str, Array]:
    """Return the values of each of the accounts on each day, NaN where there are none."""
    logarithms = pl.col("post_engagements").list.eval(pl.element().cast(pl.Float64).log1p())
    aged = pl.col("equal_age")
    rows = (
        with_data(rollups)
        .filter(pl.col("day") >= first)
        .join(pl.DataFrame({"account": accounts}, {"account": pl.String}).with_row_index("at"), on="account")
        .select(
            "at",
            (pl.col("day") - first).dt.total_days().alias("on"),
            *(pl.col(name).cast(pl.Float64) for name in ("posts", "positive", "negative", "scored")),
            pl.when(aged).then(pl.col("engagement")).cast(pl.Float64).alias("engagement"),
            pl.when(aged).then(logarithms.list.mean()).alias("worth"),
            pl.when(aged).then(logarithms.list.var()).alias("worth_variance"),
            pl.when(aged).then(pl.col("median_engagement")).alias("median"),
            pl.when(aged).then(RATE).cast(pl.Float64).alias("rate"),
        )
    )
    at, on = rows["at"].to_numpy(), rows["on"].to_numpy()
    found = {}
    for name in _SHARED:
        values = np.full((len(accounts), thresholds.READ_DAYS + 1), np.nan)
        values[at, on] = rows[name].fill_null(float("nan")).to_numpy()
        found[name] = values
    return found


def _ratios(rollups: pl.DataFrame, accounts: list[str], first: date) -> dict[str, Array]:
    """Return the median of all posts and the rate of all impressions of each day: never means of the accounts' ones."""
    aged = with_data(rollups).filter(
        pl.col("equal_age"), pl.col("day") >= first, pl.col("account").is_in(pl.Series(accounts).implode())
    )
    per_day = aged.group_by("day").agg(
        pl.col("post_engagements").explode().median().alias("median"),
        pl.col("engagement_seen", "impressions").sum(),
    )
    found = per_day.select((pl.col("day") - first).dt.total_days().alias("on"), "median", RATE.alias("rate"))
    ratios = {}
    for name in ("median", "rate"):
        values = np.full(thresholds.READ_DAYS + 1, np.nan)
        values[found["on"].to_numpy()] = found[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        ratios[name] = values
    return ratios


def _filled(found: dict[str, Array], judged: Judged, weekdays: Array) -> dict[str, Array]:
    """Return posts and engagement with the usual of the day where an account has none.

    So neither an account that failed on an earlier day nor a new one looks like a rise or a fall of the total. An
    account without a usual counts on all days as on the report's.
    """
    on, today = weekdays.astype(int), int(weekdays[-1])
    filled = {}
    for name, usual, week in (
        ("posts", judged.posts.usual, judged.posts_week),
        ("engagement", judged.engagement.usual, np.exp(judged.week)),
    ):
        values = found[name]
        few = robust.known(values[:, -1 - WINDOW : -1]) < thresholds.USUAL_NEEDS
        level = np.where(few | ~np.isfinite(usual), np.nan_to_num(values[:, -1]), usual)
        ratio = np.where(few[:, None], 1.0, week / np.maximum(week[:, [today]], 1e-3))
        filled[name] = np.where(np.isfinite(values), values, level[:, None] * ratio[:, on])
    return filled


def _total(found: dict[str, Array], filled: dict[str, Array]) -> dict[str, Array]:
    """Return the totals, NaN on days on which fewer than half of the usual number of accounts were read."""
    read = np.isfinite(found["posts"]).sum(0)
    usual = np.median(read[:-1][read[:-1] > 0]) if (read[:-1] > 0).any() else 0
    kept = (read > 0) & (read >= thresholds.PRESENT_SHARE * usual)
    kept[-1] = read[-1] > 0
    together = {name: np.where(kept, filled[name].sum(0), np.nan) for name in filled}
    aged = np.isfinite(found["engagement"]).sum(0) >= thresholds.PRESENT_SHARE * read
    together["engagement"] = np.where(aged, together["engagement"], np.nan)
    for name in ("positive", "negative", "scored"):
        together[name] = np.where(kept, np.nansum(found[name], 0), np.nan)
    posts = np.where(np.isfinite(found["worth"]), found["posts"], 0.0)
    number = posts.sum(0)
    worth = np.nan_to_num(found["worth"])
    mean = (posts * worth).sum(0) / np.where(number > 0, number, np.nan)
    within = (np.nan_to_num(found["worth_variance"]) * np.maximum(posts - 1, 0)).sum(0)
    between = (posts * (worth - np.nan_to_num(mean)) ** 2).sum(0)
    together["worth"] = np.where(kept, mean, np.nan)
    together["worth_variance"] = np.where(number > 1, (within + between) / np.maximum(number - 1, 1), np.nan)
    return {name: values[None] for name, values in together.items()}


def _history(found: dict[str, Array], weekdays: Array, is_account: robust.Mask) -> History:
    return History(
        weekdays,
        is_account,
        *(
            found[name]
            for name in ("posts", "engagement", "worth", "worth_variance", "positive", "negative", "scored")
        ),
    )


def _until(history: History, at: int) -> History:
    """Return the day at a column and the eight weeks before it."""
    days = slice(max(at - LONG, 0), at + 1)
    return History(
        history.weekdays[days],
        history.is_account,
        *(
            values[:, days]
            for values in (
                history.posts,
                history.engagement,
                history.worth,
                history.worth_variance,
                history.positive,
                history.negative,
                history.scored,
            )
        ),
    )


def _judged_ratios(history: History, found: dict[str, Array], at: int) -> dict[str, Metric]:
    """Judge the median and the rate of the day at a column."""
    upto, days = _until(history, at), slice(max(at - LONG, 0), at + 1)
    return {name: _ratio(found[name][:, days], upto) for name in ("median", "rate")}


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


def _columns(judged: dict[str, Metric], found: dict[str, Array], at: int) -> list[dict[str, Any]]:
    """Return the columns of the day at `at`, for each metric."""
    scored = np.maximum(found["scored"], 1)
    net = np.where(found["scored"] > 0, 100 * (found["positive"] - found["negative"]) / scored, np.nan)
    columns = []
    for metric, one in judged.items():
        values = net if metric == "net" else found[metric]
        days = robust.known(values[:, max(at - WINDOW, 0) : at])
        enough = (days >= thresholds.USUAL_NEEDS) & np.isfinite(one.usual + one.low + one.high)
        columns.append(
            {
                "metric": metric,
                "day": at,
                "value": values[:, at],
                "usual": np.where(enough, one.usual, np.nan),
                "low": np.where(enough, one.low, np.nan),
                "high": np.where(enough, one.high, np.nan),
                "unusual": enough & (one.up | one.down),
                "days": days.astype(np.int64),
            }
        )
    return columns


def _frame(columns: list[dict[str, Any]], accounts: list[str], first: date) -> pl.DataFrame:
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
        .select("account", "metric", "day", "value", "usual", "low", "high", "unusual", "days")
    )
