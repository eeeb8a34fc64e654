"""The tone of the posts: shares of the scored posts, and how sure they are."""

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from pipeline.status import Status
from reports import thresholds
from reports.figures.metrics import NET, with_data

_Z95: Final = 1.96
SHARES: Final = ("negative", "neutral", "positive")  # from left to right


def half_interval() -> pl.Expr:
    """Half of the 95 % interval of net sentiment in points: 1.96 sqrt((p + q - (p - q)^2) / n)."""
    p, q, n = (pl.col(name).cast(pl.Float64) for name in ("positive", "negative", "scored"))
    p, q = p / n, q / n
    return 100 * _Z95 * ((p + q - (p - q) ** 2) / n).sqrt()


def net_columns() -> tuple[pl.Expr, ...]:
    """The columns `net`, `net_low`, `net_high` (points; the 95 % interval) and `few` (fewer than 10 scored posts).

    The interval is clipped to -100 and 100.
    """
    return (
        NET.alias("net"),
        (NET - half_interval()).clip(-100, 100).alias("net_low"),
        (NET + half_interval()).clip(-100, 100).alias("net_high"),
        (pl.col("scored") < thresholds.FEW_SCORED).alias("few"),
    )


def tone(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `negative_share`, `neutral_share`, `positive_share` (%) and the columns of `net_columns`.

    Rows without a scored post are left out.
    """
    return (
        with_data(rows)
        .filter(pl.col("scored") > 0)
        .with_columns(
            *((100 * pl.col(name) / pl.col("scored")).alias(f"{name}_share") for name in SHARES),
            *net_columns(),
        )
    )


def net_interval(rows: pl.DataFrame) -> tuple[float, float] | None:
    """Return the 95 % interval of the net sentiment of all rows together; None with ten scored posts or more."""
    counts = with_data(rows).select(pl.col(*SHARES, "scored").sum())
    together = tone(counts.with_columns(pl.lit(str(Status.OK)).alias("status")))
    return interval_of(together.row(0, named=True)) if together.height else None


def interval_of(row: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the 95 % interval of a row of `tone`; None with ten scored posts or more.

    None as well where all posts are alike: the formula has no width there, which does not mean certainty.
    """
    low, high = row["net_low"], row["net_high"]
    return (low, high) if row["few"] and low < high else None


def extremes(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the tone of all accounts when they are up to twelve, otherwise of the six lowest and the six highest.

    Of many accounts only those with ten scored posts compete, as far as there are any: the extremes of small samples
    are noise.
    """
    toned = tone(rows).sort("net", "account")
    if toned.height <= thresholds.MOST_TONES:
        return toned
    sure = toned.filter(~pl.col("few"))
    found = sure if sure.height else toned
    if found.height <= thresholds.MOST_TONES:
        return found
    half = thresholds.MOST_TONES // 2
    return pl.concat([found.head(half), found.tail(half)])


def by_day(rollups: pl.DataFrame) -> pl.DataFrame:
    """Return the tone of each account's last ten days with scored posts, the newest first."""
    return (
        tone(rollups)
        .sort("account", "day", descending=[False, True])
        .group_by("account", maintain_order=True)
        .head(thresholds.TONE_DAYS)
    )
