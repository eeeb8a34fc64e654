"""The head of the page: masthead, sentences, alerts and tiles."""

from datetime import timedelta
from typing import Final

import polars as pl

from pipeline.status import Status
from reports import charts, thresholds, words
from reports.alerts import alerts
from reports.figures.day import DayFigures
from reports.sentences import brief, usual_day
from reports.views.data import other_timezones
from reports.views.metrics import NAMES, View, delta, figure

_TILES: Final = ("posts", "engagement", "median", "rate", "net")


def masthead(figures: DayFigures) -> View:
    """Return title, scope, data status, the nearest earlier day."""
    window = figures.window
    length = round((window.end - window.start).total_seconds() / 3600)
    hours = f"00:00\u201324:00 {window.timezone}" + (f" ({length} hours)" if length != 24 else "")
    previous = figures.previous
    return {
        "title": words.long_day(figures.day),
        "day": figures.day.isoformat(),
        "timezone": window.timezone,
        "scope": f"{words.plural(figures.accounts.height, 'account')} · {hours}",
        "pill": _pill(figures),
        "single": figures.single,
        "only": figures.accounts["account"][0] if figures.single else None,
        "owner": _owner(figures),
        "previous": previous and {"day": previous.isoformat(), "label": words.short_day(previous)},
    }


def _owner(figures: DayFigures) -> View | None:
    """Who a report of one account is of."""
    if not figures.single:
        return None
    row = figures.accounts.row(0, named=True)
    return {"name": words.display_name(row["name"], row["handle"]), "handle": row["handle"]}


def head(figures: DayFigures) -> View:
    """Return the sentences and the alerts."""
    found = alerts(figures)
    return {
        "brief": brief(figures),
        "alerts": found[: thresholds.MOST_ALERTS],
        "no_alert": "Nothing outside its usual range."
        if _comparable(figures)
        else "Nothing can be compared with a usual day yet.",
        "more_alerts": max(len(found) - thresholds.MOST_ALERTS, 0),
    }


def _comparable(figures: DayFigures) -> bool:
    total = figures.total("engagement")
    return total is not None and total.usual is not None


def tiles(figures: DayFigures) -> View:
    """Return the six key figures."""
    shown = [_tile(figures, metric) for metric in _TILES]
    return {"tiles": [*shown, _followers(figures)], "tiles_note": _tiles_note(figures)}


def _pill(figures: DayFigures) -> View:
    by_status = figures.freshness.by_status
    parts: list[str] = []
    for status in (Status.FAILED, Status.OVER_BUDGET, Status.MISSING, Status.SUSPENDED, Status.PROTECTED):
        if status in by_status:
            name = status.replace("_", " ")
            parts.append(
                f"{words.plural(by_status[status], 'account')} {name}"
                if not parts
                else f"{by_status[status]} {name}"
            )
    if Status.PARTIAL in by_status:
        parts.append(f"{by_status[Status.PARTIAL]} incomplete")
    if not figures.accounts.height:
        parts = ["no accounts planned"]
    return {"warn": bool(parts), "text": ", ".join(parts) or "data complete"}


def _tile(figures: DayFigures, metric: str) -> View:
    found = figures.total(metric)
    series = figures.trend.filter(pl.col("metric") == metric)
    values = _last_days(series, figures)
    view: View = {
        "name": NAMES[metric],
        "value": words.NONE,
        "delta": None,
        "versus": "",
        "unusual": False,
        "few": False,
    }
    band = None
    if found is None:
        if metric == "rate" and (per_follower := _per_follower(figures)) is not None:
            view |= {
                "name": "Per follower and post",
                "value": words.rate(per_follower),
                "versus": "no impressions",
            }
        elif figures.freshness.with_data == 0:
            view["versus"] = "no data"
        else:
            view["versus"] = (
                "no posts" if not figures.freshness.posts else "none scored" if metric == "net" else "unknown"
            )
    else:
        view |= {"value": figure(found.value, metric), "unusual": found.unusual}
        view["delta"] = delta(found, metric)
        view["versus"] = (
            f"usual {figure(found.usual, metric)}" if found.usual is not None else "no baseline yet"
        )
        view["few"] = metric == "net" and figures.few_scored
        if found.low is not None and found.high is not None:
            band = (found.low, found.high)
    return view | _sparked(NAMES[metric], metric, values, band)


def _per_follower(figures: DayFigures) -> float | None:
    """The fallback where no post's impressions are known: never mixed with the rate per impression."""
    known = figures.accounts.drop_nulls("follower_rate")
    reached = int((known["posts"] * known["followers"]).sum())
    return 100 * int(known["engagement"].sum()) / reached if reached else None


def _followers(figures: DayFigures) -> View:
    series = figures.followers
    view: View = {
        "name": "Followers",
        "value": words.NONE,
        "delta": None,
        "versus": "unknown",
        "unusual": False,
        "few": False,
    }
    values = _last_days(series, figures)
    now = values[-1]
    if now is None or now == 0:
        return view | _sparked("Followers", "engagement", [None], None)
    view |= {"value": words.compact(now), "versus": "no earlier count"}
    before = series.filter(
        pl.col("day").is_between(figures.day - timedelta(days=7), figures.day, closed="left")
    )
    if before.height:
        then, step = before["day"][0], now - before["value"][0]
        view["delta"] = {
            "text": words.compact(abs(step)),
            "way": "up" if step >= 0 else "down",
            "unusual": False,
            "tip": f"Net change since {words.short_day(then)}",
        }
        view["versus"] = f"in {words.plural((figures.day - then).days, 'day')}"
    return view | _sparked("Followers", "engagement", values, None)


def _sparked(name: str, metric: str, values: list[float | None], band: tuple[float, float] | None) -> View:
    known = [value for value in values if value is not None]
    reach = f"from {figure(min(known), metric)} to {figure(max(known), metric)}" if known else "no data"
    return {"spark": charts.spark(values, band, 34), "label": f"{name}, last 28 days: {reach}"}


def _last_days(series: pl.DataFrame, figures: DayFigures) -> list[float | None]:
    first = figures.day - timedelta(days=thresholds.USUAL_DAYS - 1)
    days = pl.DataFrame({"day": pl.date_range(first, figures.day, eager=True)})
    return days.join(series.select("day", "value"), on="day", how="left").sort("day")["value"].to_list()


def _tiles_note(figures: DayFigures) -> str:
    if not figures.freshness.with_data:
        who = "The account has no" if figures.single else "No account has"
        return f"{who} data on this day: missing is not zero."
    total = figures.total("engagement") or figures.total("posts")
    if total is None or total.usual is None:
        note = (
            f"There is no baseline yet: a usual needs {thresholds.USUAL_NEEDS} days whose counts were read at the "
            "same age."
        )
        if other := other_timezones(figures):
            note += f" {other[0].upper()}{other[1:]}."
    else:
        note = (
            f"Arrows compare with {usual_day(figures)}: the median of the previous 28 days, scaled to this weekday. "
            "The shaded band holds the middle 80% of those days; the dot is this day."
        )
    if figures.few_scored:
        note += f" † {words.plural(figures.freshness.scored, 'scored post')} only"
        if figures.net_interval:
            low, high = map(words.points, figures.net_interval)
            note += f": with 95% confidence the net sentiment lies between {low} and {high}"
        note += "."
    return note
