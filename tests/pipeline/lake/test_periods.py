"""Weeks and months: their names, days and neighbours, also across New Year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.lake import catalogue, keys
from pipeline.lake.periods import (
    COMPARED,
    JUDGED_BY,
    Period,
    Unit,
    parse_period,
    period_of,
    periods_of,
    showing,
)

DAYS = st.dates(date(2007, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "week", "month"),
    [
        (date(2026, 11, 22), "2026-W47", "2026-11"),
        (date(2026, 12, 31), "2026-W53", "2026-12"),
        (date(2027, 1, 3), "2026-W53", "2027-01"),
        (date(2027, 1, 4), "2027-W01", "2027-01"),
        (date(2024, 12, 30), "2025-W01", "2024-12"),
    ],
)
def test_a_day_belongs_to_its_iso_week_and_month(day: date, week: str, month: str) -> None:
    assert [period.name for period in periods_of(day)] == [week, month]


@pytest.mark.parametrize(
    ("month", "days"), [("2026-02", 28), ("2028-02", 29), ("2026-11", 30), ("2026-12", 31)]
)
def test_a_month_has_its_own_number_of_days(month: str, days: int) -> None:
    period = parse_period(month, Unit.MONTH)
    assert len(period.days) == days
    assert (period.next.first - period.first).days == days


@given(DAYS, st.sampled_from(Unit))
def test_periods_tile_the_calendar_and_their_names_lead_back(day: date, unit: Unit) -> None:
    period = period_of(day, unit)
    assert day in period.days
    assert period.next.first == period.last + timedelta(days=1)
    assert period.next.previous == period
    assert parse_period(period.name, unit) == period
    assert [one.first for one in period.earlier] == sorted(
        (one.first for one in period.earlier), reverse=True
    )
    assert all(period in one.later for one in period.earlier)


@given(DAYS, DAYS)
def test_names_sort_as_the_periods_do(one: date, other: date) -> None:
    for unit in Unit:
        first, second = sorted((period_of(one, unit), period_of(other, unit)))
        assert keys.period_report(first) <= keys.period_report(second)


@given(DAYS)
def test_the_pages_that_show_a_day_are_those_of_its_periods_and_of_those_made_from_it(day: date) -> None:
    assert len(showing([day])) == 2 + COMPARED + JUDGED_BY
    assert set(periods_of(day)) <= set(showing([day]))
    assert all(period.last >= day for period in showing([day]))


def test_a_key_is_of_its_kind() -> None:
    week = keys.period_report(Period(date(2026, 12, 28), Unit.WEEK))
    assert week == "reports/week=2026-W53/index.html"
    assert catalogue.find_kind(week) is catalogue.WEEK_REPORT
    assert catalogue.find_kind("reports/month=2026-11/index.html") is catalogue.MONTH_REPORT


@pytest.mark.parametrize(
    "text", ["2026-W00", "2027-W53", "2026-W7", "2026-47", "2026W47", "2026-W47-1", "2005-W01", "", "９"]
)
def test_what_is_no_week_is_one_line(text: str) -> None:
    with pytest.raises(
        ConfigError, match="is not a week in which X can have posts; write it like 2026-W47"
    ) as told:
        parse_period(text, Unit.WEEK)
    assert "\n" not in str(told.value)


@given(st.text())
def test_any_text_is_a_month_or_one_line(text: str) -> None:
    try:
        assert parse_period(text, Unit.MONTH).name == text
    except ConfigError as error:
        assert "write it like 2026-11" in str(error)
