"""What happened in a period: the findings of its days, each told once with the days that it held.

`told_once` takes the findings of days, whatever rule made them. A day's own alerts are not stored, and to judge each
day of a month anew costs as much as thirty reports; so `findings` has a simpler rule, from the roll-ups alone: a day
beyond everything that the account had on the 28 days before the period.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from pipeline.lake.periods import Period
from reports import thresholds
from reports.figures.alerts import Finding, Kind
from reports.figures.metrics import NET
from reports.figures.periods.rows import BACK
from reports.figures.tone import half_interval

DayFindings = tuple[date, Sequence[Finding]]
_ENOUGH: Final = pl.col("scored") >= thresholds.FEW_SCORED


@dataclass(frozen=True)
class Story:
    """Something about one account, on one day or on several."""

    account: str
    kind: Kind
    days: tuple[date, ...]
    strongest: Finding
    strongest_on: date


def told_once(days: Iterable[DayFindings]) -> tuple[Story, ...]:
    """Return a story for each account and kind of finding, the weightiest first; `days` in order."""
    found: dict[tuple[str, Kind], list[tuple[date, Finding]]] = {}
    for day, findings_of_day in days:
        for finding in findings_of_day:
            found.setdefault((finding.account, finding.kind), []).append((day, finding))
    stories = [
        Story(account, kind, tuple(day for day, _ in told), best, on)
        for (account, kind), told in found.items()
        for on, best in [max(told, key=lambda each: each[1].size)]
    ]
    return tuple(sorted(stories, key=lambda one: (one.strongest.rank, -one.strongest.size, one.account)))


def findings(rows: pl.DataFrame, period: Period) -> list[DayFindings]:
    """Return what was beyond everything before, by day; takes `period_rows`.

    At most one finding for an account on a day. Needs 14 of the 28 days before the period; a row has `most` and
    `least` of these for `engagement`, `posts` and `net`.
    """
    data = rows.filter(pl.col("has_data"), pl.col("window_hours").is_null()).with_columns(
        pl.when(_ENOUGH).then(NET).alias("net")
    )
    first = period.first - timedelta(days=thresholds.USUAL_DAYS)
    before = data.filter(pl.col("day").is_between(first, period.first, closed="left"), pl.col("equal_age"))
    reach = before.group_by("account").agg(
        pl.len().alias("days_before"),
        pl.col("net").count().alias("nets_before"),
        *(pl.col(name).max().alias(f"most_{name}") for name in ("engagement", "posts", "net")),
        *(pl.col(name).min().alias(f"least_{name}") for name in ("posts", "net")),
        pl.col("posts").median().alias("usual_posts"),
    )
    judged = (
        data.filter(pl.col(BACK) == 0)
        .join(reach, on="account")
        .filter(pl.col("days_before") >= thresholds.UNUSUAL_NEEDS)
        .with_columns(
            _kind().alias("kind"),
            pl.col("post_engagements").list.max().alias("best"),
            pl.col("post_ids")
            .list.get(pl.col("post_engagements").list.arg_max(), null_on_oob=True)
            .alias("best_id"),
        )
        .drop_nulls("kind")
        .sort("day", "account")
    )
    by_day: dict[date, list[Finding]] = {}
    for row in judged.select(*_COLUMNS).iter_rows(named=True):
        by_day.setdefault(row["day"], []).append(_finding(row))
    return sorted(by_day.items())


_COLUMNS: Final = (
    "day", "account", "handle", "name", "kind", "engagement", "posts", "net", "best", "best_id", "scored",
    "most_engagement", "most_posts", "most_net", "least_net", "usual_posts",
)  # fmt: skip


def _kind() -> pl.Expr:
    """What is beyond everything before, the weightiest first."""
    toned = pl.col("nets_before") >= thresholds.UNUSUAL_NEEDS
    times = thresholds.UNUSUAL_TIMES
    points = pl.max_horizontal(
        pl.lit(thresholds.UNUSUAL_POINTS), half_interval()
    )  # more than chance explains
    lower = toned & (pl.col("net") <= pl.col("least_net") - points)
    many = (pl.col("posts") >= times * pl.col("most_posts")) & (
        pl.col("posts") - pl.col("most_posts") >= thresholds.UNUSUAL_POSTS
    )
    rules = (
        (Kind.TURNED_NEGATIVE, lower & (pl.col("net") < 0)),
        (
            Kind.ENGAGEMENT,
            (pl.col("engagement") >= times * pl.col("most_engagement")) & (pl.col("posts") > 0),
        ),
        (Kind.WENT_QUIET, (pl.col("posts") == 0) & (pl.col("least_posts") > 0)),
        (Kind.POST_COUNT, many),
        (Kind.TONE, lower | (toned & (pl.col("net") >= pl.col("most_net") + points))),
    )
    return pl.coalesce(pl.when(rule).then(pl.lit(kind.name)) for kind, rule in rules)


def _finding(row: dict[str, Any]) -> Finding:
    kind = Kind[row["kind"]]
    if (
        kind is Kind.ENGAGEMENT
        and row["best"] >= thresholds.VIRAL_SHARE * row["engagement"]
        and row["posts"] > 1
    ):
        kind = Kind.VIRAL_POST
    if kind in (Kind.ENGAGEMENT, Kind.VIRAL_POST):
        size = row["engagement"] - row["most_engagement"]
    elif kind is Kind.WENT_QUIET:
        size = row["usual_posts"]
    elif kind is Kind.POST_COUNT:
        size = row["posts"] - row["most_posts"]
    else:
        size = max(row["least_net"] - row["net"], row["net"] - row["most_net"])
    return Finding(kind, row, float(size))
