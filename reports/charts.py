"""Numbers to SVG coordinates. Each chart is a small frozen record that a macro of `templates/charts` draws.

Horizontal positions are in per cent or in a stretched view box, so that a chart fits a phone without script and its
text keeps its size.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Value = float | None


@dataclass(frozen=True)
class Spark:
    """A line in a box of 100 x `height`: `lines` are its unbroken parts, `band` is (top, height)."""

    height: int
    lines: tuple[str, ...]
    band: tuple[int, int] | None
    dot: tuple[int, int] | None


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its position and its number."""

    at: float
    value: float


@dataclass(frozen=True)
class Trend:
    """A month of one metric in a box of 1000 x 240; x positions of text and dots in per cent of the width."""

    lines: tuple[str, ...]
    lonely: tuple[int, ...]  # days with data between two gaps: a line has no length there
    usual: tuple[str, ...]
    bands: tuple[str, ...]
    ticks: tuple[Tick, ...]
    x: tuple[float, ...]
    y: tuple[Value, ...]
    gaps: tuple[tuple[int, int], ...]  # first and last index of the days without data


HEIGHT = 240
_TOP = 26  # room for the labels of the highest points


def spark(values: Sequence[Value], band: tuple[float, float] | None = None, height: int = 24) -> Spark:
    """Return a line over evenly spaced values; None is a gap. The dot is the last value's."""
    known = [value for value in values if value is not None]
    if not known:
        return Spark(height, (), None, None)
    low, high = min([*known, *(band or ())]), max([*known, *(band or ())])
    reach = (high - low) or 1.0

    def y(value: float) -> int:
        return round(height - 3 - (height - 6) * (value - low) / reach) if high > low else height // 2

    step = 100 / max(len(values) - 1, 1)
    points = [None if v is None else (round(i * step), y(v)) for i, v in enumerate(values)]
    box = (y(band[1]), max(y(band[0]) - y(band[1]), 1)) if band else None
    last = points[-1]
    return Spark(height, tuple(_line(part) for part in _parts(points) if len(part) > 1), box, last)


def trend(
    values: Sequence[Value],
    usual: Sequence[Value],
    lows: Sequence[Value],
    highs: Sequence[Value],
    *,
    zero: bool,
    least: float = 4.0,
) -> Trend:
    """Return the month's chart; `zero` keeps the axis on zero, as a count must be, `least` is for `axis`."""
    known = [v for row in (values, lows, highs) for v in row if v is not None]
    ticks = axis(min([*known, 0.0] if zero else known, default=0.0), max(known, default=0.0), least)
    low, high = ticks[0], ticks[-1]
    high = max(high, *known) if known else high
    reach = (high - low) or 1.0

    def y(value: float) -> float:
        return round(HEIGHT - (HEIGHT - _TOP) * (value - low) / reach, 1)

    x = [round(1 + 97.5 * i / max(len(values) - 1, 1), 2) for i in range(len(values))]

    def path(row: Sequence[Value]) -> list[list[tuple[float, float]]]:
        return _parts([None if v is None else (round(10 * x[i]), y(v)) for i, v in enumerate(row)])

    padded = [None, *values, None]
    bands = [
        [*upper, *reversed(lower)]
        for upper, lower in zip(path(highs), path(lows), strict=True)
        if len(upper) > 1
    ]
    return Trend(
        lines=tuple(_line(part) for part in path(values) if len(part) > 1),
        lonely=tuple(
            i for i in range(len(values)) if padded[i + 1] is not None and padded[i] is padded[i + 2] is None
        ),
        usual=tuple(_line(part) for part in path(usual) if len(part) > 1),
        bands=tuple(_line(part) + "Z" for part in bands),
        ticks=tuple(Tick(y(tick), tick) for tick in ticks),
        x=tuple(x),
        y=tuple(None if v is None else y(v) for v in values),
        gaps=_gaps(values),
    )


def axis(low: float, high: float, least: float = 4.0) -> list[float]:
    """Return two to six round numbers that reach below `low` and near `high`, over `least` units or more.

    With at least four units a count's axis has whole numbers only.
    """
    reach = max(high - low, least)
    high = low + reach
    power = 10 ** math.floor(math.log10(reach / 3))
    factors = (1, 2, 2.5, 5, 10) if power >= 10 else (1, 2, 5, 10)
    step = next(power * factor for factor in factors if reach / (power * factor) <= 4)
    first = math.floor(low / step)
    last = max(math.floor(high / step), first + 1)
    return [round(n * step, 10) for n in range(first, last + 1)]


@dataclass(frozen=True)
class Bar:
    """A bar from `start` of `width`, both in per cent; `zero` is where it starts from."""

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

    negative: tuple[float, float]  # start, width
    neutral: tuple[float, float]
    positive: tuple[float, float]
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
                (start, round(before - start, 1)),
                (before, round(after - before, 1)),
                (after, round(at(positive + neutral / 2) - after, 1)),
                at(positive - negative),
                (at(interval[0]), at(interval[1])) if interval else None,
            )
        )
    return at(0.0), drawn


def steps(value: float, most: float, levels: int) -> int:
    """Return the shade (1 to `levels`) of a count; 0 for none."""
    return 0 if value <= 0 or most <= 0 else min(levels, math.ceil(levels * value / most))


def _parts(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Return the unbroken runs of points."""
    parts: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            parts.append([])
        else:
            parts[-1].append(point)
    return [part for part in parts if part]


def _line(points: Sequence[tuple[float, float]]) -> str:
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
