"""The tone by account and the hours of the week."""

from typing import Any, Final

import polars as pl

from reports import charts, thresholds, words
from reports.figures.day import DayFigures
from reports.views.metrics import View

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHADES: Final = 5
# Multiples of the account's median post that part the five shades of "result".
_RESULTS: Final = (0.6, 0.85, 1.2, 1.7)


def tone(figures: DayFigures) -> View:
    """Return the diverging bars: accounts, or the last ten days of the only account."""
    rows = list(figures.tone.iter_rows(named=True))
    if not figures.single:
        rows.sort(key=lambda row: (row["net"], row["account"]))
    intervals = [_interval(row) for row in rows]
    zero, drawn = charts.diverging(
        [(row["negative_share"], row["neutral_share"], row["positive_share"]) for row in rows], intervals
    )
    return {
        "tone": [_toned(row, shares, figures) for row, shares in zip(rows, drawn, strict=True)],
        "tone_zero": zero,
        "tone_caption": f"Share of each {'day' if figures.single else 'account'}’s scored posts:",
        "tone_note": _tone_note(figures),
    }


def _interval(row: dict[str, Any]) -> tuple[float, float] | None:
    """The interval of a small sample; the formula gives none when all posts are alike, which is no certainty."""
    return (row["net_low"], row["net_high"]) if row["few"] and row["net_low"] < row["net_high"] else None


def _toned(row: dict[str, Any], shares: charts.Shares, figures: DayFigures) -> View:
    text = (
        f"{words.percent(row['negative_share'])} negative, {words.percent(row['neutral_share'])} neutral, "
        f"{words.percent(row['positive_share'])} positive of {words.plural(row['scored'], 'scored post')}"
    )
    if (interval := _interval(row)) is None:
        text += "; all alike, and too few for an interval" if row["few"] else ""
    else:
        low, high = interval
        text += f"; net between {words.points(low)} and {words.points(high)} with 95% confidence"
    return {
        "account": None if figures.single else row["account"],
        "name": words.short_day(row["day"])
        if figures.single
        else words.display_name(row["name"], row["handle"]),
        "shares": shares,
        "text": text,
        "net": words.points(row["net"]),
        "few": row["few"],
    }


def _tone_note(figures: DayFigures) -> str:
    note = "Dot: net sentiment, % positive less % negative. Neutral is split evenly around zero."
    if figures.tone.filter("few").height:
        note += f" † fewer than {thresholds.FEW_SCORED} scored posts; the thin line is the 95% interval."
    if not figures.single and figures.tone.height < figures.all_tone.height:
        note += f" {_chosen(figures)}"
    return note + " This is the tone of what the accounts wrote, not of the replies."


def _chosen(figures: DayFigures) -> str:
    """Say which of the accounts are shown, see `figures.tone.extremes`."""
    few = int(figures.all_tone["few"].sum())
    sure = figures.all_tone.height - few
    half = thresholds.MOST_TONES // 2
    of = words.plural(sure or few, "account")
    if sure:
        of += f" with {thresholds.FEW_SCORED} scored posts or more"
    some = figures.tone.height < (sure or few)
    left = f"; {few} with fewer are in the table above" if sure and few else ""
    return f"Shown: {f'the {half} lowest and the {half} highest of ' if some else ''}{of}{left}."


def hours(figures: DayFigures) -> View:
    """Return the weekday x hour map in both colourings."""
    most = max(figures.hours["posts"].to_list())
    weekdays = figures.hours.partition_by("weekday", maintain_order=True)
    return {
        "heat": [
            {"name": name, "cells": [_hour(row, most) for row in frame.iter_rows(named=True)]}
            for name, frame in zip(_DAYS, weekdays, strict=True)
        ],
        "heat_most": f"{most:,}",
        "hours_note": _best_hour(figures.hours),
    }


def _hour(row: dict[str, Any], most: int) -> View:
    text = words.plural(row["posts"], "post")
    if row["result"] is not None:
        text += f", {words.times(row['result'])} a usual one"
    return {"shade": charts.steps(row["posts"], most, _SHADES), "result": _shade(row["result"]), "text": text}


def _shade(result: float | None) -> int:
    return 0 if result is None else 1 + sum(result >= edge for edge in _RESULTS)


def _best_hour(found: pl.DataFrame) -> str:
    ranked = found.drop_nulls("result").sort("result", "ranked", descending=True)
    if ranked.is_empty():
        return f"No hour has {thresholds.FEW_IN_HOUR} posts yet."
    best = ranked.row(0, named=True)
    return (
        f"Best hour with {thresholds.FEW_IN_HOUR} posts or more: {_DAYS[best['weekday'] - 1]} {best['hour']:02d}:00, "
        f"{words.times(best['result'])} a usual post over {words.plural(best['ranked'], 'post')}. "
        "A pattern, not proof that the hour is the cause."
    )
