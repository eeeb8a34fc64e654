"""The accounts table in a real Chromium: its filter touches the table alone, and its state stands in the address."""

from itertools import product
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from tests.reports.shapes import (
    TRAVEL,
    open_report,
    pages,  # noqa: F401  # fixtures
)
from tests.reports.world import DAY, world

pytestmark = pytest.mark.slow

TODAY = world().rollups.filter(pl.col("day") == DAY)


def names(page: Page) -> list[str]:
    return page.locator("#table tbody tr:visible th > bdi").all_inner_texts()


def test_the_filter_touches_the_table_and_says_so(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, _):
        elsewhere = page.locator(".tiles, .bars, .posts, .summary").all_inner_texts()
        page.locator("#filter").fill("FERN")
        assert names(page) == ["Fern & Pine"]
        row = TODAY.filter(pl.col("account") == "fernandpine").row(0, named=True)
        assert page.locator("#found").inner_text() == (
            f"1 of 12 accounts in this table: {row['engagement']:,} engagement, {row['posts']} posts. "
            "All else on this page is of all accounts."
        )
        assert page.locator(".tiles, .bars, .posts, .summary").all_inner_texts() == elsewhere
        page.locator("#filter").fill("")
        assert len(names(page)) == 12
        assert page.locator("#found").inner_text() == ""


def test_where_nothing_matches_a_sentence_says_so(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, _):
        page.locator("#filter").fill("nobody")
        assert names(page) == []
        said = "No account of this table matches. Clear the filter to see all 12."
        assert page.locator("#found").inner_text() == said


def test_every_total_is_the_sum_of_the_rows_that_show(browser: Browser, pages: dict[str, Path]) -> None:
    """In every state: each group, filters that match many, one and none, unusual only or not."""
    with open_report(browser, pages) as (page, _):
        groups = page.locator("#group option").evaluate_all("options => options.map(option => option.value)")
        assert "travel" in groups
        for group, wanted, unusual in product(groups, ("", "a", "halcyon", "nobody"), (False, True)):
            page.locator("#group").select_option(value=group)
            page.locator("#filter").fill(wanted)
            page.locator("#odd-only").set_checked(unusual)
            sums = page.evaluate(
                """() => {
                    const shown = [...document.querySelectorAll("#table tbody tr")].filter(row => row.offsetParent);
                    const sum = place => shown.reduce((all, row) => all + Number(row.cells[place]?.dataset.v || 0), 0);
                    return [shown.length, sum(2), sum(1)];
                }"""
            )
            said = page.locator("#found").inner_text()
            if not (group or wanted or unusual):
                assert said == ""
            elif sums[0]:
                assert said.startswith(
                    f"{sums[0]} of 12 accounts in this table: {sums[1]:,} engagement, {sums[2]:,} posts."
                )
            else:
                assert said.startswith("No account of this table matches.")


def test_the_groups_table_adds_up_to_the_tiles(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, _):
        posts = page.locator("#groups tbody tr td:nth-child(3)").all_inner_texts()
        assert sum(int(text) for text in posts) == int(
            page.locator("[data-tile=posts]").get_attribute("data-value") or 0
        )


def test_a_group_leaves_its_accounts(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, _):
        page.locator("#group").select_option("travel")
        assert sorted(names(page)) == ["Cobalt Motors", "Halcyon Hotels", "Northwind Air"]
        assert {row.get_attribute("id") for row in page.locator("#table tbody tr:visible").all()} == {
            f"a-{account}" for account in TRAVEL
        }


def test_unusual_only(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, _):
        page.locator("#odd-only").check()
        assert {"Stadium FC", "Northwind Air", "Brightleaf", "Orchard TV"} <= set(names(page))
        rows = page.locator("#table tbody tr:visible")
        assert rows.count() < 8
        for row in rows.all():
            assert row.locator("td .odd, td.status").count() >= 1


def test_sort_and_filters_stand_in_the_fragment_and_come_back_from_it(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with open_report(browser, pages) as (page, _):
        plain = page.url
        page.locator("#table thead button", has_text="Net").click()
        page.locator("#table thead button", has_text="Net").click()
        page.locator("#filter").fill("a")
        page.locator("#group").select_option("travel")
        assert page.url == f"{plain}#sort=net&filter=a&group=travel"
        shown = names(page)
        address = page.url
        page.goto("about:blank")
        page.goto(address)
        assert names(page) == shown
        assert page.locator("th[data-k=net]").get_attribute("aria-sort") == "ascending"
        page.locator("#filter").fill("")
        page.locator("#group").select_option("All groups")
        page.locator("#table thead button", has_text="Engagement").click()
        assert page.url == plain


def test_a_fragment_that_means_nothing_changes_nothing(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, said):
        before = names(page)
        for fragment in (
            "#sort=__proto__&group=<b>",
            "#sort=-",
            "#filter=",
            "#=",
            "#a-nobody",
            "#sort=net=up",
        ):
            page.evaluate("hash => { location.hash = hash }", fragment)
            assert names(page) == before
        assert said == []


def test_a_link_to_an_account_still_leads_to_its_row(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages, "sixty") as (page, _):
        last = page.locator("#table tbody tr").last.get_attribute("id")
        page.evaluate("hash => { location.hash = hash }", f"#{last}")
        assert page.locator(f"#{last}").is_visible()
