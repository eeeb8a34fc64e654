"""What is usual, and what is unusual.

The usual is the median of the trailing 28 days, each scaled to the weekday; without the scaling every weekend
would look like an anomaly. The unusual is a modified z-score (Iglewicz and Hoaglin 1993) of 3.5 or more, outside the
usual range, with an effect that matters.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from reports import thresholds
from reports.figures.metrics import WEEKLY

# 0.6745 is the normal distribution's third quartile, 1.2533 the ratio of its deviation to its mean one.
_MAD_SCALE = 0.6745
_MEAN_SCALE = 1.2533
_NORMAL_MAD = 1.4826  # turns a median deviation into a standard one


@dataclass(frozen=True)
class Compared:
    """A figure beside what is usual for its weekday; with fewer than seven days of history there is no usual."""

    value: float
    usual: float | None
    low: float | None
    high: float | None
    z: float | None
    unusual: bool
    days: int


def weekday_factors(metrics: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `account`, `metric`, `weekday` (1 is Monday), `factor`, of the eight weeks before `day`.

    Every account in `metrics` has its own week as far as it is known (see `_own_factors`), otherwise that of all
    accounts pooled. Account "" is a total, which is not pooled.
    """
    level = pl.col("value").median().over("account", "metric")
    ratios = (
        metrics.filter(pl.col("metric").is_in(WEEKLY), pl.col("day") < day)
        .with_columns(level.alias("level"))
        .filter(pl.col("level") > 0)
        .select(
            "account",
            "metric",
            "day",
            pl.col("day").dt.weekday().alias("weekday"),
            (pl.col("value") / pl.col("level")).alias("ratio"),
        )
    )
    pooled = _pooled_factors(ratios.filter(pl.col("account") != ""))
    return (
        metrics.select("account")
        .unique()
        .join(pooled, how="cross")
        .join(_own_factors(ratios, pooled), on=["account", "metric", "weekday"], how="left")
        .with_columns(pl.coalesce("own", "factor").alias("factor"))
        .select("account", "metric", "weekday", "factor")
        .sort("account", "metric", "weekday")
    )


def _pooled_factors(ratios: pl.DataFrame) -> pl.DataFrame:
    """Return `metric`, `weekday`, `factor` of all accounts, from `ratio`, each day's value over the account's level.

    Pooled by medians (of accounts within a day, of days within a weekday), so that neither the largest account
    nor a viral day decides. An effect d seen n times is shrunk toward 1 by d^2 / (d^2 + s^2 / n), where s is how much
    days differ from others of their weekday: a steady weekend counts in full, a noisy one hardly. Where the median
    is zero, so is the factor.
    """
    days = ratios.group_by("metric", "day", "weekday").agg(pl.col("ratio").median())
    of_weekday = pl.col("ratio").median().over("metric", "weekday")
    noise = _NORMAL_MAD * (pl.col("ratio") - of_weekday).abs().median().over("metric")
    effect, n = pl.col("ratio").median() - 1, pl.len()
    enough = pl.col("known").first() >= thresholds.FACTOR_NEEDS
    weight = (
        pl.when(enough & (effect == -1))
        .then(1.0)
        .when(enough)
        .then(effect**2 / (effect**2 + pl.col("noise").first() ** 2 / n))
        .otherwise(n / (n + thresholds.FACTOR_PRIOR))
        .fill_nan(0.0)
    )
    return (
        days.with_columns(noise.alias("noise"), pl.len().over("metric").alias("known"))
        .group_by("metric", "weekday")
        .agg((1 + effect * weight).alias("factor"))
        .sort("metric", "weekday")
    )


def _own_factors(ratios: pl.DataFrame, pooled: pl.DataFrame) -> pl.DataFrame:
    """Return `account`, `metric`, `weekday`, `own`: an account's own factor, shrunk toward the pooled one.

    A difference d between the median of n of its own weekdays and the pooled factor counts by 1 - (2 e / d)^2, and
    not at all within two standard errors e = s / sqrt(n). s is how much its days differ from others of their weekday,
    in proportion to the weekday's level, or how much those of this weekday do, whichever is more: Sundays that
    were all empty are not chance, every other Sunday may be. Needs 14 days, because a few ratios show no noise.
    """
    group = ["account", "metric", "weekday"]
    off = (pl.col("ratio") - pl.col("centre")).abs()
    relative = pl.when(pl.col("centre") > 0).then(off / pl.col("centre")).median()
    known = (
        ratios.with_columns(pl.col("ratio").median().over(group).alias("centre"))
        .with_columns(
            relative.over("account", "metric").fill_null(0.0).alias("relative"),
            pl.len().over("account", "metric").alias("known"),
        )
        .filter(pl.col("known") >= thresholds.FACTOR_NEEDS)
        .group_by(group)
        .agg(
            pl.col("centre", "relative").first(),
            off.median().alias("of_weekday"),
            pl.len().alias("n"),
        )
        .join(pooled, on=["metric", "weekday"])
    )
    noise = _NORMAL_MAD * pl.max_horizontal("of_weekday", pl.col("relative") * pl.col("centre"))
    difference = pl.col("centre") - pl.col("factor")
    chance = (thresholds.FACTOR_ERRORS * noise) ** 2 / pl.col("n")
    weight = pl.when(difference != 0).then(1 - chance / difference**2).otherwise(0.0).clip(lower_bound=0.0)
    return known.select(*group, (pl.col("factor") + difference * weight).alias("own"))


