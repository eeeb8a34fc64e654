"""The tone of the posts, as diverging bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports import charts, thresholds
from reports import format as fmt
from reports.figures.day import DayFigures
from reports.figures.tone import SHARES, interval_of
from reports.views.days import page_of


@dataclass(frozen=True)
class ToneRow:
    """An account's tone, or a day's, which has no `account`."""

    page: str  # the account's or the day's, from `reports/`; empty where it is this one
    account: str | None
    name: str
    shares: charts.Shares
    text: str
    net: str
    few: bool


@dataclass(frozen=True)
class Tone:
    """The bars around a common zero, by account or by day."""

    rows: tuple[ToneRow, ...]
    zero: float
    by: str  # account or day
    opens: bool  # whether any row has a page
    caption: str
    note: str


def tone(figures: DayFigures) -> Tone:
    """Return the diverging bars: accounts, or the last ten days of the only account."""
    rows = list(figures.tone.iter_rows(named=True))
    if not figures.single:
        rows.sort(key=lambda row: (row["net"], row["account"]))
    zero, drawn = charts.diverging(
        [(row["negative_share"], row["neutral_share"], row["positive_share"]) for row in rows],
        [interval_of(row) for row in rows],
    )
    by = "day" if figures.single else "account"
    shown = tuple(
        _row(row, name, shares, figures)
        for row, name, shares in zip(rows, _row_names(rows, figures), drawn, strict=True)
    )
    return Tone(
        rows=shown,
        zero=zero,
        by=by,
        opens=any(row.page for row in shown),
        caption=f"Share of each {by}’s scored posts:",
        note=_note(figures),
    )


def _row_names(rows: Sequence[dict[str, Any]], figures: DayFigures) -> list[str]:
    if figures.single:
        return [fmt.short_day(row["day"]) for row in rows]
    return fmt.distinct_names([(row["name"], row["handle"]) for row in rows])


def _row(row: dict[str, Any], name: str, shares: charts.Shares, figures: DayFigures) -> ToneRow:
    parts = ", ".join(f"{fmt.percent(row[f'{name}_share'])} {name}" for name in SHARES)
    text = f"{parts} of {fmt.plural(row['scored'], 'scored post')}"
    if interval := interval_of(row):
        low, high = interval
        text += f"; net between {fmt.points(low)} and {fmt.points(high)} with 95% confidence"
    elif row["few"]:
        text += "; all alike, but too few for an interval"
    return ToneRow(
        page=page_of(figures, row["day"])
        if figures.single
        else f"{figures.day}/account-{row['account']}.html",
        account=None if figures.single else row["account"],
        name=name,
        shares=shares,
        text=text,
        net=fmt.points(row["net"]),
        few=row["few"],
    )


def _note(figures: DayFigures) -> str:
    note = "Dot: net sentiment, % positive minus % negative. Neutral is split evenly around zero."
    if figures.tone.filter("few").height:
        note += f" † fewer than {thresholds.FEW_SCORED} scored posts; the thin line is the 95% interval."
    if not figures.single and figures.tone.height < figures.all_tone.height:
        note += f" {_selection(figures)}"
    return note + " This is the tone of what the accounts wrote, not of the replies to it."


def _selection(figures: DayFigures) -> str:
    """Say which of the accounts are shown, see `figures.tone.extremes`."""
    few = int(figures.all_tone["few"].sum())
    sure = figures.all_tone.height - few
    half = thresholds.MOST_TONES // 2
    accounts = fmt.plural(sure or few, "account")
    if sure:
        accounts += f" with {thresholds.FEW_SCORED} scored posts or more"
    some = figures.tone.height < (sure or few)
    left = f"; {few} with fewer are in the table above" if sure and few else ""
    return f"Shown: {f'the {half} lowest and the {half} highest of ' if some else ''}{accounts}{left}."
