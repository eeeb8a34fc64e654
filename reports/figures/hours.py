"""When posts go out, and how they do by hour and by three hours of the day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from reports import thresholds
from reports.figures.metrics import POST_KINDS, with_data

_OF_NORMAL: Final = (
    1.4826  # the standard deviation of a normal distribution over its median absolute deviation
)
_OF_MEDIAN: Final = 1.2533  # the standard error of its median over that of its mean
_LEAST: Final = 1e-4  # variance: accounts whose posts all get the same
_STEP, _STEPS = 0.04, 30  # the grid of how far blocks differ, as standard deviations of logarithms


def hours(rollups: pl.DataFrame, day: date, *, by_account: bool = False) -> pl.DataFrame:
    """Return `weekday` (1 is Monday), `hour` (0-23), `posts`, `ranked`, `result` of all 168 hours, last 28 days.

    `result` is the median of a post's engagement over its account's median of that kind (post, reply or quote) of
    those days; null where fewer than five posts of equal age (`ranked`) are known. With `by_account`, the same for each
    `account` alone.
    """
    own = pl.col("engagement").median().over("account", "kind")
    ranked = _posts(rollups, day).with_columns(
        pl.when(own > 0).then(pl.col("engagement") / own).alias("times")
    )
    on = [*(["account"] if by_account else []), "weekday", "hour"]
    known = ranked.group_by(on).agg(
        pl.len().cast(pl.Int64).alias("posts"),
        pl.col("times").count().cast(pl.Int64).alias("ranked"),
        pl.col("times").median().alias("result"),
    )
    week = pl.DataFrame({"weekday": range(1, 8)}).join(pl.DataFrame({"hour": range(24)}), how="cross")
    grid = rollups.select("account").unique().join(week, how="cross") if by_account else week
    return (
        grid.join(known, on=on, how="left")
        .with_columns(
            pl.col("posts", "ranked").fill_null(0),
            pl.when(pl.col("ranked") >= thresholds.FEW_IN_HOUR).then(pl.col("result")).alias("result"),
        )
        .sort(on)
        .select(*on, "posts", "ranked", "result")
    )


def blocks(rollups: pl.DataFrame, day: date, *, by_account: bool = False) -> pl.DataFrame:
    """Return `hour`, `posts`, `times`, `low`, `high` of the three-hour blocks of the day that are known well enough.

    `hour` is the first of the three; `times` is what a post of the block got, as a multiple of a usual one of its
    account and kind, with its 95% interval. Of the last 28 days, all weekdays together; empty
    with posts on fewer than 14 days. With `by_account`, the same for each `account` alone.

    The method, in logarithms: each account-day has one value for a block (the median of its posts over the account's
    median post), so that a thread or a viral day counts once; weekdays are made equal first, because weekends differ
    in both hours and results. A block's value is the median of these. Its variance is theirs and, of several accounts,
    that of accounts that differ, which one account's many days do not average out. The blocks are then drawn toward
    a usual post, the more the likelier it is that chance made them differ.
    """
    scope = ["account"] if by_account else []
    values = _values(_posts(rollups, day), scope)
    found = values.group_by(*scope, "block").agg(
        pl.col("posts").sum(),
        pl.len().cast(pl.Int64).alias("days"),
        pl.col("value").median(),
        pl.col("variance").first() / pl.len(),
    )
    if not by_account:
        found = found.join(_spread_of_accounts(values), on="block").with_columns(
            pl.col("variance") + pl.col("spread")
        )
    known = found.filter(pl.col("days") >= thresholds.BLOCK_DAYS)
    return (
        shrink(known, scope)
        .sort(*scope, "block")
        .select(*scope, pl.col("block").alias("hour"), "posts", "times", "low", "high")
    )


def best_block(found: pl.DataFrame) -> dict[str, Any] | None:
    """Return the row of `blocks` (of all, or of one account) that is better than usual beyond doubt, or None."""
    clear = found.filter(pl.col("low") > 1, pl.col("times") >= thresholds.BEST_TIMES)
    return highest_block(clear)


def highest_block(found: pl.DataFrame) -> dict[str, Any] | None:
    """Return the row of `blocks` with the most for a post, clear or not; None where no block is known."""
    highest = found.sort("times", "hour", descending=[True, False]).head(1)
    return next(highest.iter_rows(named=True), None)


def _posts(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the posts of the last 28 days.

    As `account`, `day`, `weekday`, `hour`, `kind`, `engagement` (null where not of equal age).
    """
    first = day - timedelta(days=thresholds.USUAL_DAYS - 1)
    return (
        with_data(rollups)
        .filter(pl.col("day") >= first)
        .select(
            "account",
            "day",
            "equal_age",
            "post_hours",
            "post_engagements",
            POST_KINDS,
        )
        .explode("post_hours", "post_engagements", "post_kinds")
        .drop_nulls("post_hours")
        .select(
            "account",
            "day",
            pl.col("day").dt.weekday().cast(pl.Int64).alias("weekday"),
            pl.col("post_hours").cast(pl.Int64).alias("hour"),
            pl.col("post_kinds").alias("kind"),
            pl.when("equal_age").then(pl.col("post_engagements")).alias("engagement"),
        )
    )


