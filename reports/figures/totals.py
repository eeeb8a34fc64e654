"""The day's totals and how they compare: tiles, trend, headline."""

from datetime import date, timedelta

import polars as pl

from reports import thresholds
from reports.figures.measures import NET, RATE, with_data
from reports.figures.tone import sure_alone
from reports.figures.usual import compare, weekday_factors, with_factor

_SUMS = ("engagement", "posts")


def totals(rollups: pl.DataFrame, measures: pl.DataFrame, factors: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `account` ("" for all), `metric`, `day`, `value` for the report's day and the days before it.

    Every day is of the accounts that have data on the report's day: an account that is missing then is
    left out of the baseline too. Where one of them has no data on an earlier day, its usual (its value
    of the report's day while it has none) stands in, so that neither a failed account nor a new one looks like a
    rise or a fall. Days on which fewer than half of the usual number of accounts were read are left out.
    """
    of_them = measures.filter(_present(rollups, day))
    sums = _filled_sums(of_them, _levels(of_them, factors, day), factors, day)
    kept = _kept_days(of_them, day)
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


def week(
    rollups: pl.DataFrame, measures: pl.DataFrame, series: pl.DataFrame, factors: pl.DataFrame, day: date
) -> pl.DataFrame:
    """Return the weekday factors of the totals in `series`: `account` (""), `metric`, `weekday`, `factor`.

    A sum's week is that of its accounts, each by its part of an ordinary day: when the one that makes most of it is
    busiest on Sundays, so is the sum, whatever the others do. The median of all posts has no parts; its own past
    tells, as far as it differs from the accounts' pooled week by more than chance.
    """
    sums = (
        _levels(measures.filter(_present(rollups, day)), factors, day)
        .join(factors, on=["account", "metric"])
        .filter(pl.col("level").sum().over("metric", "weekday") > 0)
        .group_by("metric", "weekday")
        .agg((pl.col("factor") * pl.col("level")).sum() / pl.col("level").sum())
        .select(pl.lit("").alias("account"), "metric", "weekday", "factor")
    )
    of_median = pl.col("metric") == "median"
    median = weekday_factors(
        pl.concat([measures, series.select(measures.columns)]).filter(of_median), day
    ).filter(pl.col("account") == "")
    return pl.concat([sums, median])


def compared(rollups: pl.DataFrame, series: pl.DataFrame, factors: pl.DataFrame, day: date) -> pl.DataFrame:
    """Hold each of the trend's 30 days against the 28 days before it; `factors` are those of `week`."""
    first = day - timedelta(days=thresholds.TREND_DAYS - 1)
    scored = rollups.filter(_present(rollups, day)).group_by("day").agg(pl.col("scored").sum())
    held = compare(series.filter(pl.col("day") >= first), series, factors)
    return sure_alone(held, scored.with_columns(pl.lit("").alias("account"))).sort("metric", "day")


def followers(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `day`, `value`: the followers of the report's accounts, each carried over the days it was not asked.

    Profiles are looked up every few days only, so a day's step is the sum of some accounts' steps.
    """
    known = rollups.filter(pl.col("followers").is_not_null())
    present = with_data(known.filter(pl.col("day") == day))["account"]
    days = rollups.select("day").unique()
    return (
        days.join(present.to_frame(), how="cross")
        .join(known.select("account", "day", "followers"), on=["account", "day"], how="left")
        .sort("account", "day")
        .with_columns(pl.col("followers").forward_fill().backward_fill().over("account"))
        .group_by("day")
        .agg(pl.col("followers").sum().cast(pl.Float64).alias("value"))
        .sort("day")
    )


def _present(rollups: pl.DataFrame, day: date) -> pl.Expr:
    """Whether a row is of an account that has data on the report's day."""
    return pl.col("account").is_in(with_data(rollups.filter(pl.col("day") == day))["account"].implode())


def _levels(of_them: pl.DataFrame, factors: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `account`, `metric`, `level` of the sums: an account's median of an ordinary day, without its weekday.

    While fewer than seven days tell it, the report's day does.
    """
    values = with_factor(of_them.filter(pl.col("metric").is_in(_SUMS)), factors, "day", "factor")
    tells = pl.col("factor") >= thresholds.DAY_OFF
    level = pl.col("value") / pl.when(tells).then(pl.col("factor")).otherwise(1.0)
    past = values.filter(pl.col("day") < day, tells)
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
    of_them: pl.DataFrame, levels: pl.DataFrame, factors: pl.DataFrame, day: date
) -> pl.DataFrame:
    grid = (
        levels.join(of_them.select("day").unique(), how="cross")
        .pipe(with_factor, factors, "day", "factor")
        .join(of_them, on=["account", "metric", "day"], how="left")
    )
    return (
        grid.group_by("metric", "day")
        .agg(pl.col("value").fill_null(pl.col("level") * pl.col("factor")).sum())
        .select("metric", "day", "value")
    )


def _kept_days(of_them: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the `metric`, `day` that at least half of the usual number of accounts have, and the day itself."""
    source = pl.DataFrame(
        {
            "metric": ["engagement", "posts", "median", "rate", "net"],
            "read": ["engagement", "posts", "engagement", "engagement", "posts"],
        }
    )
    counts = of_them.group_by(pl.col("metric").alias("read"), "day").agg(pl.len().alias("accounts"))
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
