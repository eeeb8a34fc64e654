"""The table of the accounts, one row each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.status import Status
from reports import charts, thresholds
from reports import format as fmt
from reports.figures.day import DayFigures
from reports.figures.metrics import Metric
from reports.figures.tone import SHARES
from reports.figures.usual.compare import Compared
from reports.views.metrics import Delta, Usual, delta, usual_cell


@dataclass(frozen=True)
class Cell:
    """A figure as it is shown, and as the table sorts it: an empty `value` sorts last."""

    text: str
    value: str


@dataclass(frozen=True)
class RowFigures:
    """What only an account with data has."""

    posts: Cell
    posts_usual: Usual | None
    posts_unusual: bool
    truncated: bool
    engagement: Cell
    usual: Usual | None  # engagement
    delta: Delta | None
    delta_value: str
    median: Cell
    rate: Cell
    per_follower: bool
    shares: tuple[float, ...] | None  # negative, neutral and positive, of 100
    shares_text: str
    net: Cell
    net_usual: Usual | None
    net_unusual: bool
    net_tip: str | None  # the uncertainty of a small sample
    few: bool
    share: Cell


@dataclass(frozen=True)
class Mentions:
    """How often others mention an account: a dash, and why, where X has not counted."""

    spark: charts.Sparkline | None  # not in a table of more rows than are shown at first
    spark_label: str
    count: Cell
    usual: Usual | None
    unusual: bool
    why_not: str


@dataclass(frozen=True)
class AccountRow:
    """An account of the table."""

    account: str
    handle: str
    name: str
    followers: str | None
    group: str | None
    partial: bool
    unusual: bool
    more: bool  # beyond the rows that are shown at first
    spark: charts.Sparkline
    spark_label: str
    spark_unusual: bool
    status: str  # why there are no figures
    figures: RowFigures | None
    mentions: Mentions | None  # where the table has them


@dataclass(frozen=True)
class Accounts:
    """The table of the accounts."""

    rows: tuple[AccountRow, ...]
    all_shown: bool
    groups: tuple[str, ...]
    note: str
    with_mentions: bool


def accounts(figures: DayFigures) -> Accounts | None:
    """Return the table; None for one account, or none."""
    if figures.single or figures.accounts.is_empty():
        return None
    with_alert = {finding.account for finding in figures.alerts}
    # The ranges of hundreds of accounts are a fifth of the page, and so are lines of mentions; each has its own page.
    with_range = figures.accounts.height <= thresholds.FIRST_ROWS
    with_mentions = not figures.mentions_asked.is_empty()
    rows = tuple(
        replace(
            _row(row, place, has_alert=row["account"] in with_alert, with_range=with_range),
            mentions=_mentions(row, with_line=with_range) if with_mentions else None,
        )
        for place, row in enumerate(figures.accounts.iter_rows(named=True))
    )
    return Accounts(
        rows=rows,
        all_shown=len(rows) <= thresholds.FIRST_ROWS,
        groups=_groups(rows) if figures.group is None else (),
        note=_note([row.figures for row in rows if row.figures], with_mentions=with_mentions),
        with_mentions=with_mentions,
    )


def _groups(rows: Sequence[AccountRow]) -> tuple[str, ...]:
    return tuple(sorted({row.group for row in rows if row.group}, key=lambda name: (name.casefold(), name)))


def _row(row: dict[str, Any], place: int, *, has_alert: bool, with_range: bool) -> AccountRow:
    values = row["spark"] or [None]
    known = [value for value in values if value is not None]
    reach = f"{fmt.compact(min(known))} to {fmt.compact(max(known))}" if known else "no data"
    band = (row["spark_low"] or (), row["spark_high"] or ()) if with_range else ((), ())
    return AccountRow(
        account=row["account"],
        handle=row["handle"],
        name=fmt.display_name(row["name"], row["handle"]),
        followers=fmt.compact(row["followers"]) if row["followers"] is not None else None,
        group=fmt.one_line(row["group"] or "") or None,
        partial=row["status"] == Status.PARTIAL,
        unusual=has_alert or not row["has_data"],
        more=place >= thresholds.FIRST_ROWS,
        spark=charts.sparkline(values, band),
        spark_label=f"28 days: {reach}",
        spark_unusual=row["unusual_engagement"],
        status=_status(row),
        figures=_figures(row) if row["has_data"] else None,
        mentions=None,
    )


def _figures(row: dict[str, Any]) -> RowFigures:
    engagement = compared_in(row)
    rate = row["rate"] if row["rate"] is not None else row["follower_rate"]
    change = engagement.usual and round(engagement.value / engagement.usual - 1, 3)
    scored = row["scored"]
    counts = ", ".join(f"{row[name]} {name}" for name in SHARES)
    return RowFigures(
        posts=Cell(f"{row['posts']:,}", str(row["posts"])),
        posts_usual=usual_in(row, "posts"),
        posts_unusual=row["unusual_posts"],
        truncated=row["truncated"],
        engagement=Cell(fmt.compact(row["engagement"]), str(row["engagement"])),
        usual=usual_in(row, "engagement"),
        delta=delta(engagement, "engagement"),
        delta_value=sortable(change),
        median=Cell(fmt.compact(row["median_post"]), sortable(row["median_post"])),
        rate=Cell(fmt.rate(rate), sortable(rate, 3)),
        per_follower=row["rate"] is None and rate is not None,
        shares=tuple(round(100 * row[name] / scored, 1) for name in SHARES) if scored else None,
        shares_text=f"{counts} of {scored} scored",
        net=Cell(fmt.points(row["net"]), sortable(row["net"], 1)),
        net_usual=usual_in(row, "net"),
        net_unusual=_net_unusual(row),
        net_tip=net_tip(row),
        few=bool(row["few"] and scored),
        share=Cell(fmt.percent(row["share"]), sortable(row["share"], 2)),
    )


def _mentions(row: dict[str, Any], *, with_line: bool) -> Mentions:
    count, why_not = row["mention_count"], ""
    if count is None:
        why_not = fmt.one_line(row["mentions_not_counted_because"] or "not asked", 200)
    values = row["spark_mentions"] or ()
    known = [value for value in values if value is not None]
    return Mentions(
        spark=charts.sparkline(values) if known and with_line else None,
        spark_label=f"28 days: {fmt.compact(min(known))} to {fmt.compact(max(known))}" if known else "",
        count=Cell(fmt.compact(count), sortable(count)),
        usual=usual_in(row, "mentions"),
        unusual=row["unusual_mentions"],
        why_not=why_not,
    )


def _net_unusual(row: dict[str, Any]) -> bool:
    return bool(row["unusual_net"] or row["turned"])


def compared_in(row: dict[str, Any]) -> Compared:
    """Return the engagement of a row with the columns of `with_usual`, beside its usual."""
    return Compared(
        value=row["engagement"],
        usual=row["usual_engagement"],
        low=row["low_engagement"],
        high=row["high_engagement"],
        unusual=row["unusual_engagement"],
        days=row["days_engagement"] or 0,
    )


def usual_in(row: dict[str, Any], metric: Metric) -> Usual | None:
    """Return what stands below a metric of a row with the columns of `with_usual`."""
    return usual_cell(row[f"usual_{metric}"], row[f"low_{metric}"], row[f"high_{metric}"], metric)


def net_tip(row: dict[str, Any]) -> str | None:
    """Return the uncertainty of a small sample."""
    if row["few"] and row["scored"]:
        scored = fmt.plural(row["scored"], "scored post")
        low, high = row["net_low"], row["net_high"]
        if low == high:
            return f"{scored}: all alike, but too few for an interval"
        return f"{scored}: {fmt.points(low)} to {fmt.points(high)} with 95% confidence"
    return None


def sortable(value: float | None, digits: int | None = None) -> str:
    """Return a figure as the table sorts it; empty where there is none."""
    if value is None:
        return ""
    return f"{value if digits is None else round(value, digits):g}"


def _status(row: dict[str, Any]) -> str:
    since = f"; last data {fmt.short_day(row['last_data'])}" if row["last_data"] else ""
    return fmt.status_name(row["status"]) + since


def _note(rows: Sequence[RowFigures], *, with_mentions: bool) -> str:
    notes = []
    if any(row.few for row in rows):
        notes.append(f"† fewer than {thresholds.FEW_SCORED} scored posts: an anecdote, not a rate.")
    if any(row.truncated for row in rows):
        notes.append("‡ max_posts was reached: the day’s earliest posts are missing.")
    if any(row.per_follower for row in rows):
        notes.append("§ per follower and post, because no impressions are known.")
    notes.append("Median per post: of posts only, without replies and quotes.")
    if with_mentions:
        notes.append(
            "Mentions: posts by others, as X counts them; a dash where it was not asked, or has not counted."
        )
    return " ".join(
        [
            *notes,
            "Small figures: the usual, the level of the previous 28 days on this weekday, and its range.",
        ]
    )