def _values(posts: pl.DataFrame, scope: Sequence[str]) -> pl.DataFrame:
    """Return `account`, `day`, `block`, `posts`, `value` and its `variance`: one row per account-day and block."""
    size = thresholds.BLOCK_HOURS
    scale = pl.col("rest").abs().median() * _OF_NORMAL * _OF_MEDIAN
    value = ((pl.col("engagement") + 1) / (pl.col("engagement").median().over("account", "kind") + 1)).log()
    enough_days = pl.col("day").n_unique() >= thresholds.BLOCKS_NEED
    return (
        posts.drop_nulls("engagement")
        .filter(enough_days.over(scope) if scope else enough_days)
        .with_columns(value.alias("value"), (pl.col("hour") // size * size).alias("block"))
        .group_by("account", "day", "weekday", "block")
        .agg(pl.len().cast(pl.Int64).alias("posts"), pl.col("value").median())
        .with_columns(pl.col("value") - pl.col("value").median().over(*scope, "weekday"))
        .with_columns((pl.col("value") - pl.col("value").median().over(*scope, "block")).alias("rest"))
        .with_columns(
            (scale.over(scope) if scope else scale).pow(2).clip(lower_bound=_LEAST).alias("variance")
        )
        .drop("rest")
    )


def _spread_of_accounts(values: pl.DataFrame) -> pl.DataFrame:
    """Return `block`, `spread`: the variance of a block's value that comes from which accounts it is of."""
    of_accounts = (
        values.group_by("account", "block")
        .agg(pl.col("value").median(), pl.col("variance").first() / pl.len(), pl.len().alias("days"))
        .sort("account", "block")  # sums of floats depend on their order
        .with_columns((pl.col("days") / pl.col("days").sum().over("block")).alias("share"))
    )
    apart = (pl.col("value") - pl.col("value").median().over("block")).pow(2) - pl.col("variance")
    several = pl.len().over("block") > 1
    between = of_accounts.filter(several).select(apart.mean().clip(lower_bound=0).fill_null(0)).item()
    return of_accounts.group_by("block").agg((pl.col("share").pow(2).sum() * between).alias("spread"))


def shrink(found: pl.DataFrame, scope: Sequence[str]) -> pl.DataFrame:
    """Add `times`, `low` and `high`: `value` drawn toward 0 by its `variance`, as multiples.

    The hierarchical model of Rubin 1981 with a half-normal prior of how far blocks differ (Gelman 2006), summed over
    a grid of it: a single best guess would be 0 for many accounts, with intervals of no width.
    """
    differ = pl.DataFrame({"differ": [(step + 0.5) * _STEP for step in range(_STEPS)]})
    total = pl.col("differ").pow(2) + pl.col("variance")
    likelihood = -0.5 * (total.log() + pl.col("value").pow(2) / total)
    prior = -0.5 * (pl.col("differ") / thresholds.BLOCKS_DIFFER).pow(2)
    kept = pl.col("differ").pow(2) / total
    mean = kept * pl.col("value")
    fitted = (
        found.sort(*scope, "block")
        .join(differ, how="cross")
        .with_columns((likelihood.sum().over(*scope, "differ") + prior).alias("plausible"))
        .with_columns((pl.col("plausible") - pl.col("plausible").max().over(*scope, "block")).exp())
        .with_columns(pl.col("plausible") / pl.col("plausible").sum().over(*scope, "block"))
        .group_by(*scope, "block", maintain_order=True)
        .agg(
            pl.col("posts").first(),
            (pl.col("plausible") * mean).sum().alias("mean"),
            (pl.col("plausible") * (kept * pl.col("variance") + mean.pow(2))).sum().alias("square"),
        )
    )
    error = 1.96 * (pl.col("square") - pl.col("mean").pow(2)).clip(lower_bound=0).sqrt()
    return fitted.with_columns(
        pl.col("mean").exp().alias("times"),
        (pl.col("mean") - error).exp().alias("low"),
        (pl.col("mean") + error).exp().alias("high"),
    )
