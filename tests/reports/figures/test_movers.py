"""What moved the total."""

import polars as pl
import pytest

from reports.figures.movers import movers


def test_movers_are_the_eight_largest_changes_and_the_sum_of_the_others() -> None:
    frame = pl.DataFrame(
        {
            "account": [f"a{n}" for n in range(11)],
            "handle": ["h"] * 11,
            "name": [None] * 11,
            "engagement": [100 * n for n in range(11)],
            "usual_engagement": [500.0] * 10 + [None],
        },
        schema_overrides={"name": pl.String},
    )
    found = movers(frame)
    assert found["change"].to_list() == [
        -500,
        -400,
        400,
        -300,
        300,
        -200,
        200,
        -100,
        100,
    ]  # the last: 0 + 100
    assert found["account"].to_list()[-1] is None
    assert found["accounts"].to_list() == [1] * 8 + [2]
    assert found["change"].sum() == pytest.approx(sum(100 * n - 500 for n in range(10)))


def test_one_left_over_is_named_rather_than_called_others() -> None:
    frame = pl.DataFrame(
        {
            "account": [f"a{n}" for n in range(9)],
            "handle": ["h"] * 9,
            "name": ["n"] * 9,
            "engagement": range(9),
            "usual_engagement": [0.0] * 9,
        }
    )
    assert movers(frame)["account"].null_count() == 0
