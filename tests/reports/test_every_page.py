"""Every page, in a real browser: accessible, within its screen, under its own policy, without script, in print."""

from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.reports.browser import opened
from tests.reports.shapes import (
    SHAPES,
    open_report,
    pages,  # noqa: F401  # fixtures
)

pytestmark = pytest.mark.slow


A4_INSIDE = 688  # 210 mm less two margins of 14, in CSS pixels


OF_COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


# Texts of the key figures that end beyond their tile.
CUT_OFF = """list => [...list.querySelectorAll("h3, .value, .versus > *")].filter(text => {
    const range = document.createRange();
    range.selectNodeContents(text);
    return range.getBoundingClientRect().right > text.closest("li").getBoundingClientRect().right;
}).map(text => text.textContent)"""


OTHERS = ["index", "account", "group", "missing account", "silent account"]
PERIODS = ["week", "month", "week with stories", "week of sixty"]


@pytest.mark.parametrize("name", [*SHAPES, *OTHERS, *PERIODS])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_violation(browser: Browser, pages: dict[str, Path], name: str, width: int) -> None:
    """All rules in light, those of colour again in dark: nothing else differs between the two."""
    size = {"width": width, "height": 900}
    with opened(browser, pages[name], viewport=size, color_scheme="light") as (page, _):
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
        assert violations(page) == []
        page.emulate_media(color_scheme="dark")
        assert violations(page, OF_COLOUR) == []


def violations(page: Page, options: Any = None) -> list[tuple[str, list[object]]]:
    found = Axe().run(page, options=options)
    return [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found.response["violations"]]


@pytest.mark.parametrize("name", [*SHAPES, *OTHERS, *PERIODS])
def test_no_page_is_wider_than_its_screen(browser: Browser, pages: dict[str, Path], name: str) -> None:
    with opened(browser, pages[name]) as (page, _):
        for width in sorted({*range(320, 1441, 40), 390, 704, 705, 992, 993, 1120, 1121}):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(
    ("width", "rows"), [(320, [2, 2, 2, 1]), (390, [2, 2, 2, 1]), (768, [4, 3]), (1280, [7])]
)
def test_seven_key_figures_wrap_and_are_never_cut_off(
    browser: Browser, pages: dict[str, Path], width: int, rows: list[int]
) -> None:
    size = {"width": width, "height": 900}
    with open_report(browser, pages, "mentions", viewport=size) as (page, _):
        tops = page.locator(".tiles li").evaluate_all("tiles => tiles.map(tile => tile.offsetTop)")
        assert [len(list(row)) for _, row in groupby(tops)] == rows
        assert page.locator(".tiles").evaluate(CUT_OFF) == []


def test_the_column_of_mentions_is_not_cut_off_on_a_laptop(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages, "mentions") as (page, _):
        table = page.locator(".accounts .scroll")
        assert table.evaluate("part => part.scrollWidth <= part.clientWidth")


@pytest.mark.parametrize("name", [*SHAPES, *OTHERS, *PERIODS])
def test_the_policy_lets_the_pages_own_code_run_and_the_console_stays_silent(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    with opened(browser, pages[name]) as (page, said):
        assert page.locator("#theme").inner_text() == "Theme: auto"
        page.locator("#theme").click()
        assert said == []


def test_without_script_everything_is_there_and_every_row_shows(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with open_report(browser, pages, "sixty", java_script_enabled=False) as (page, _):
        assert page.locator("#table tbody tr:visible").count() == 60
        assert not page.locator("#theme").is_visible()
        page.locator("#m-net").check(force=True)
        assert page.locator(".t-net").is_visible()


def test_print_shows_every_account_and_no_control(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages, "sixty") as (page, _):
        page.emulate_media(media="print")
        assert page.locator("#table tbody tr:visible").count() == 60
        assert not page.locator("#theme").is_visible()
        assert not page.locator(".switch").first.is_visible()
        # What a browser does not paint again on the next page, such as a button, is no part of a table's head.
        assert (
            page.evaluate("getComputedStyle(document.querySelector('#table thead button')).display")
            == "contents"
        )
        assert page.locator(".definitions").is_visible()
        page.set_viewport_size({"width": A4_INSIDE, "height": 1000})
        for part in ("document.documentElement", "document.querySelector('.accounts .scroll')"):
            assert page.evaluate(f"{part}.scrollWidth <= {part}.clientWidth")
        assert page.pdf(prefer_css_page_size=True).count(b"/MediaBox [0 0 594.95996 841.91998]") > 3
