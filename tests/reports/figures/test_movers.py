"""What moved the total."""

from collections.abc import Sequence

import polars as pl
import pytest

from reports.figures.movers import movers


def rows(changes: Sequence[int | None], groups: Sequence[str | None] = ()) -> pl.DataFrame:
    """Return accounts that moved so much; None stands for an account without a usual."""
    return pl.DataFrame(
        {
            "account": [f"a{n:04}" for n in range(len(changes))],
            "handle": ["h"] * len(changes),
            "name": ["n"] * len(changes),
            "group": groups or [None] * len(changes),
            "engagement": [1000 + (change or 0) for change in changes],
            "usual_engagement": [None if change is None else 1000.0 for change in changes],
        },
        schema_overrides={"group": pl.String, "usual_engagement": pl.Float64},
    )


def test_the_eight_largest_changes_then_the_others_that_rose_and_that_fell() -> None:
    found = movers(rows([-900, 800, -700, 600, 500, 400, 300, 200, 70, -20, 10, None]))
    assert found["change"].to_list() == [-900, 800, -700, 600, 500, 400, 300, 200, 80, -20]
    assert found["account"].null_count() == 2
    assert found.select("way", "accounts").rows()[-2:] == [("up", 2), ("down", 1)]


def test_one_left_over_is_named_rather_than_called_others() -> None:
    assert movers(rows(range(1, 10)))["account"].null_count() == 0


def test_where_no_few_accounts_did_it_the_groups_are_shown() -> None:
    """A thousand accounts: the eight largest changes are under one per cent of all that moved."""
    changes = [160 if n % 3 else -40 for n in range(1000)]
    groups = ["shops" if n % 3 else "banks" for n in range(990)] + [None] * 10
    found = movers(rows(changes, groups))
    assert found["account"].null_count() == found.height
    assert found.select("group", "accounts").rows() == [("shops", 660), ("banks", 330), (None, 10)]
    assert found["change"].sum() == sum(changes)


def test_groups_do_not_hide_that_one_account_did_it() -> None:
    found = movers(rows([90_000] + [10] * 50, ["shops"] * 25 + ["banks"] * 26))
    assert found["account"][0] == "a0000"
    assert found["group"].null_count() == found.height


@pytest.mark.parametrize("groups", [(), ["shops"] * 40], ids=["no groups", "one group"])
def test_without_groups_to_tell_apart_the_others_are_told_by_their_way(groups: Sequence[str]) -> None:
    found = movers(rows([10] * 20 + [-10] * 20, groups))
    assert found["way"].to_list()[-2:] == ["up", "down"]
