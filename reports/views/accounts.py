"""The table of the accounts, one row each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.status import Status
from reports import charts, thresholds
from reports import format as fmt
from reports.figures.day import DayFigures
from reports.figures.tone import SHARES
from reports.figures.usual.compare import Compared
from reports.views.metrics import Delta, delta, usual_range


@dataclass(frozen=True)
class Cell:
    """A figure as it is shown, and as the table sorts it: an empty `value` sorts last."""

    text: str
    value: str


@dataclass(frozen=True)
class RowFigures:
    """What only an account with data has."""

    posts: Cell
    posts_tip: str | None  # of an unusual number of posts
    truncated: bool
    engagement: Cell
    delta: Delta | None
    delta_value: str
    median: Cell
    rate: Cell
    per_follower: bool
    shares: tuple[float, ...] | None  # negative, neutral and positive, of 100
    shares_text: str
    net: Cell
    net_unusual: bool
    net_tip: str | None
    few: bool
    share: Cell


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


@dataclass(frozen=True)
class Accounts:
    """The table of the accounts."""

    rows: tuple[AccountRow, ...]
    all_shown: bool
    groups: tuple[str, ...]
    note: str


def accounts(figures: DayFigures) -> Accounts | None:
    """Return the table; None for one account, or none."""
    if figures.single or figures.accounts.is_empty():
        return None
    with_alert = {finding.account for finding in figures.alerts}
    # The ranges of hundreds of accounts are a fifth of the page; each has them on its own.
    with_range = figures.accounts.height <= thresholds.FIRST_ROWS
    rows = tuple(
        _row(row, place, has_alert=row["account"] in with_alert, with_range=with_range)
        for place, row in enumerate(figures.accounts.iter_rows(named=True))
    )
    return Accounts(
        rows=rows,
        all_shown=len(rows) <= thresholds.FIRST_ROWS,
        groups=tuple(
            sorted({row.group for row in rows if row.group}, key=lambda name: (name.casefold(), name))
        ),
        note=_note([row.figures for row in rows if row.figures]),
    )


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
    )


def _figures(row: dict[str, Any]) -> RowFigures:
    engagement = Compared(
        value=row["engagement"],
        usual=row["usual_engagement"],
        low=row["low_engagement"],
        high=row["high_engagement"],
        unusual=row["unusual_engagement"],
        days=row["days_engagement"] or 0,
    )
    rate = row["rate"] if row["rate"] is not None else row["follower_rate"]
    change = engagement.usual and round(engagement.value / engagement.usual - 1, 3)
    scored = row["scored"]
    counts = ", ".join(f"{row[name]} {name}" for name in SHARES)
    return RowFigures(
        posts=Cell(f"{row['posts']:,}", str(row["posts"])),
        posts_tip=_posts_tip(row),
        truncated=row["truncated"],
        engagement=Cell(fmt.compact(row["engagement"]), str(row["engagement"])),
        delta=delta(engagement, "engagement"),
        delta_value=_sortable(change),
        median=Cell(fmt.compact(row["median_post"]), _sortable(row["median_post"])),
        rate=Cell(fmt.rate(rate), _sortable(rate, 3)),
        per_follower=row["rate"] is None and rate is not None,
        shares=tuple(round(100 * row[name] / scored, 1) for name in SHARES) if scored else None,
        shares_text=f"{counts} of {scored} scored",
        net=Cell(fmt.points(row["net"]), _sortable(row["net"], 1)),
        net_unusual=_net_unusual(row),
        net_tip=_net_tip(row),
        few=bool(row["few"] and scored),
        share=Cell(fmt.percent(row["share"]), _sortable(row["share"], 2)),
    )


def _net_unusual(row: dict[str, Any]) -> bool:
    return bool(row["unusual_net"] or row["turned"])


def _posts_tip(row: dict[str, Any]) -> str | None:
    """Return what an unusual number of posts is compared with."""
    if not row["unusual_posts"]:
        return None
    return usual_range(row["usual_posts"], row["low_posts"], row["high_posts"], "posts")


def _net_tip(row: dict[str, Any]) -> str | None:
    """Return the uncertainty of a small sample, what an unusual tone is compared with, or nothing."""
    if row["few"] and row["scored"]:
        scored = fmt.plural(row["scored"], "scored post")
        low, high = row["net_low"], row["net_high"]
        if low == high:
            return f"{scored}: all alike, but too few for an interval"
        return f"{scored}: {fmt.points(low)} to {fmt.points(high)} with 95% confidence"
    return f"Usual {fmt.points(row['usual_net'])}" if _net_unusual(row) else None


def _sortable(value: float | None, digits: int | None = None) -> str:
    if value is None:
        return ""
    return f"{value if digits is None else round(value, digits):g}"


def _status(row: dict[str, Any]) -> str:
    since = f"; last data {fmt.short_day(row['last_data'])}" if row["last_data"] else ""
    return fmt.status_name(row["status"]) + since


def _note(rows: Sequence[RowFigures]) -> str:
    notes = []
    if any(row.few for row in rows):
        notes.append(f"† fewer than {thresholds.FEW_SCORED} scored posts: an anecdote, not a rate.")
    if any(row.truncated for row in rows):
        notes.append("‡ max_posts was reached: the day’s earliest posts are missing.")
    if any(row.per_follower for row in rows):
        notes.append("§ per follower and post, because no impressions are known.")
    notes.append("Median per post: of posts only, without replies and quotes.")
    return " ".join([*notes, "Usual: the level of the previous 28 days, on this weekday."])
