"""What a reader takes away from the page: tables as CSV, charts as pictures, the summary as text. In a Chromium."""

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page

from tests.reports.browser import opened
from tests.reports.shapes import (
    open_report,
    pages,  # noqa: F401  # fixtures
)

pytestmark = pytest.mark.slow


def saved(page: Page, button: str) -> tuple[str, bytes]:
    """Press a button, named by its label; return the name and the content of the file that it saves."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).locator("visible=true").first.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_each_table_that_shows_is_saved_with_its_rows_and_exact_figures(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with open_report(browser, pages) as (page, said):
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
        for table in page.locator("main table").all():
            caption = table.locator("caption").inner_text().strip()
            name, content = saved(page, f"Save as CSV: {caption}")
            assert name.startswith("2026-11-22-")
            found = rows_of(content)
            shown = table.evaluate("table => [...table.rows].filter(row => row.offsetParent !== null).length")
            assert len(found) == shown > 1
            assert len({len(row) for row in found}) == 1
        assert said == []
        heads, *groups = rows_of(saved(page, "Save as CSV: One row per group")[1])
        engagement = sum(int(row[heads.index("Engagement")]) for row in groups)
        assert engagement == float(page.locator("[data-tile=engagement]").get_attribute("data-value") or 0)
        page.locator("#filter").fill("FERN")
        heads, only = rows_of(saved(page, "Save as CSV: One row per account")[1])
        assert only[0].startswith("Fern & Pine")
        exact = page.locator("#a-fernandpine td[data-v]").nth(1).get_attribute("data-v")
        assert only[heads.index("Engagement")] == exact


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|x", "'+cmd|x"),
        ('say "hi", you', 'say "hi", you'),
        ("-5", "-5"),
        ("+12%", "+12%"),
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_text(
    browser: Browser, pages: dict[str, Path], name: str, cell: str
) -> None:
    with open_report(browser, pages) as (page, _):
        page.locator("#groups tbody th").first.evaluate("(cell, text) => { cell.textContent = text }", name)
        assert rows_of(saved(page, "Save as CSV: One row per group")[1])[1][0] == cell


def test_a_chart_is_saved_as_a_picture_that_stands_alone(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, said):
        name, content = saved(page, "Save as SVG: Engagement by day")
        assert name == "2026-11-22-engagement-by-day.svg"
        drawing = ElementTree.fromstring(content)
        assert drawing.tag.endswith("svg")
        assert b"class=" in content
        assert b"var(" not in content
        name, content = saved(page, "Save as PNG: Engagement by day")
        assert name.endswith(".png")
        assert content.startswith(b"\x89PNG")
        assert len(content) > 5_000
        assert said == []


def test_the_summary_is_copied_with_its_alerts(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["twelve"], permissions=["clipboard-read", "clipboard-write"]) as (page, _):
        page.get_by_role("button", name="Copy the summary").click()
        page.get_by_text("Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()").splitlines()
        assert copied[0].startswith("Sunday 22 November 2026")
        assert copied[1] == "Only 11 of 12 accounts were read."
        assert any(line.startswith("- Northwind Air turned negative") for line in copied)


def test_where_the_clipboard_is_refused_the_text_is_selected(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with open_report(browser, pages) as (page, _):
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')); }")
        page.get_by_role("button", name="Copy the summary").click()
        page.get_by_text("Selected: now copy").wait_for()
        assert "Engagement was" in page.evaluate("getSelection().toString()")
