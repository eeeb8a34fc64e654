"""X's answer about usage, read without taking its word for its shape."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.x_api.usage import posts_by_day

DAY = date(2026, 11, 22)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("2026-11-22T00:00:00.000Z"),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["usage", "date", "daily_project_usage", "data"]) | st.text(), inner
        )
    ),
)


def of_day(usage: Any, day: str = "2026-11-22T00:00:00.000Z") -> dict[str, Any]:
    return {"usage": [{"date": day, "usage": usage}]}


@pytest.mark.parametrize("usage", [12, "12"])
def test_counts_are_numbers_or_text(usage: Any) -> None:
    assert posts_by_day({"data": {"daily_project_usage": of_day(usage)}}) == {DAY: 12}


def test_the_project_counts_for_all_of_its_apps() -> None:
    data = {"daily_project_usage": of_day(30), "daily_client_app_usage": [of_day(10), of_day(20)]}
    assert posts_by_day({"data": data}) == {DAY: 30}
    del data["daily_project_usage"]
    assert posts_by_day({"data": data}) == {DAY: 30}


@pytest.mark.parametrize(
    "data",
    [None, [], {"project_usage": "5"}, {"daily_project_usage": {"usage": [of_day(1), 7, {}]}}, of_day(1)]
    + [{"daily_project_usage": of_day(odd)} for odd in (None, -1, "many", "1" * 5000, 1.5, True)]
    + [{"daily_project_usage": of_day(1, day)} for day in ("", "yesterday", "2026-13-01T00:00:00Z")],
    ids=lambda data: str(data)[:60],
)
def test_what_is_no_count_of_a_day_is_left_out(data: Any) -> None:
    assert posts_by_day({"data": data}) == {}


@given(JSON)
def test_no_answer_raises(data: Any) -> None:
    assert all(posts >= 0 for posts in posts_by_day({"data": data}).values())
