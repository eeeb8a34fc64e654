"""The key figures: six, and where X was asked for them, the mentions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from reports import charts, thresholds
from reports import format as fmt
from reports.figures.day import DayFigures
from reports.figures.metrics import Metric
from reports.figures.tiles import rate_per_follower
from reports.figures.trend import last_days, on_days
from reports.figures.usual.compare import Compared
from reports.views.data import not_compared
from reports.views.metrics import NAMES, Delta, delta, figure, usual_day

_ORDER: Final[tuple[Metric, ...]] = ("posts", "engagement", "median", "rate", "net")
_WEEK: Final = timedelta(days=7)  # over which the step in followers is shown


@dataclass(frozen=True)
class Tile:
    """One key figure."""

    name: str
    metric: str
    spark: charts.Sparkline
    spark_label: str
    versus: str  # what the figure is compared with, or why there is none
    value: str = fmt.NONE
    number: float | None = None  # the value, not rounded
    usual: float | None = None
    delta: Delta | None = None
    unusual: bool = False
    few: bool = False  # of fewer than ten scored posts


@dataclass(frozen=True)
class Tiles:
    """The key figures and what they are compared with."""

    tiles: tuple[Tile, ...]
    note: str


def tiles(figures: DayFigures) -> Tiles:
    """Return the key figures."""
    first = (_tile(figures, metric) for metric in _ORDER)
    return Tiles((*first, _followers(figures), *_mentions(figures)), _note(figures))


def _tile(figures: DayFigures, metric: Metric) -> Tile:
    found = figures.total(metric)
    series = on_days(figures.totals(metric), last_days(thresholds.USUAL_DAYS, figures.day))
    values = [past.value if past else None for past in series]
    if found is None:
        return _without_figure(figures, metric, values)
    lows = [past.low if past else None for past in series]
    highs = [past.high if past else None for past in series]
    return replace(
        _plain(NAMES[metric], metric, values, lows, highs),
        number=found.value,
        usual=found.usual,
        value=figure(found.value, metric),
        delta=delta(found, metric),
        versus=_versus(found, metric),
        unusual=found.unusual,
        few=metric == "net" and figures.few_scored,
    )


def _versus(found: Compared, metric: Metric) -> str:
    if found.usual is None:
        return "no baseline yet"
    return f"usual {figure(found.usual, metric)}{', posts only' if metric == 'median' else ''}"


def _without_figure(figures: DayFigures, metric: Metric, values: list[float | None]) -> Tile:
    tile = _plain(NAMES[metric], metric, values)
    if metric == "rate" and (per_follower := rate_per_follower(figures.accounts)) is not None:
        return replace(
            tile, name="Per follower and post", value=fmt.rate(per_follower), versus="no impressions"
        )
    if not figures.data.with_data:
        return replace(tile, versus="no data")
    if not figures.data.posts:
        return replace(tile, versus="no posts")
    if metric == "median" and not figures.accounts.filter("has_data")["post_kinds"].null_count():
        return replace(tile, versus="only replies and quotes")
    return replace(tile, versus="none scored" if metric == "net" else "unknown")


def _followers(figures: DayFigures) -> Tile:
    counts = dict(figures.followers.select("day", "value").iter_rows())
    values = on_days(counts, last_days(thresholds.USUAL_DAYS, figures.day))
    now = values[-1]
    if not now:
        return replace(_plain("Followers", "engagement", [None]), metric="followers")
    tile = replace(
        _plain("Followers", "engagement", values),
        metric="followers",
        value=fmt.compact(now),
        number=now,
        versus="no earlier count",
    )
    then = min((day for day in counts if figures.day - _WEEK <= day < figures.day), default=None)
    if then is None:
        return tile
    step = now - counts[then]
    change = Delta(
        fmt.compact(abs(step)),
        "up" if step >= 0 else "down",
        unusual=False,
        tip=f"Net change since {fmt.short_day(then)}",
    )
    return replace(tile, delta=change, versus=f"in {fmt.plural((figures.day - then).days, 'day')}")


def _mentions(figures: DayFigures) -> tuple[Tile, ...]:
    """The sum of the mentions that X has counted; no tile where it was asked for nobody's."""
    asked = figures.mentions_asked
    if asked.is_empty():
        return ()
    tile, counted = _tile(figures, "mentions"), asked["mention_count"].count()
    versus = tile.versus if counted else "not counted"
    if figures.single and not counted:
        versus += f": {fmt.one_line(asked['mentions_not_counted_because'][0], 80)}"
    elif not figures.single:
        of = f"{counted} of " if counted < asked.height else ""
        versus += f", of {of}{fmt.plural(asked.height, 'account')} asked"
    return (replace(tile, versus=versus),)


def _plain(
    name: str,
    metric: Metric,
    values: list[float | None],
    lows: Sequence[float | None] = (),
    highs: Sequence[float | None] = (),
) -> Tile:
    """Return a tile with its line alone."""
    known = [value for value in values if value is not None]
    reach = f"from {figure(min(known), metric)} to {figure(max(known), metric)}" if known else "no data"
    return Tile(
        name=name,
        metric=metric,
        spark=charts.sparkline(values, (lows, highs), charts.TILE_SPARK_HEIGHT),
        spark_label=f"{name}, last 28 days: {reach}",
        versus="unknown",
    )


def _note(figures: DayFigures) -> str:
    if not figures.data.with_data:
        nobody = "The account has no" if figures.single else "No account has"
        return f"{nobody} data for this day: missing is not zero."
    total = figures.total("engagement") or figures.total("posts")
    if total is None or total.usual is None:
        note = f"Comparisons start after {thresholds.USUAL_NEEDS} days of data whose counts were read at the same age."
        if other := not_compared(figures):
            note += f" {fmt.capitalized(other)}."
    else:
        note = (
            f"Arrows compare with a {usual_day(figures.day)}: the level of the previous 28 days, on this weekday. The "
            "shaded band is the usual range of each day, which holds eight of ten; the dot is this day."
        )
    note += " The median per post is of posts only; all else counts replies and quotes too."
    if 0 < figures.history_days < thresholds.USUAL_DAYS:
        note += f" Learning: day {figures.history_days + 1} of {thresholds.USUAL_DAYS}."
    if not figures.few_scored:
        return note
    note += f" † {fmt.plural(figures.data.scored, 'scored post')} only"
    if figures.net_interval:
        low, high = map(fmt.points, figures.net_interval)
        note += f": with 95% confidence the net sentiment lies between {low} and {high}"
    return f"{note}."
