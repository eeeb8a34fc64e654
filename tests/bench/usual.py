"""The report's usual as a plug-in of an outside measure, which plants truth in made-up worlds and counts what is found.

The measure hands over a history of at most 57 days as arrays and asks for a verdict; see `Estimator.judge`.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import polars as pl

from reports import thresholds
from reports.figures.usual import compare, weekday_factors

_MONDAY: Final = date(2026, 1, 5)
_METRICS: Final = ("engagement", "posts", "median", "net")
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Verdict:
    """What the estimator says of the last day, one value per row; NaN where there is no usual."""

    p: dict[str, Array]  # empty: the alerts decide by themselves
    usual: Array
    low: Array
    high: Array
    posts_band: tuple[Array, Array]
    net_band: tuple[Array, Array]
    factor: Array  # (rows, 7), logarithms of the weekday factors of engagement, Monday first
    alert: dict[str, Array]


class Estimator:
    """`reports.figures.usual`, with the rules of its alerts."""

    def judge(self, history: Any) -> Verdict:
        """Judge the last column of `history`, whose rows are the accounts and, as the last one, their total.

        Of the history, `wd` (weekdays, 0 is Monday), `e`, `n`, `pos`, `neg`, `scored` and `medp` are read.
        """
        rows, length = history.e.shape
        start = _MONDAY + timedelta(days=int(history.wd[0]))
        days = [start + timedelta(days=at) for at in range(length)]
        net = np.where(
            history.scored > 0, 100 * (history.pos - history.neg) / np.maximum(history.scored, 1), np.nan
        )
        median = np.where(history.n > 0, history.medp, np.nan)
        values = dict(zip(_METRICS, (history.e, history.n, median, net), strict=True))
        own = _long(values, days, {f"a{at}": at for at in range(rows - 1)})
        total = _long(values, days, {"": rows - 1})
        factors = weekday_factors(own, days[-1])
        of_total = _factors_of_total(factors, own)
        compared = pl.concat(
            [
                compare(frame.filter(pl.col("day") == days[-1]), frame, its)
                for frame, its in ((own, factors), (total, of_total))
            ]
        )
        engagement, posts, tone = (_columns(compared, name, rows) for name in ("engagement", "posts", "net"))
        some = history.n[:, -1] > 0
        enough = history.scored[:, -1] >= thresholds.FEW_SCORED
        quiet = (
            ~some & (posts["usual"] >= thresholds.QUIET_USUAL) & (posts["days"] >= thresholds.UNUSUAL_NEEDS)
        )
        return Verdict(
            p={},
            usual=engagement["usual"],
            low=engagement["low"],
            high=engagement["high"],
            posts_band=(posts["low"], posts["high"]),
            net_band=(tone["low"], tone["high"]),
            factor=_week(pl.concat([factors, of_total]), rows),
            alert={
                "engagement+": some & _unusual(engagement, 1),
                "engagement-": some & _unusual(engagement, -1),
                "posts+": some & _unusual(posts, 1),
                "posts-": some & _unusual(posts, -1) | quiet,
                "net+": enough & _unusual(tone, 1),
                "net-": enough & (_unusual(tone, -1) | _turned(history, tone)),
            },
        )


def _long(values: dict[str, Array], days: list[date], names: dict[str, int]) -> pl.DataFrame:
    parts = [
        pl.DataFrame({"account": name, "day": days, "metric": metric, "value": of[at].astype(float)})
        for metric, of in values.items()
        for name, at in names.items()
    ]
    return pl.concat(parts).with_columns(pl.col("value").fill_nan(None)).drop_nulls("value")


def _factors_of_total(factors: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    levels = (
        own.filter(pl.col("metric").is_in(["engagement", "posts"]))
        .group_by("account", "metric")
        .agg(pl.col("value").median().alias("level"))
    )
    weighted = (pl.col("factor") * pl.col("level")).sum() / pl.col("level").sum()
    return (
        factors.join(levels, on=["account", "metric"])
        .group_by("metric", "weekday")
        .agg(weighted.alias("factor"))
        .select(pl.lit("").alias("account"), "metric", "weekday", "factor")
    )


def _at(account: str, rows: int) -> int:
    return int(account[1:]) if account else rows - 1


def _columns(compared: pl.DataFrame, metric: str, rows: int) -> dict[str, Array]:
    names = ("value", "usual", "low", "high", "days", "unusual")
    found = {name: np.full(rows, np.nan) for name in names}
    for row in compared.filter(pl.col("metric") == metric).iter_rows(named=True):
        for name in names:
            found[name][_at(row["account"], rows)] = np.nan if row[name] is None else row[name]
    return found


def _unusual(columns: dict[str, Array], sign: int) -> Array:
    return np.asarray((columns["unusual"] == 1) & (sign * (columns["value"] - columns["usual"]) > 0))


def _turned(history: Any, tone: dict[str, Array]) -> Array:
    """Return who was usually positive and is negative, beyond what chance would explain."""
    scored = np.maximum(history.scored[:, -1], 1)
    positive, negative = history.pos[:, -1] / scored, history.neg[:, -1] / scored
    error = 196 * np.sqrt((positive + negative - (positive - negative) ** 2) / scored)
    value, usual = tone["value"], tone["usual"]
    fell = (value < 0) & (usual > 0) & (usual - value >= thresholds.TURNED_POINTS)
    return np.asarray(fell & (value < tone["low"]) & (value + error < usual))


def _week(factors: pl.DataFrame, rows: int) -> Array:
    week = np.zeros((rows, 7))
    for row in factors.filter(pl.col("metric") == "engagement").iter_rows(named=True):
        week[_at(row["account"], rows), row["weekday"] - 1] = np.log(max(row["factor"], 1e-9))
    return week
