"""What the summary says beside the totals: the post and the account behind a change, and the accounts in range."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from reports import thresholds
from reports.figures.usual.compare import Compared


@dataclass(frozen=True)
class RangeCounts:
    """How many accounts were in, above and below their usual range of engagement."""

    inside: int
    above: int
    below: int

    @property
    def known(self) -> int:
        """How many accounts have a usual range."""
        return self.inside + self.above + self.below


def dominant_post(standouts: pl.DataFrame, engagement: float, posts: int) -> dict[str, Any] | None:
    """Return the post of `standouts` that made a fifth or more of the day's `engagement`, unless it is the only one."""
    if standouts.is_empty() or engagement <= 0 or posts == 1:
        return None
    top = standouts.sort("engagement", "post_id", descending=True).row(0, named=True)
    return top if top["engagement"] / engagement >= thresholds.ONE_POST_SHARE else None


def tone_driver(all_tone: pl.DataFrame, net: Compared) -> dict[str, Any] | None:
    """Return the row of `tone` that made most of the move, were all others at their usual tone; None if no one did."""
    if net.usual is None:
        return None
    own = pl.col("scored") * (pl.col("net") - pl.col("usual_net")) / all_tone["scored"].sum()
    top = (
        all_tone.with_columns((own / (net.value - net.usual)).alias("part"))
        .drop_nulls("part")
        .sort("part", "account", descending=[True, False])
        .head(1)
    )
    return top.row(0, named=True) if top.height and top["part"][0] >= thresholds.NET_CAUSE else None


def range_counts(rows: pl.DataFrame) -> RangeCounts | None:
    """Count the accounts with data by their usual range; None where no account has one."""
    known = rows.filter(pl.col("has_data"), pl.col("low_engagement").is_not_null())
    if known.is_empty():
        return None
    above = known.filter(pl.col("engagement") > pl.col("high_engagement")).height
    below = known.filter(pl.col("engagement") < pl.col("low_engagement")).height
    return RangeCounts(known.height - above - below, above, below)
