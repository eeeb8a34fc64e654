"""What is usual, and what is unusual.

The usual is the median of the trailing 28 days, each scaled to the weekday; without the scaling every weekend
would look like an anomaly. The unusual is a modified z-score (Iglewicz and Hoaglin 1993) of 3.5 or more.
"""

from datetime import date

import polars as pl

from reports import thresholds
from reports.figures.measures import WEEKLY

# 0.6745 is the normal distribution's third quartile, 1.2533 the ratio of its deviation to its mean one.
_MAD_SCALE = 0.6745
_MEAN_SCALE = 1.2533
_NORMAL_MAD = 1.4826  # what makes a median deviation a standard one


def weekday_factors(measures: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `metric`, `weekday` (1 is Monday), `factor`, of the eight weeks before `day`, all accounts pooled.

    Pooled by medians (of accounts within a day, of days within a weekday), so that neither the largest account
    nor a viral day decides. An effect d seen n times is shrunk toward 1 by d^2 / (d^2 + s^2 / n), s being how much
    days differ from others of their weekday: a steady weekend counts in full, a noisy one hardly.
    """
    level = pl.col("value").median().over("account", "metric")
    days = (
        measures.filter(pl.col("metric").is_in(WEEKLY), pl.col("day") < day)
        .with_columns(level.alias("level"))
        .filter(pl.col("level") > 0)
        .group_by("metric", "day")
        .agg((pl.col("value") / pl.col("level")).median().alias("ratio"))
        .with_columns(pl.col("day").dt.weekday().alias("weekday"))
    )
    of_weekday = pl.col("ratio").median().over("metric", "weekday")
    noise = _NORMAL_MAD * (pl.col("ratio") - of_weekday).abs().median().over("metric")
    effect, n = pl.col("ratio").median() - 1, pl.len()
    weight = (
        pl.when(pl.col("known").first() >= thresholds.FACTOR_NEEDS)
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


def with_factor(frame: pl.DataFrame, factors: pl.DataFrame, day: str, name: str) -> pl.DataFrame:
    """Add the weekday factor of the column `day` as the column `name`; 1 where none is known."""
    return (
        frame.with_columns(pl.col(day).dt.weekday().alias("weekday"))
        .join(factors.rename({"factor": name}), on=["metric", "weekday"], how="left", maintain_order="left")
        .with_columns(pl.col(name).fill_null(1.0))
        .drop("weekday")
    )


def compare(targets: pl.DataFrame, history: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """Hold each target (`account`, `metric`, `day`, `value`) against the 28 days before it in `history`.

    Adds `days` (how many of them have data), `usual`, `low` and `high` (the middle 80 %), all three null with
    fewer than 7 days, `z` (null without spread) and `unusual`.
    """
    before = pl.col("past") - pl.col("day")
    scaled = (
        with_factor(targets.select("account", "metric", "day"), factors, "day", "factor")
        .join(history.rename({"day": "past", "value": "then"}), on=["account", "metric"])
        .filter(before.dt.total_days().is_between(-thresholds.USUAL_DAYS, -1))
        .pipe(with_factor, factors, "past", "past_factor")
        .with_columns((pl.col("then") / pl.col("past_factor") * pl.col("factor")).alias("then"))
    )
    # Every linear interpolation is taken explicitly: quantiles of few days must not jump.
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
        .otherwise(off >= thresholds.UNUSUAL_EFFECT * pl.col("usual"))
    )
    far = pl.col("z").abs() >= thresholds.UNUSUAL_Z
    return (far & matters & (pl.col("days") >= thresholds.UNUSUAL_NEEDS)).fill_null(value=False)
