"""Numbers and days as a reader meets them."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import format as fmt
from reports.figures.metrics import Metric
from reports.languages import language
from reports.views.metrics import tick


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.4, "0"),
        (-0.4, "0"),
        (774, "774"),
        (999.4, "999"),
        (999.5, "1.0k"),
        (3_849, "3.8k"),
        (22_340, "22.3k"),
        (99_949, "99.9k"),
        (99_960, "100k"),
        (421_400, "421k"),
        (999_499, "999k"),
        (999_500, "1.00M"),
        (1_895_000, "1.90M"),
        (10_940_000, "10.9M"),
        (4_000_000_000, "4.00B"),
        (-1_234, "−1.2k"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_counts_have_about_three_digits(value: float | None, text: str) -> None:
    assert fmt.compact(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(175_480, "+175k"), (-1_049, "−1.0k"), (0, "0"), (0.2, "0"), (None, "–")]
)
def test_differences_carry_their_sign(value: float | None, text: str) -> None:
    assert fmt.signed(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(18.4, "+18"), (-38.6, "−39"), (-0.3, "0"), (0.5, "+1"), (None, "–")]
)
def test_net_sentiment_in_whole_points(value: float | None, text: str) -> None:
    assert fmt.points(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0%"), (0.4, "<1%"), (0.5, "1%"), (58.2, "58%"), (None, "–")]
)
def test_percentages(value: float | None, text: str) -> None:
    assert fmt.percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1.864, "1.86%"), (0.004, "<0.01%"), (12.44, "12.4%"), (9.999, "10.0%")]
)
def test_rates(value: float, text: str) -> None:
    assert fmt.rate(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.04, "<0.1×"), (2.34, "2.3×"), (9.96, "10×"), (31.2, "31×")])
def test_multiples(value: float, text: str) -> None:
    assert fmt.times(value) == text


def test_no_change_against_nothing() -> None:
    assert fmt.change(5, 0) is None
    assert fmt.change(5, 4) == "25%"
    assert fmt.change(3, 4) == "25%"


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B and C"),
        (["A", "B", "C", "D", "E"], "A, B and 3 more"),
    ],
)
def test_listings(names: list[str], text: str) -> None:
    assert fmt.listing(names) == text


def test_days_have_no_leading_zero() -> None:
    assert fmt.long_day(date(2026, 11, 1)) == "Sunday 1 November 2026"
    assert fmt.short_day(date(2026, 11, 1)) == "Sun 1 Nov"


@pytest.mark.parametrize(("value", "text"), [(0.2, "12 min"), (6.08, "6 h"), (100, "4 days"), (None, "–")])
def test_spans(value: float | None, text: str) -> None:
    assert fmt.duration(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "$0.00"), (0.005, "$0.005"), (0.84, "$0.84"), (1234.5, "$1,234.50")]
)
def test_prices(value: float, text: str) -> None:
    assert fmt.dollars(value) == text


@pytest.mark.parametrize(
    ("value", "metric", "text"),
    [
        (50_000, "engagement", "50k"),
        (2.0, "rate", "2%"),
        (2.5, "rate", "2.5%"),
        (20, "net", "+20"),
        (1, "posts", "1"),
    ],
)
def test_ticks_are_short(value: float, metric: Metric, text: str) -> None:
    assert tick(value, metric) == text


def test_marks_piled_on_a_letter_are_thinned_out_and_those_of_real_scripts_stay() -> None:
    assert fmt.one_line("Z" + "\u0301" * 200) == "Z" + "\u0301" * 6
    assert fmt.one_line("Việt क्षि ก็้") == "Việt क्षि ก็้"


def test_a_paragraph_keeps_its_lines_and_a_line_its_words() -> None:
    assert fmt.paragraph(" a\r\nb\x00c\n\n\n\nd ") == "a\nbc\n\nd"
    assert fmt.one_line("a\n\tb \x1b[31mc") == "a b [31mc"


def test_a_name_that_is_nothing_but_space_falls_back_to_the_handle() -> None:
    assert fmt.display_name(" \u200b\n".replace("\u200b", " "), "nasa") == "nasa"
    assert fmt.display_name(None, "nasa") == "nasa"


def test_languages_have_names() -> None:
    assert [language(code) for code in ("ar", "zxx", "pt-BR", "xx-unknown", None)] == [
        "Arabic",
        "no words",
        "Portuguese",
        "xx-unknown",
        "language unknown",
    ]


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_can_be_written(value: float) -> None:
    for text in (fmt.compact(value), fmt.signed(value), fmt.percent(value)):
        assert text
        assert "nan" not in text
        assert "inf" not in text


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (fmt.compact(2.5), "3"),
        (fmt.compact(-2.5), "−3"),
        (fmt.compact(1250), "1.3k"),
        (fmt.compact(1.005e6), "1.01M"),
        (fmt.points(-2.5), "−3"),
        (fmt.points(2.5), "+3"),
        (fmt.percent(0.125, 2), "0.13%"),
        (fmt.percent(2.5), "3%"),
        (fmt.decimal(0.285, 2), "0.29"),
        (fmt.times(2.25), "2.3×"),
        (fmt.dollars(0.125), "$0.13"),
        (fmt.duration(2.5), "3 h"),
    ],
)
def test_halves_are_rounded_away_from_zero_everywhere(shown: str, text: str) -> None:
    assert shown == text
