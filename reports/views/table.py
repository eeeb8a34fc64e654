"""The accounts, one row each, and what moved the total."""

from typing import Any

from pipeline.status import Status
from reports import charts, thresholds, words
from reports.alerts import alerts
from reports.figures.day import Compared, DayFigures
from reports.sentences import usual_day
from reports.views.metrics import View, delta


def movers(figures: DayFigures) -> View:
    """Return the bars of the largest changes; none for one account or without a usual."""
    # From the largest rise to the largest fall, so that the bars make one shape; the others stay last.
    moved = sorted(
        figures.movers.iter_rows(named=True), key=lambda row: (row["account"] is None, -row["change"])
    )
    if figures.single or not moved:
        return {"movers": [], "movers_caption": "", "movers_note": ""}
    bars = charts.bars([row["change"] for row in moved])
    together = sum(row["change"] for row in moved)
    known = sum(row["accounts"] for row in moved)
    note = f"Together {words.signed(together)} against the sum of the accounts’ usual days."
    if left := figures.freshness.with_data - known:
        note += f" {words.plural(left, 'account')} without a usual {'is' if left == 1 else 'are'} not here."
    return {
        "movers": [
            {
                "account": row["account"],
                "name": words.display_name(row["name"], row["handle"])
                if row["account"]
                else words.plural(row["accounts"], "other"),
                "bar": bar,
                "change": words.signed(row["change"]),
            }
            for row, bar in zip(moved, bars, strict=True)
        ],
        "movers_caption": f"Engagement against each account’s own {usual_day(figures).removeprefix('a ')}",
        "movers_note": note,
    }


def table(figures: DayFigures) -> View:
    """Return the rows of the accounts table; none for one account."""
    if figures.single:
        return {"rows": [], "hidden_rows": False, "groups": [], "table_note": ""}
    told = {alert.account for alert in alerts(figures)}
    rows = [
        _row(row, place, told=row["account"] in told)
        for place, row in enumerate(figures.accounts.iter_rows(named=True))
    ]
    return {
        "rows": rows,
        "hidden_rows": len(rows) > thresholds.FIRST_ROWS,
        "groups": sorted({row["group"] for row in rows} - {None}, key=str.casefold),
        "table_note": _note(rows),
    }


def _row(row: dict[str, Any], place: int, *, told: bool) -> View:
    view: View = {
        "account": row["account"],
        "handle": row["handle"],
        "name": words.display_name(row["name"], row["handle"]),
        "followers": words.compact(row["followers"]) if row["followers"] is not None else None,
        "group": words.one_line(row["group"] or "") or None,
        "has_data": row["has_data"],
        "partial": row["status"] == Status.PARTIAL,
        "odd": told or not row["has_data"],
        "more": place >= thresholds.FIRST_ROWS,
        "spark_odd": row["unusual_engagement"],
        "few": False,
        "truncated": False,
        "per_follower": False,
    }
    view |= _spark(row)
    return view | (_figures(row) if row["has_data"] else {"status": _status(row)})


def _net_odd(row: dict[str, Any]) -> bool:
    return bool(row["unusual_net"] or row["turned"])


def _spark(row: dict[str, Any]) -> View:
    values = row["spark"] or [None]
    known = [value for value in values if value is not None]
    band = (row["low_engagement"], row["high_engagement"]) if row["low_engagement"] is not None else None
    reach = f"{words.compact(min(known))} to {words.compact(max(known))}" if known else "no data"
    return {"spark": charts.spark(values, band), "spark_label": f"28 days: {reach}"}


def _figures(row: dict[str, Any]) -> View:
    against = Compared(
        value=row["engagement"],
        usual=row["usual_engagement"],
        low=row["low_engagement"],
        high=row["high_engagement"],
        z=row["z_engagement"],
        unusual=row["unusual_engagement"],
        days=row["days_engagement"] or 0,
    )
    rate = row["rate"] if row["rate"] is not None else row["follower_rate"]
    scored = row["scored"]
    shares = (
        [round(100 * row[name] / scored, 1) for name in ("negative", "neutral", "positive")]
        if scored
        else None
    )
    return {
        "posts": f"{row['posts']:,}",
        "posts_value": row["posts"],
        "posts_odd": row["unusual_posts"],
        "posts_tip": _posts_tip(row),
        "truncated": row["truncated"],
        "engagement": words.compact(row["engagement"]),
        "engagement_value": row["engagement"],
        "delta": delta(against, "engagement"),
        "delta_value": _sortable(against.usual and round(against.value / against.usual - 1, 3)),
        "median": words.compact(row["median_engagement"]),
        "median_value": _sortable(row["median_engagement"]),
        "rate": words.rate(rate),
        "rate_value": _sortable(rate and round(rate, 3)),
        "per_follower": row["rate"] is None and rate is not None,
        "shares": shares,
        "shares_text": shares
        and f"{row['negative']} negative, {row['neutral']} neutral, {row['positive']} positive of {scored} scored",
        "net": words.points(row["net"]),
        "net_value": _sortable(row["net"] if row["net"] is None else round(row["net"], 1)),
        "net_odd": _net_odd(row),
        "few": bool(row["few"] and scored),
        "net_tip": _net_tip(row),
        "share": words.percent(row["share"]),
        "share_value": _sortable(row["share"] and round(row["share"], 2)),
    }


def _posts_tip(row: dict[str, Any]) -> str | None:
    """Return what a marked number of posts is held against."""
    if not row["unusual_posts"]:
        return None
    usual, low, high = (words.compact(row[f"{name}_posts"]) for name in ("usual", "low", "high"))
    return f"Usual {usual}, usual range {low} to {high}"


def _net_tip(row: dict[str, Any]) -> str | None:
    """Return the uncertainty of a small sample, what a marked tone is held against, or nothing."""
    if row["few"] and row["scored"]:
        low, high = row["net_low"], row["net_high"]
        if low == high:
            return f"{words.plural(row['scored'], 'scored post')}: all alike, and too few for an interval"
        scored = words.plural(row["scored"], "scored post")
        return f"{scored}: {words.points(low)} to {words.points(high)} with 95% confidence"
    return f"Usual {words.points(row['usual_net'])}" if _net_odd(row) else None


def _sortable(value: float | None) -> str:
    """What the table sorts by; nothing sorts last."""
    return "" if value is None else f"{value:g}"


def _status(row: dict[str, Any]) -> str:
    since = f"; last data {words.short_day(row['last_data'])}" if row["last_data"] else ""
    return Status(row["status"]).replace("_", " ") + since


def _note(rows: list[View]) -> str:
    notes = []
    if any(row["few"] for row in rows):
        notes.append(f"† fewer than {thresholds.FEW_SCORED} scored posts: read as an anecdote, not a rate.")
    if any(row["truncated"] for row in rows):
        notes.append("‡ max_posts was reached: the day’s earliest posts are not here.")
    if any(row["per_follower"] for row in rows):
        notes.append("§ per follower and post, because no impressions are known.")
    return " ".join([*notes, "Usual: median of the previous 28 days, scaled to this weekday."])
