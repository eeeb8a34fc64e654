"""What the summary says beside the totals: the post and the account behind a change, and the accounts in range."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from reports import thresholds
from reports.figures.alerts import Finding, Kind, Row
from reports.figures.usual.compare import Compared

_UNUSUAL: Final = frozenset(
    {
        Kind.TURNED_NEGATIVE,
        Kind.VIRAL_POST,
        Kind.ENGAGEMENT,
        Kind.WENT_QUIET,
        Kind.POST_COUNT,
        Kind.TONE,
        Kind.MENTIONS,
    }
)


@dataclass(frozen=True)
class Standing:
    """How the accounts stood to what is usual for them: those of the alerts, and no others, were not as usual."""

    known: int  # accounts with a usual
    above: tuple[Row, ...]  # by engagement, else by number of posts
    below: tuple[Row, ...]
    in_tone: tuple[Row, ...]  # only
    in_mentions: tuple[Row, ...]  # only

    @property
    def usual(self) -> int:
        """How many accounts were as usual."""
        return self.known - len(self.above) - len(self.below) - len(self.in_tone) - len(self.in_mentions)


def dominant_post(standouts: pl.DataFrame, engagement: float, posts: int) -> dict[str, Any] | None:
    """Return the post of `standouts` that made a fifth or more of the day's `engagement`, unless it is the only one."""
    if standouts.is_empty() or engagement <= 0 or posts == 1:
        return None
    top = standouts.sort("engagement", "post_id", descending=True).row(0, named=True)
    return top if top["engagement"] / engagement >= thresholds.ONE_POST_SHARE else None


def tone_driver(all_tone: pl.DataFrame, net: Compared) -> dict[str, Any] | None:
    """Return the row of `tone` that made most of the move, were all others at their usual tone; None if no one did.

    An account with fewer than ten scored posts is no cause.
    """
    if net.usual is None:
        return None
    sure = all_tone.filter(~pl.col("few"))
    own = pl.col("scored") * (pl.col("net") - pl.col("usual_net")) / all_tone["scored"].sum()
    top = (
        sure.with_columns((own / (net.value - net.usual)).alias("part"))
        .drop_nulls("part")
        .sort("part", "account", descending=[True, False])
        .head(1)
    )
    return top.row(0, named=True) if top.height and top["part"][0] >= thresholds.NET_CAUSE else None


def standing(rows: pl.DataFrame, found: Sequence[Finding]) -> Standing | None:
    """Return who was above and who below; None where no account has a usual. Takes `accounts` and the findings."""
    known = rows.filter(pl.col("has_data"), pl.col("usual_engagement").is_not_null()).height
    parts: dict[str, list[Row]] = {"above": [], "below": [], "in_tone": [], "in_mentions": []}
    for kind, row in ((finding.kind, finding.row) for finding in found if finding.kind in _UNUSUAL):
        metric = next((name for name in ("engagement", "posts") if row[f"unusual_{name}"]), None)
        if metric is None:
            parts["in_mentions" if kind is Kind.MENTIONS else "in_tone"].append(row)
        else:
            parts["above" if row[metric] > row[f"usual_{metric}"] else "below"].append(row)
    return Standing(known, *map(tuple, parts.values())) if known else None
