"""What only the tiles show."""

import polars as pl

from reports.figures.tiles import followers, total_followers
from tests.reports.rows import SUNDAY, missing, rollups, row


def test_followers_are_carried_over_days_without_a_look_up_and_missing_accounts_are_left_out() -> None:
    rows = rollups(
        row(0, "a", followers=110),
        row(0, "b", followers=50),
        missing(0, "c", followers=9),
        row(1, "a", followers=110),
        row(2, "a", followers=100),
        row(2, "b", followers=45),
    )
    found = total_followers(followers(rows, SUNDAY))
    assert found.sort("day")["value"].to_list() == [145, 155, 160]
    assert found["value"].dtype == pl.Float64


def test_before_the_first_look_up_an_account_has_the_count_of_that_look_up() -> None:
    rows = rollups(row(0, "a", followers=110), row(1, "a", followers=None), row(2, "a", followers=None))
    assert total_followers(followers(rows, SUNDAY)).sort("day")["value"].to_list() == [110, 110, 110]
