"""The day's totals and those of the days before, and how they compare: the trend, and what the tiles show of it."""

from datetime import date, timedelta

import polars as pl

from reports import thresholds
from reports.figures.metrics import AGEING, METRICS, NET, RATE, SUMS, with_data
from reports.figures.tone import ignore_small_samples
from reports.figures.usual import compare, weekday_factors, with_factor


def totals(rollups: pl.DataFrame, metrics: pl.DataFrame, factors: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `account` ("" for all), `metric`, `day`, `value` for the report's day and the days before it.

    Every day counts the accounts that have data on the report's day: an account that is missing then is
    left out of the baseline too. Where one of them has no data on an earlier day, its usual value (its value
    of the report's day while it has none) is used instead, so that neither a failed account nor a new one looks like
    a rise or a fall. Days on which fewer than half of the usual number of accounts were read are left out.
    """
    present = metrics.filter(_present(rollups, day))
    sums = _filled_sums(present, _levels(present, factors, day), factors, day)
    kept = _kept_days(present, day)
    rows = with_data(rollups).filter(_present(rollups, day))
    aged = rows.filter("equal_age")
    per_day = [
        sums,
        _per_day(rows, "net", pl.col("positive", "negative", "scored").sum(), NET),
        _per_day(aged, "rate", pl.col("engagement_seen", "impressions").sum(), RATE),
        _per_day(aged, "median", pl.col("post_engagements").explode().median(), pl.col("post_engagements")),
    ]
    return (
        pl.concat(per_day)
        .drop_nulls("value")
        .join(kept, on=["metric", "day"], how="semi")
        .with_columns(pl.lit("").alias("account"))
        .select("account", "metric", "day", "value")
        .sort("metric", "day")
    )


def total_factors(
    rollups: pl.DataFrame, metrics: pl.DataFrame, series: pl.DataFrame, factors: pl.DataFrame, day: date
) -> pl.DataFrame:
    """Return the weekday factors of the totals in `series`: `account` (""), `metric`, `weekday`, `factor`.

    The week of a sum is that of its accounts, each weighted by its part of an ordinary day: when the account with
    the largest part is busiest on Sundays, so is the sum, whatever the others do. The median of all posts has no
    parts: its own past counts, as far as it differs from the accounts' pooled week by more than chance.
    """
    sums = (
        _levels(metrics.filter(_present(rollups, day)), factors, day)
        .join(factors, on=["account", "metric"])
        .filter(pl.col("level").sum().over("metric", "weekday") > 0)
        .group_by("metric", "weekday")
        .agg((pl.col("factor") * pl.col("level")).sum() / pl.col("level").sum())
        .select(pl.lit("").alias("account"), "metric", "weekday", "factor")
    )
    of_median = pl.col("metric") == "median"
    median = weekday_factors(
        pl.concat([metrics, series.select(metrics.columns)]).filter(of_median), day
    ).filter(pl.col("account") == "")
    return pl.concat([sums, median])


def trend(rollups: pl.DataFrame, series: pl.DataFrame, factors: pl.DataFrame, day: date) -> pl.DataFrame:
    """Compare each of the trend's 30 days with the 28 days before it; `factors` are those of `total_factors`."""
    scored = rollups.filter(_present(rollups, day)).group_by("day").agg(pl.col("scored").sum())
    return compare_days(series, factors, scored.with_columns(pl.lit("").alias("account")), day)


def compare_days(
    series: pl.DataFrame, factors: pl.DataFrame, scored: pl.DataFrame, day: date
) -> pl.DataFrame:
    """Compare the last 30 days of `series` with the 28 days before each, see `compare`.

    `scored` has `account`, `day` and `scored`. Sorted by account, metric and day.
    """
    first = day - timedelta(days=thresholds.TREND_DAYS - 1)
    compared = compare(series.filter(pl.col("day") >= first), series, factors)
    return ignore_small_samples(compared, scored).sort("account", "metric", "day")


def _present(rollups: pl.DataFrame, day: date) -> pl.Expr:
    """Whether a row is of an account that has data on the report's day."""
    return pl.col("account").is_in(with_data(rollups.filter(pl.col("day") == day))["account"].implode())


def _levels(metrics: pl.DataFrame, factors: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `account`, `metric`, `level` of the sums: an account's median of an ordinary day, without its weekday.

    With fewer than seven days of history, the report's day is the level.
    """
    values = with_factor(metrics.filter(pl.col("metric").is_in(SUMS)), factors, "day", "factor")
    counts = pl.col("factor") >= thresholds.DAY_OFF
    level = pl.col("value") / pl.when(counts).then(pl.col("factor")).otherwise(1.0)
    past = values.filter(pl.col("day") < day, counts)
    base = (
        past.group_by("account", "metric")
        .agg(level.median().alias("base"), pl.len().alias("days"))
        .filter(pl.col("days") >= thresholds.USUAL_NEEDS)
    )
    return (
        values.filter(pl.col("day") == day)
        .select("account", "metric", level.alias("now"))
        .join(base, on=["account", "metric"], how="left")
        .select("account", "metric", pl.coalesce("base", "now").alias("level"))
    )


def _filled_sums(
    metrics: pl.DataFrame, levels: pl.DataFrame, factors: pl.DataFrame, day: date
) -> pl.DataFrame:
    grid = (
        levels.join(metrics.select("day").unique(), how="cross")
        .pipe(with_factor, factors, "day", "factor")
        .join(metrics, on=["account", "metric", "day"], how="left")
    )
    return (
        grid.group_by("metric", "day")
        .agg(pl.col("value").fill_null(pl.col("level") * pl.col("factor")).sum())
        .select("metric", "day", "value")
    )


def _kept_days(metrics: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the `metric`, `day` that at least half of the usual number of accounts have, and the day itself."""
    # An account has engagement where its counts are of equal age, and posts on every day with data.
    source = pl.DataFrame(
        {"metric": METRICS, "read": ["engagement" if metric in AGEING else "posts" for metric in METRICS]}
    )
    counts = metrics.group_by(pl.col("metric").alias("read"), "day").agg(pl.len().alias("accounts"))
    usual = (
        counts.filter(pl.col("day") < day).group_by("read").agg(pl.col("accounts").median().alias("usual"))
    )
    enough = pl.col("accounts") >= thresholds.PRESENT_SHARE * pl.col("usual")
    return (
        counts.join(usual, on="read", how="left")
        .filter(enough | (pl.col("day") == day))
        .join(source, on="read")
        .select("metric", "day")
    )


def _per_day(rows: pl.DataFrame, metric: str, sums: pl.Expr, value: pl.Expr) -> pl.DataFrame:
    """Return `metric`, `day`, `value`: a ratio of the day's sums, never a mean of ratios."""
    return (
        rows.group_by("day")
        .agg(sums)
        .select(pl.lit(metric).alias("metric"), "day", value.cast(pl.Float64).alias("value"))
    )