def with_factor(frame: pl.DataFrame, factors: pl.DataFrame, day: str, name: str) -> pl.DataFrame:
    """Add the account's factor of the weekday of the column `day` as the column `name`; 1 where none is known."""
    return (
        frame.with_columns(pl.col(day).dt.weekday().alias("weekday"))
        .join(
            factors.rename({"factor": name}),
            on=["account", "metric", "weekday"],
            how="left",
            maintain_order="left",
        )
        .with_columns(pl.col(name).fill_null(1.0))
        .drop("weekday")
    )


def compare(targets: pl.DataFrame, history: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """Compare each target (`account`, `metric`, `day`, `value`) with the 28 days before it in `history`.

    Adds `days` (how many of them have data and say something about this weekday: an account's days off only
    say something about the same weekday), `usual`, `low` and `high` (the middle 80 %), all three null with
    fewer than 7 days, `z` (null without spread) and `unusual`.
    """
    before = pl.col("past") - pl.col("day")
    same = pl.col("past").dt.weekday() == pl.col("day").dt.weekday()
    scaled = (
        with_factor(targets.select("account", "metric", "day"), factors, "day", "factor")
        .join(history.rename({"day": "past", "value": "then"}), on=["account", "metric"])
        .filter(before.dt.total_days().is_between(-thresholds.USUAL_DAYS, -1))
        .pipe(with_factor, factors, "past", "past_factor")
        .with_columns(
            pl.when(same).then(1.0).otherwise(pl.col("factor") / pl.col("past_factor")).alias("scale")
        )
        .filter(same | (pl.col("past_factor") >= thresholds.DAY_OFF))
        .with_columns((pl.col("then") * pl.col("scale")).alias("then"))
    )
    # Interpolated explicitly, because quantiles of few days must not jump.
    low, high = (pl.col("then").quantile(share, "linear") for share in thresholds.BAND)
    key = ["account", "metric", "day"]
    spread = scaled.with_columns(_scale("then").alias("s")).with_columns(
        (pl.col("s") - pl.col("s").median().over(key)).abs().alias("deviation")
    )
    known = spread.group_by(key).agg(
        pl.len().alias("days"),
        pl.col("then").median().alias("usual"),
        low.alias("low"),
        high.alias("high"),
        pl.col("s").median().alias("centre"),
        pl.col("deviation").median().alias("mad"),
        pl.col("deviation").mean().alias("mean_deviation"),
    )
    enough = pl.col("days") >= thresholds.USUAL_NEEDS
    return (
        targets.join(known, on=key, how="left", maintain_order="left")
        .with_columns(
            pl.col("days").fill_null(0),
            *(pl.when(enough).then(pl.col(name)).alias(name) for name in ("usual", "low", "high", "centre")),
        )
        .with_columns(_z().alias("z"))
        .with_columns(_unusual().alias("unusual"))
        .drop("centre", "mad", "mean_deviation")
    )


def _scale(name: str) -> pl.Expr:
    """Counts and rates are compared as log(1 + x); net sentiment, which has a sign, as it is."""
    return pl.when(pl.col("metric") == "net").then(pl.col(name)).otherwise(pl.col(name).log1p())


def _z() -> pl.Expr:
    off = _scale("value") - pl.col("centre")
    return (
        pl.when(pl.col("mad") > 0)
        .then(_MAD_SCALE * off / pl.col("mad"))
        .when(pl.col("mean_deviation") > 0)
        .then(off / (_MEAN_SCALE * pl.col("mean_deviation")))
    )


def _unusual() -> pl.Expr:
    off = (pl.col("value") - pl.col("usual")).abs()
    matters = (
        pl.when(pl.col("metric") == "net")
        .then(off >= thresholds.UNUSUAL_POINTS)
        .when(pl.col("metric") == "posts")
        .then((off >= thresholds.UNUSUAL_EFFECT * pl.col("usual")) & (off >= thresholds.UNUSUAL_POSTS))
        .otherwise(off >= thresholds.UNUSUAL_EFFECT * pl.col("usual"))
    )
    far = pl.col("z").abs() >= thresholds.UNUSUAL_Z
    # One day in ten or more was like it: not unusual, however narrow the middle half of the days is.
    outside = (pl.col("value") < pl.col("low")) | (pl.col("value") > pl.col("high"))
    enough = pl.col("days") >= thresholds.UNUSUAL_NEEDS
    return (far & outside & matters & enough).fill_null(value=False)
