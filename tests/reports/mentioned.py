"""A world in which X is asked for mentions."""

from dataclasses import replace

import numpy as np
import polars as pl

from pipeline.schema import ROLLUP
from tests.reports.world import World

ASKED = ("northwindair", "stadiumfc", "pixelforge", "tideandco")
REASON = "counting its mentions: X answers 403"


def mentioned(made: World, asked: tuple[str, ...] = ASKED, bad: str = "northwindair") -> World:
    """Return a world in which X counts about a thousand mentions a day; not those of @stadiumfc on the last."""
    last = pl.col("day") == made.day
    noise = np.random.default_rng(3).normal(0, 0.15, made.rollups.height)
    counts = pl.Series(1000 * np.exp(noise)) * pl.when(last & (pl.col("account") == bad)).then(4).otherwise(1)
    is_asked = pl.col("account").is_in(asked) & pl.col("posts").is_not_null()
    lost = last & (pl.col("account") == "stadiumfc")
    rollups = made.rollups.with_columns(
        pl.when(is_asked & ~lost).then(counts.cast(pl.Int64)).alias("mention_count"),
        pl.when(is_asked & lost).then(pl.lit(REASON)).alias("mentions_not_counted_because"),
    )
    return replace(made, rollups=rollups.select(ROLLUP.names()))
