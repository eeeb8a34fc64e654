"""What moved the total: the accounts with the largest changes, as bars."""

from dataclasses import dataclass

from reports import charts
from reports import format as fmt
from reports.figures.day import DayFigures
from reports.views.metrics import usual_day


@dataclass(frozen=True)
class Mover:
    """An account's change, or that of all others together, which has no `account`."""

    account: str | None
    name: str
    bar: charts.Bar
    change: str


@dataclass(frozen=True)
class Movers:
    """The bars, from the largest rise to the largest fall."""

    movers: tuple[Mover, ...]
    caption: str
    note: str


def movers(figures: DayFigures) -> Movers | None:
    """Return the bars of the largest changes; None for one account or without a usual."""
    # From the largest rise to the largest fall, so that the bars make one shape; the others stay last.
    moved = sorted(
        figures.movers.iter_rows(named=True), key=lambda row: (row["account"] is None, -row["change"])
    )
    if figures.single or not moved:
        return None
    bars = charts.bars([row["change"] for row in moved])
    total = fmt.signed(sum(row["change"] for row in moved))
    note = f"Together {total} compared with the sum of the accounts’ usual days."
    if left := figures.data.with_data - sum(row["accounts"] for row in moved):
        note += f" {fmt.plural(left, 'account')} without a usual day {'is' if left == 1 else 'are'} left out."
    return Movers(
        movers=tuple(
            Mover(
                row["account"],
                fmt.display_name(row["name"], row["handle"])
                if row["account"]
                else fmt.plural(row["accounts"], "other"),
                bar,
                fmt.signed(row["change"]),
            )
            for row, bar in zip(moved, bars, strict=True)
        ),
        caption=f"Engagement compared with each account’s own {usual_day(figures.day)}",
        note=note,
    )
