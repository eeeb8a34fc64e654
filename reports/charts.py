"""Numbers to SVG coordinates. Each chart is a small frozen record that a macro of `templates/charts` draws.

Horizontal positions are in per cent or in a stretched view box, so that a chart fits a phone without script and its
text keeps its size.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

Value = float | None
Point = tuple[float, float]


@dataclass(frozen=True)
class Sparkline:
    """A line in a box of 100 x `height`: `lines` are its unbroken parts, `bands` those of its usual range."""

    height: int
    lines: tuple[str, ...]
    bands: tuple[str, ...]
    dot: "Point | None"


SPARK_HEIGHT: Final = 24  # as in the style sheet, which sets the height of what is drawn
TILE_SPARK_HEIGHT: Final = 34


@dataclass(frozen=True)
class PlotBox:
    """The geometry of a plot of the trend. Everything that draws in it reads it from here, the script by `data-x`."""

    width: int = 1000  # of the view box of the lines, which is stretched to the width of the page
    height: int = 240  # pixels, of the view box too
    footer: int = 30  # pixels below it, for the dates
    headroom: int = 26  # pixels in it, for the labels of the highest points
    left: float = 1.0  # per cent of the width, where the first day is
    span: float = 97.5  # per cent from the first day to the last
    right: float = 100.5  # per cent, where the last column ends


PLOT: Final = PlotBox()


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its position and its number."""

    at: float
    value: float


@dataclass(frozen=True)
class Column:
    """A column behind the lines: start and width in per cent."""

    start: float
    width: float


@dataclass(frozen=True)
class Gap:
    """A column of days without data, with a text in its middle; `leading` when the plot begins with it."""

    column: Column
    middle: float
    leading: bool


@dataclass(frozen=True)
class Trend:
    """Thirty days of one metric in `box`; x positions of text and dots in per cent of the width."""

    lines: tuple[str, ...]
    isolated: tuple[int, ...]  # days with data between two gaps: a line has no length there
    usual: tuple[str, ...]
    bands: tuple[str, ...]
    ticks: tuple[Tick, ...]
    x: tuple[float, ...]
    y: tuple[Value, ...]
    gaps: tuple[tuple[int, int], ...]  # first and last index of the days without data
    box: PlotBox = PLOT

    @property
    def last(self) -> int:
        """The index of the last day."""
        return len(self.x) - 1


def sparkline(
    values: Sequence[Value],
    band: tuple[Sequence[Value], Sequence[Value]] = ((), ()),
    height: int = SPARK_HEIGHT,
) -> Sparkline:
    """Return a line over evenly spaced values; None is a gap. `band`: lows and highs of each day's own usual range."""
    if all(value is None for value in values):
        return Sparkline(height, (), (), None)
    known = [value for row in (values, *band) for value in row if value is not None]
    low, high = min(known), max(known)
    reach = (high - low) or 1.0

    def y(value: float) -> int:
        return round(height - 3 - (height - 6) * (value - low) / reach) if high > low else height // 2

    step = 100 / max(len(values) - 1, 1)
    line, bottom, top = (
        [None if v is None else (round(i * step), y(v)) for i, v in enumerate(row)] for row in (values, *band)
    )
    return Sparkline(height, _lines(line), _bands(bottom, top), line[-1])


def trend(
    values: Sequence[Value],
    usual: Sequence[Value],
    lows: Sequence[Value],
    highs: Sequence[Value],
    *,
    from_zero: bool,
    min_span: float = 4.0,
) -> Trend:
    """Return the chart of 30 days; `from_zero` keeps the axis on zero, as a count needs; `min_span`: see `axis`."""
    known = [v for row in (values, lows, highs) for v in row if v is not None]
    ticks = axis(min([*known, 0.0] if from_zero else known, default=0.0), max(known, default=0.0), min_span)
    low, high = ticks[0], ticks[-1]
    high = max(high, *known) if known else high
    reach = (high - low) or 1.0

    def y(value: float) -> float:
        return round(PLOT.height - (PLOT.height - PLOT.headroom) * (value - low) / reach, 1)

    x = [round(PLOT.left + PLOT.span * i / max(len(values) - 1, 1), 2) for i in range(len(values))]

    def points(row: Sequence[Value]) -> list[Point | None]:
        return [None if v is None else (round(PLOT.width / 100 * x[i]), y(v)) for i, v in enumerate(row)]

    padded = [None, *values, None]
    return Trend(
        lines=_lines(points(values)),
        isolated=tuple(
            i for i in range(len(values)) if padded[i + 1] is not None and padded[i] is padded[i + 2] is None
        ),
        usual=_lines(points(usual)),
        bands=_bands(points(lows), points(highs)),
        ticks=tuple(Tick(y(tick), tick) for tick in ticks),
        x=tuple(x),
        y=tuple(None if v is None else y(v) for v in values),
        gaps=_gaps(values),
    )


def _bands(lows: Sequence[Point | None], highs: Sequence[Point | None]) -> tuple[str, ...]:
    """Return the unbroken areas between two lines."""
    return tuple(
        _line([*upper, *reversed(lower)]) + "Z"
        for upper, lower in zip(_parts(highs), _parts(lows), strict=True)
        if len(upper) > 1
    )


