"""Numbers to coordinates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import charts

numbers = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


def test_a_line_breaks_at_a_gap() -> None:
    drawn = charts.sparkline([0, 10, None, 10, 0])
    assert drawn.lines == ("M0 21L25 3", "M75 3L100 21")
    assert drawn.dot == (100, 21)


def test_a_band_shares_the_lines_scale() -> None:
    assert charts.sparkline([0, 10], ([0, 5], [5, 10])).bands == ("M0 12L100 3L100 12L0 21Z",)


def test_a_flat_line_lies_in_the_middle_and_nothing_is_nothing() -> None:
    assert charts.sparkline([5, 5]).lines == ("M0 12L100 12",)
    assert charts.sparkline([None, None]) == charts.Sparkline(24, (), (), None)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 421_000, [0, 200_000, 400_000]),
        (-32, 20, [-40, -20, 0, 20]),
        (0, 0, [0, 1, 2, 3, 4]),
        (0, 3, [0, 1, 2, 3, 4]),
    ],
)
def test_axes_have_round_numbers(low: float, high: float, ticks: list[float]) -> None:
    assert charts.axis(low, high) == ticks


@given(numbers, numbers)
def test_axes_reach_below_the_lowest_and_have_few_numbers(one: float, other: float) -> None:
    low, high = sorted((one, other))
    ticks = charts.axis(low, high)
    assert ticks[0] <= low + 1e-6 * max(1.0, abs(low))
    assert 2 <= len(ticks) <= 7
    assert ticks == sorted(set(ticks))


def test_a_month_with_gaps() -> None:
    drawn = charts.trend([None, 4, None, 8, 6], [None] * 5, [None] * 5, [None] * 5, from_zero=True)
    assert drawn.gaps == ((0, 0), (2, 2))
    assert drawn.isolated == (1,)
    assert len(drawn.lines) == 1
    assert drawn.y[0] is None


@given(st.lists(st.none() | numbers, min_size=1, max_size=30))
def test_every_point_lies_within_the_plot(values: list[float | None]) -> None:
    drawn = charts.trend(values, values, values, values, from_zero=False)
    assert all(y is None or -0.1 <= y <= charts.PLOT.height + 0.1 for y in drawn.y)


def test_bars_start_from_a_common_zero() -> None:
    up, down = charts.bars([30, -10])
    assert up.zero == down.zero == up.start == 25.5
    assert (up.width, down.start, down.width) == (73.5, 1.0, 24.5)


def test_diverging_bars_split_neutral_around_zero() -> None:
    zero, (drawn,) = charts.diverging([(20, 40, 40)], [None])
    assert drawn.neutral.start + drawn.neutral.width / 2 == pytest.approx(zero)
    widths = (drawn.negative.width, drawn.neutral.width, drawn.positive.width)
    assert widths == pytest.approx((19.6, 39.2, 39.2), abs=0.11)
    assert drawn.net > zero


@pytest.mark.parametrize(("value", "shade"), [(0, 0), (1, 1), (17, 1), (18, 1), (90, 5), (19, 2)])
def test_shades(value: float, shade: int) -> None:
    assert charts.shade(value, 90, 5) == shade
