"""The table of the groups."""

from dataclasses import dataclass
from typing import Any

from reports import format as fmt
from reports import thresholds
from reports.figures.day import DayFigures
from reports.views.accounts import Cell, compared_in, sortable, usual_in
from reports.views.masthead import GroupLink, group_link
from reports.views.metrics import Delta, Usual, delta


@dataclass(frozen=True)
class GroupRow:
    """A group, or the accounts without one, which have no page."""

    link: GroupLink | None
    read: str  # accounts with data, of all
    missing: bool  # some were not read
    posts: Cell
    engagement: Cell
    usual: Usual | None  # engagement
    delta: Delta | None
    net: Cell
    net_usual: Usual | None
    net_unusual: bool
    few: bool
    share: Cell


@dataclass(frozen=True)
class Groups:
    """The table of the groups."""

    rows: tuple[GroupRow, ...]
    note: str


def groups(figures: DayFigures) -> Groups | None:
    """Return the table; None where no account has a group."""
    if figures.groups.is_empty():
        return None
    rows = tuple(_row(row) for row in figures.groups.iter_rows(named=True))
    note = (
        "Each group’s page has its own totals, compared with its accounts’ own past. Together the rows are the day’s "
        "totals. Small figures: the usual and its range."
    )
    if any(row.few for row in rows):
        note += f" † fewer than {thresholds.FEW_SCORED} scored posts."
    return Groups(rows, note)


def _row(row: dict[str, Any]) -> GroupRow:
    return GroupRow(
        link=group_link(row["group"]) if row["group"] else None,
        read=f"{row['read']} of {row['accounts']}" if row["read"] < row["accounts"] else str(row["accounts"]),
        missing=row["read"] < row["accounts"],
        posts=Cell("–" if row["posts"] is None else f"{row['posts']:,}", sortable(row["posts"])),
        engagement=Cell(fmt.compact(row["engagement"]), sortable(row["engagement"])),
        usual=usual_in(row, "engagement"),
        delta=delta(compared_in(row), "engagement") if row["read"] else None,
        net=Cell(fmt.points(row["net"]), sortable(row["net"], 1)),
        net_usual=usual_in(row, "net"),
        net_unusual=row["unusual_net"],
        few=bool(row["few"] and row["scored"]),
        share=Cell(fmt.percent(row["share"]), sortable(row["share"], 2)),
    )
