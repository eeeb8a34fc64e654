"""Groups: whole scopes, whose sums are the day's."""

from typing import Any

import polars as pl
import pytest

from pipeline.schema import ROLLUP
from reports.figures.day import DayFigures
from reports.figures.per_group import per_group
from tests.reports.rows import SUNDAY, figures, missing, posts, row

GROUPS = {"nasa": "space", "esa": "space", "bank": "Money", "shop": None}


def days(today: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return four weeks of four accounts; `today` says what is different on the day."""
    return [
        row(back, account, group=group, post_engagements=[10 + back % 3, 20], schema_version=4)
        | ((today or {}).get(account, {}) if back == 0 else {})
        for back in range(29)
        for account, group in GROUPS.items()
    ]


def frame(*made: dict[str, Any]) -> pl.DataFrame:
    """Return roll-ups as they are stored."""
    return pl.DataFrame(list(made), schema=ROLLUP)


def groups_of(*made: dict[str, Any]) -> dict[str | None, dict[str, Any]]:
    """Return the rows of the groups."""
    return {found["group"]: found for found in figures(*made).groups.iter_rows(named=True)}


def pages_of(*made: dict[str, Any]) -> dict[str, DayFigures]:
    """Return the figures of the groups' pages."""
    return {page.group or "": page for page in per_group(figures(*made), frame(*made), posts())}


def test_the_groups_and_the_accounts_without_one_add_up_to_the_day() -> None:
    found = groups_of(*days())
    assert list(found) == ["space", "Money", None]
    assert {group: (each["accounts"], each["engagement"]) for group, each in found.items()} == {
        "space": (2, 60),
        "Money": (1, 30),
        None: (1, 30),
    }
    assert sum(each["share"] for each in found.values()) == pytest.approx(100)
    assert found["space"]["usual_engagement"] == pytest.approx(62, rel=0.03)


def test_without_groups_there_is_no_table() -> None:
    assert figures(*(each | {"group": None} for each in days())).groups.is_empty()


def test_a_member_that_was_not_read_is_counted_and_adds_nothing() -> None:
    made = [each for each in days() if each["day"] != SUNDAY or each["account"] != "esa"]
    found = groups_of(*made, missing(0, "esa", group="space"))["space"]
    assert (found["accounts"], found["read"], found["engagement"]) == (2, 1, 30)
    assert found["usual_engagement"] == pytest.approx(31, rel=0.05)  # of the one that was read


def test_a_group_of_which_nobody_was_read_has_no_figures_and_a_page_that_says_so() -> None:
    made = [each for each in days() if each["day"] != SUNDAY or each["account"] != "bank"]
    failed = missing(0, "bank", group="Money")
    found = groups_of(*made, failed)["Money"]
    assert [found[name] for name in ("engagement", "posts", "net", "share")] == [None] * 4
    page = pages_of(*made, failed)["Money"]
    assert page.total("engagement") is None
    assert page.data.with_data == 0


def test_a_groups_page_is_of_its_members_alone() -> None:
    """Today's members against their own past: nothing of the others is in any of its figures."""
    alone = [each for each in days({"nasa": {"posts": 2, "engagement": 90}}) if each["group"] == "space"]
    among_others = [*alone, *(each for each in days() if each["group"] != "space")]
    page = pages_of(*among_others)["space"]
    assert set(page.accounts["account"]) == {"nasa", "esa"}
    assert page.accounts["share"].sum() == pytest.approx(100)
    assert page.data.posts == 4
    total = page.total("engagement")
    assert total is not None
    assert total.value == 120
    own = figures(*alone)
    of_own = own.total("engagement")
    assert of_own is not None
    assert of_own.value == total.value
    assert total.usual == pytest.approx(of_own.usual, rel=0.05)
    assert page.movers["change"].sum() == pytest.approx(
        (page.accounts["engagement"] - page.accounts["usual_engagement"]).sum()
    )


def test_an_account_that_changed_its_group_brings_its_own_past() -> None:
    made = [
        each | ({"group": "Money"} if each["account"] == "esa" and each["day"] < SUNDAY else {})
        for each in days()
    ]
    total = pages_of(*made)["space"].total("engagement")
    assert total is not None
    assert total.usual == pytest.approx(62, rel=0.03)


def test_the_page_links_to_the_newest_earlier_day_on_which_it_has_a_page() -> None:
    made = [each | ({"group": None} if each["day"] == SUNDAY.replace(day=21) else {}) for each in days()]
    assert pages_of(*made)["space"].previous == SUNDAY.replace(day=20)
    older = [each | ({"schema_version": 3} if each["day"] < SUNDAY else {}) for each in days()]
    assert pages_of(*older)["space"].previous is None


def test_names_that_differ_in_case_only_are_two_groups() -> None:
    made = [each | {"group": "News" if each["account"] == "nasa" else "news"} for each in days()]
    assert set(groups_of(*made)) == {"News", "news"}
    assert pages_of(*made)["News"].accounts["account"].to_list() == ["nasa"]


def test_the_days_standouts_are_chosen_for_the_group() -> None:
    made = days()
    stood_out = posts(*({"post_id": str(n), "account": "bank", "engagement": 900 - n} for n in range(6)))
    mine = posts({"post_id": "99", "account": "nasa", "engagement": 50})
    both = pl.concat([stood_out, mine], how="diagonal")
    pages = {page.group: page for page in per_group(figures(*made), frame(*made), both)}
    assert pages["space"].standouts["post_id"].to_list() == ["99"]
    assert pages["Money"].standouts.height == 6  # of its only account
