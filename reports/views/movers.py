"""What moved the total: the accounts with the largest changes, or the groups, as bars."""

from dataclasses import dataclass
from typing import Any

from reports import charts
from reports import format as fmt
from reports.figures.day import DayFigures
from reports.views.masthead import GroupLink, group_link
from reports.views.metrics import usual_day


@dataclass(frozen=True)
class Mover:
    """A change: an account's, a group's, or that of several others together, which has neither."""

    account: str | None
    group: GroupLink | None
    name: str
    bar: charts.Bar
    change: str


@dataclass(frozen=True)
class Movers:
    """The bars, from the largest rise to the largest fall; the others last."""

    movers: tuple[Mover, ...]
    by: str  # account or group
    caption: str
    note: str


def movers(figures: DayFigures) -> Movers | None:
    """Return the bars of the largest changes; None for one account or without a usual."""
    # From the largest rise to the largest fall, so that the bars make one shape.
    moved = sorted(
        figures.movers.iter_rows(named=True),
        key=lambda row: (not (row["account"] or row["group"]), -row["change"]),
    )
    if figures.single or not moved:
        return None
    names = fmt.distinct_names([(row["name"], row["handle"] or "") for row in moved])
    bars = charts.bars([row["change"] for row in moved])
    total = fmt.signed(sum(row["change"] for row in moved))
    note = f"Together {total} compared with the sum of the accounts’ usual days."
    if left := figures.data.with_data - sum(row["accounts"] for row in moved):
        note += f" {fmt.plural(left, 'account')} without a usual day {'is' if left == 1 else 'are'} left out."
    by_group = any(row["group"] for row in moved)
    if by_group:
        note = f"No few accounts made the change, so it is shown by group. {note}"
    return Movers(
        movers=tuple(
            _mover(row, name, bar, by_group=by_group)
            for row, name, bar in zip(moved, names, bars, strict=True)
        ),
        by="group" if by_group else "account",
        caption=f"Engagement compared with each account’s own {usual_day(figures.day)}",
        note=note,
    )


def _mover(row: dict[str, Any], name: str, bar: charts.Bar, *, by_group: bool) -> Mover:
    """Return a bar; `name` is the account's, where it is of one."""
    group = group_link(row["group"]) if row["group"] else None
    if group:
        name = group.name
    elif not row["account"] and by_group:
        name = f"{fmt.plural(row['accounts'], 'account')} of other groups or none"
    elif not row["account"]:
        name = f"{fmt.plural(row['accounts'], 'other')} that {'rose' if row['way'] == 'up' else 'fell'}"
    return Mover(row["account"], group, name, bar, fmt.signed(row["change"]))
