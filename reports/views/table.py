"""The accounts, one row each, and what moved the total."""

from typing import Any

from pipeline.outcome import Status
from reports import charts, thresholds, words
from reports.figures.day import Compared, DayFigures
from reports.views.metrics import View, delta


def movers(figures: DayFigures) -> View:
    """Return the bars of the largest changes; none for one account or without a usual."""
    moved = list(figures.movers.iter_rows(named=True))
    if figures.single or not moved:
        return {"movers": [], "movers_note": ""}
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
        "movers_note": note,
    }


def table(figures: DayFigures) -> View:
    """Return the rows of the accounts table; none for one account."""
    if figures.single:
        return {"rows": [], "hidden_rows": False, "table_note": ""}
    rows = [_row(row, place) for place, row in enumerate(figures.accounts.iter_rows(named=True))]
    return {"rows": rows, "hidden_rows": len(rows) > thresholds.FIRST_ROWS, "table_note": _note(rows)}


def _row(row: dict[str, Any], place: int) -> View:
    view: View = {
        "account": row["account"],
        "handle": row["handle"],
        "name": words.display_name(row["name"], row["handle"]),
        "followers": words.compact(row["followers"]) if row["followers"] is not None else None,
        "has_data": row["has_data"],
        "odd": not row["has_data"] or row["unusual_engagement"] or row["unusual_posts"] or _net_odd(row),
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
        "interval": None,
        "share": words.percent(row["share"]),
        "share_value": _sortable(row["share"] and round(row["share"], 2)),
    }


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