def weekend_columns(chart: Trend, days: Sequence[date]) -> tuple[Column, ...]:
    """Return the columns of the weekends; `days` are those of the chart."""
    step = chart.x[1] - chart.x[0]
    half = step / 2
    whole = tuple(
        Column(
            round(max(chart.x[i] - half, 0), 2),
            round(min(step * (2 if i < chart.last else 1), PLOT.right - chart.x[i] + half), 2),
        )
        for i, day in enumerate(days)
        if day.weekday() == 5
    )
    return whole + ((Column(0, round(chart.x[0] + half, 2)),) if days[0].weekday() == 6 else ())


def gap_columns(chart: Trend) -> tuple[Gap, ...]:
    """Return the columns of the days without data."""
    step = chart.x[1] - chart.x[0]
    return tuple(
        Gap(
            Column(
                round(max(chart.x[first] - step / 2, 0), 2), round(chart.x[last] - chart.x[first] + step, 2)
            ),
            round((chart.x[first] + chart.x[last]) / 2, 2),
            first == 0,
        )
        for first, last in chart.gaps
    )


def axis(low: float, high: float, min_span: float = 4.0) -> list[float]:
    """Return two to six round numbers from `low` or below to near `high`, over `min_span` units or more.

    With at least four units a count's axis has whole numbers only.
    """
    reach = max(high - low, min_span)
    high = low + reach
    power = 10 ** math.floor(math.log10(reach / 3))
    factors = (1, 2, 2.5, 5, 10) if power >= 10 else (1, 2, 5, 10)
    step = next(power * factor for factor in factors if reach / (power * factor) <= 4)
    first = math.floor(low / step)
    last = max(math.floor(high / step), first + 1)
    return [round(n * step, 10) for n in range(first, last + 1)]


@dataclass(frozen=True)
class Bar:
    """A bar from `start` of `width`, both in per cent; `zero` is where all bars begin."""

    start: float
    width: float
    zero: float


def bars(values: Sequence[float]) -> list[Bar]:
    """Return bars around one common zero, the longest as long as there is room."""
    low, high = min([0.0, *values]), max([0.0, *values])
    reach = (high - low) or 1.0
    zero = round(98 * -low / reach + 1, 1)
    widths = [max(round(98 * abs(v) / reach, 1), 0.4 if v else 0.0) for v in values]
    return [
        Bar(round(zero - width, 1) if v < 0 else zero, width, zero)
        for v, width in zip(values, widths, strict=True)
    ]


@dataclass(frozen=True)
class Shares:
    """Negative, neutral and positive shares around a zero in the middle of the neutral ones, in per cent."""

    negative: Column
    neutral: Column
    positive: Column
    net: float
    interval: tuple[float, float] | None


def diverging(
    rows: Sequence[tuple[float, float, float]], intervals: Sequence[tuple[float, float] | None]
) -> tuple[float, list[Shares]]:
    """Return the position of zero, and each row's (negative, neutral, positive) shares of 100 around it."""
    left = max([n + u / 2 for n, u, _ in rows] + [-i[0] for i in intervals if i], default=50.0)
    right = max([p + u / 2 for _, u, p in rows] + [i[1] for i in intervals if i], default=50.0)
    scale = 98 / ((left + right) or 1.0)

    def at(value: float) -> float:
        return round(1 + scale * (left + value), 1)

    drawn = []
    for (negative, neutral, positive), interval in zip(rows, intervals, strict=True):
        start, before, after = at(-negative - neutral / 2), at(-neutral / 2), at(neutral / 2)
        drawn.append(
            Shares(
                Column(start, round(before - start, 1)),
                Column(before, round(after - before, 1)),
                Column(after, round(at(positive + neutral / 2) - after, 1)),
                at(positive - negative),
                (at(interval[0]), at(interval[1])) if interval else None,
            )
        )
    return at(0.0), drawn


def shade(value: float, largest: float, levels: int) -> int:
    """Return the shade (1 to `levels`) of a count; 0 for none."""
    return 0 if value <= 0 or largest <= 0 else min(levels, math.ceil(levels * value / largest))


def _lines(points: Sequence[Point | None]) -> tuple[str, ...]:
    """Return the paths of the runs of two points or more."""
    return tuple(_line(part) for part in _parts(points) if len(part) > 1)


def _parts(points: Sequence[Point | None]) -> list[list[Point]]:
    """Return the unbroken runs of points."""
    parts: list[list[Point]] = [[]]
    for point in points:
        if point is None:
            parts.append([])
        else:
            parts[-1].append(point)
    return [part for part in parts if part]


def _line(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _gaps(values: Sequence[Value]) -> tuple[tuple[int, int], ...]:
    gaps: list[tuple[int, int]] = []
    for i, value in enumerate(values):
        if value is not None:
            continue
        if gaps and gaps[-1][1] == i - 1:
            gaps[-1] = (gaps[-1][0], i)
        else:
            gaps.append((i, i))
    return tuple(gaps)
