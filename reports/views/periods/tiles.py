"""The key figures of a period: per day where they are sums, beside the period before and the median of four."""

from dataclasses import replace
from typing import Final

from reports import charts
from reports import format as fmt
from reports.figures.periods.compare import Versus
from reports.figures.periods.period import PeriodFigures
from reports.views.metrics import Delta
from reports.views.periods import words
from reports.views.tiles import Tile, Tiles

_NAMES: Final = {
    "posts": "Posts per day",
    "engagement": "Engagement per day",
    "median": "Median per post",
    "rate": "Engagement rate",
    "net": "Net sentiment",
    "mentions": "Mentions per day",
}
_ORDER: Final = ("posts", "engagement", "median", "rate", "net")


def tiles(figures: PeriodFigures) -> Tiles:
    """Return the key figures: six, and where X was asked for them, the mentions."""
    first = (_tile(figures, metric) for metric in _ORDER)
    return Tiles((*first, _followers(figures), *_mentions(figures)), _note(figures))


def _tile(figures: PeriodFigures, metric: str) -> Tile:
    found = figures.total.get(metric)
    series = [*found.series] if found and found.series else [None]
    unit = figures.period.unit
    known = [value for value in series if value is not None]
    reach = (
        f"from {words.figure_of(min(known), metric)} to {words.figure_of(max(known), metric)}"
        if known
        else "no data"
    )
    return Tile(
        name=_NAMES[metric],
        metric=metric,
        spark=charts.sparkline(series, height=charts.TILE_SPARK_HEIGHT),
        spark_label=f"{_NAMES[metric]}, this {unit} and four before: {reach}",
        versus=_versus(found, metric) if found else ("no data" if not figures.read else "unknown"),
        value=words.figure_of(found.value, metric) if found else fmt.NONE,
        number=found.value if found else None,
        usual=found.usual if found else None,
        delta=arrow_of(found, metric, figures) if found else None,
        few=metric == "net" and figures.few_scored,
    )


def arrow_of(found: Versus, metric: str, figures: PeriodFigures) -> Delta | None:
    """Return the arrow against the period before."""
    return words.arrow(found, metric, than=fmt.capitalized(words.before(figures.period)))


def _versus(found: Versus, metric: str) -> str:
    parts = []
    if found.before is not None:
        parts.append(f"from {words.figure_of(found.before, metric)}")
    if found.usual is not None:
        parts.append(f"median {words.figure_of(found.usual, metric)}")
    return "; ".join(parts) or "nothing to compare with"


def _followers(figures: PeriodFigures) -> Tile:
    known = figures.accounts.drop_nulls("followers") if figures.accounts.height else figures.accounts
    tile = Tile(
        name="Followers",
        metric="followers",
        spark=charts.sparkline([None], height=charts.TILE_SPARK_HEIGHT),
        spark_label="Followers: see the accounts table",
        versus="unknown",
    )
    if known.is_empty():
        return tile
    total, measured = int(known["followers"].sum()), known.drop_nulls("growth")
    grown = int(measured["growth"].sum())
    change = Delta(
        fmt.compact(abs(grown)), "up" if grown > 0 else "down" if grown < 0 else "", unusual=False,
        tip=f"Sum of {fmt.plural(measured.height, 'account')} with a newer look-up",
    )  # fmt: skip
    tile = replace(tile, value=fmt.compact(total), number=float(total), versus="no newer look-up")
    if measured.is_empty():
        return tile
    return replace(tile, delta=change, versus=f"of {fmt.plural(measured.height, 'account')}")


def _mentions(figures: PeriodFigures) -> tuple[Tile, ...]:
    asked = figures.mentions_asked.height
    if not asked:
        return ()
    tile = _tile(figures, "mentions")
    counted = sum("mentions" in metrics for metrics in figures.by_account.values())
    versus = tile.versus if counted else "not counted"
    of = f"{counted} of " if counted < asked else ""
    return (replace(tile, versus=f"{versus}, of {of}{fmt.plural(asked, 'account')} asked"),)


def _note(figures: PeriodFigures) -> str:
    unit = figures.period.unit
    if not figures.read:
        return "No account has data: missing is not zero."
    note = (
        f"Per day: the sum of each account’s mean per day read. Arrows compare with {words.before(figures.period)}, "
        f"the median is of the four {unit}s before; both are of the same accounts on both sides. Lines: the four "
        f"{unit}s before and this one. The median per post is of posts only."
    )
    if figures.few_scored:
        note += " † fewer than ten scored posts: an anecdote, not a rate."
    return note
