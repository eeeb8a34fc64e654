"""The pages in a real Chromium: accessible, never wider than the screen, silent, and quick to work with."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.reports.browser import opened
from tests.reports.shapes import (
    open_report,
    pages,  # noqa: F401  # fixtures
)
from tests.reports.world import DAY, world

pytestmark = pytest.mark.slow


TODAY = world(days=1).rollups


def test_the_calendar_leads_to_each_day_by_keyboard(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["index"], viewport={"width": 1280, "height": 900}) as (page, _):
        links = page.locator(".month td a")
        assert links.count() == 5
        assert (
            page.locator(".month .state.failed").count() == page.locator(".days .state.failed").count() == 1
        )
        links.last.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{DAY}/index.html")
        assert page.locator("h1").inner_text() == "Sunday 22 November 2026"
        page.locator("[rel=prev]").click()
        page.wait_for_url(f"**/{DAY - timedelta(days=1)}/index.html")


def test_a_handle_leads_to_the_accounts_page_and_that_back_to_the_day(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with opened(browser, pages["index"], viewport={"width": 1280, "height": 900}) as (page, said):
        page.goto((pages["account"].parent / "index.html").as_uri())
        page.get_by_role("link", name="@northwindair").click()
        page.wait_for_url("**/account-*.html")
        assert page.locator("h1").inner_text() == "Northwind Air"
        assert page.locator(".posts li").count() > 6
        page.locator("[rel=prev]").click()
        page.wait_for_url(f"**/{DAY - timedelta(days=1)}/account-northwindair.html")
        page.get_by_role("link", name="The day’s report").click()
        page.wait_for_url(f"**/{DAY - timedelta(days=1)}/index.html#a-northwindair")
        assert said == []


def test_an_accounts_posts_are_sorted_and_all_shown(browser: Browser, pages: dict[str, Path]) -> None:
    own = pages["account"].parent / "account-northwindair.html"
    with opened(browser, own, viewport={"width": 1280, "height": 900}) as (page, said):
        cards = page.locator("#posts > li")
        count = cards.count()
        assert page.locator("#posts > li:visible").count() == 20 < count

        def values(place: int) -> list[float]:
            found = [cards.nth(n).get_attribute("data-sort") or "" for n in range(count)]
            return [float(one.split(",")[place]) for one in found if one.split(",")[place]]

        assert values(0) == sorted(values(0), reverse=True)
        page.locator("#order").select_option("negative")
        assert values(2) == sorted(values(2))
        assert page.locator("#posts > li:visible").count() == 20
        page.reload()  # the order stands in the address
        assert page.locator("#order").input_value() == "negative"
        assert values(2) == sorted(values(2))
        page.locator("#order").select_option("earliest")
        assert values(3) == sorted(values(3))
        last = cards.last.get_attribute("id")
        page.goto(f"{own.as_uri()}#{last}")
        page.reload()
        assert page.locator(f"[id='{last}']").is_visible()
        assert page.locator("#posts > li:visible").count() == count
        assert said == []


def test_an_alert_leads_to_its_evidence(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, _):
        turned = page.locator("[data-alert=turned_negative] a").first.get_attribute("href") or ""
        assert turned.startswith(f"../{DAY}/account-") and turned.endswith(".html#order=negative")
        viral = page.locator("[data-alert=viral_post] a").first.get_attribute("href") or ""
    with opened(browser, pages["account"], viewport={"width": 1280, "height": 900}) as (page, said):
        name, _, post = viral.removeprefix(f"../{DAY}/").partition("#")
        page.goto(f"{(pages['account'].parent / name).as_uri()}#{post}")
        assert page.locator("#posts > li:target").is_visible()
        assert said == []


def test_each_printed_sheet_tells_the_day(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, _):
        running = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--running')")
        assert "Sunday 22 November 2026" in running.replace("\\", "")
        shown = page.evaluate(
            """[...document.styleSheets[0].cssRules].flatMap((rule) => [...(rule.cssRules || [])])
            .filter((rule) => rule.type === CSSRule.PAGE_RULE).map((rule) => rule.cssText).join(" ")"""
        )
        assert "var(--running" in shown


def test_above_fifty_rows_a_button_shows_the_rest(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages, "sixty") as (page, _):
        assert page.locator("#table tbody tr:visible").count() == 50
        page.locator("#show-all").click()
        assert page.locator("#table tbody tr:visible").count() == 60


def test_a_link_to_an_account_beyond_the_fiftieth_reaches_it(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with open_report(browser, pages, "sixty") as (page, _):
        last = page.locator("#table tbody tr").last.get_attribute("id")
        page.goto(f"{pages['sixty'].as_uri()}#{last}")
        page.reload()
        assert page.locator(f"[id='{last}']").is_visible()


def names(page: Page) -> list[str]:
    return page.locator("#table tbody tr:visible th > bdi").all_inner_texts()


def test_columns_sort_both_ways_and_what_has_no_figure_comes_last(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with open_report(browser, pages) as (page, _):
        assert names(page)[0] == "Stadium FC"
        page.locator("#table thead button", has_text="Posts").click()
        assert names(page)[0] == "City Metro"
        assert page.locator("#table [aria-sort]").inner_text().strip() == "Posts"
        page.locator("#table thead button", has_text="Posts").click()
        assert names(page)[0] == "Brightleaf"
        assert names(page)[-1] == "Orchard TV"
        page.locator("#table thead button", has_text="Account").click()
        assert names(page)[0] == "Brightleaf"


def test_a_tooltip_explains_a_mark_or_a_bar(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, _):
        for part, says in (
            ("#a-northwindair .stack-cell", " of 31 scored"),
            ("#table td.few:has-text('confidence') >> nth=0", " with 95% confidence"),
            (".diverging tr:has-text('Northwind Air') td[data-t]", "Northwind Air\n"),
        ):
            page.locator(part).hover()
            assert says in (page.locator("#tip").text_content() or "")
        page.keyboard.press("Escape")
        assert not page.locator("#tip").is_visible()


def test_hours_and_tones_are_read_by_arrow_keys(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, _):
        page.locator(".walk:has(.heat)").focus()
        for keys, hour in (
            ("ArrowRight", "Mon 00:00"),
            ("ArrowDown ArrowRight", "Tue 01:00"),
            ("End", "Sun 23:00"),
        ):
            for key in keys.split():
                page.keyboard.press(key)
            assert page.locator("#say").inner_text().startswith(hour)
            assert (page.locator("#tip").text_content() or "").startswith(hour)
        page.locator(".walk:has(.diverging)").focus()
        assert page.locator(".heat .at").count() == 0
        page.keyboard.press("Home")
        page.keyboard.press("ArrowDown")
        second = page.locator(".diverging tbody th").nth(1).inner_text()
        assert page.locator("#say").inner_text().startswith(second)


def test_the_theme_is_remembered(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, _):
        page.locator("#theme").click()
        page.locator("#theme").click()
        page.reload()
        assert page.locator("#theme").inner_text() == "Theme: dark"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 19, 21)"


def test_the_month_is_read_by_arrow_keys(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, _):
        page.locator(".t-engagement .plotbox").focus()
        page.keyboard.press("ArrowLeft")
        assert page.locator("#say").inner_text().startswith("Sat 21 Nov")
        assert page.locator("#tip").is_visible()
        page.keyboard.press("Home")
        assert page.locator("#say").inner_text().startswith("Sat 24 Oct")


def test_a_chart_opens_the_day_that_is_read(browser: Browser, pages: dict[str, Path]) -> None:
    """By Enter and by the mouse; neither the day's own nor one that was not read, and no point is a stop of Tab."""
    before = DAY - timedelta(days=2)
    own = "account-northwindair.html"
    with opened(browser, pages["account"], viewport={"width": 1280, "height": 900}) as (page, said):
        assert page.locator(".plot a:not([tabindex='-1'])").count() == 0
        box = page.locator(".t-engagement .plotbox")
        box.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("End")
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        assert page.url.endswith(f"{DAY}/{own}")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/{before}/{own}")
        page.goto(pages["account"].as_uri())
        frame = page.locator(".t-engagement .plot").bounding_box()
        assert frame is not None
        column = (0.985 - 2 * 0.975 / 29) * frame["width"]
        page.mouse.click(frame["x"] + column, frame["y"] + 100)
        page.wait_for_url(f"**/{before}/{own}")
        assert said == []


def test_an_hour_opens_the_newest_day_of_its_weekday_and_a_bar_its_page(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with opened(browser, pages["account"], viewport={"width": 1280, "height": 900}) as (page, said):
        page.locator(".walk:has(.heat)").focus()
        page.keyboard.press("End")
        page.keyboard.press("Enter")
        page.wait_for_url("**#order=earliest")
        assert page.locator("#order").input_value() == "earliest"
        page.locator(".heat tbody tr:nth-child(5) td >> nth=5").click()
        page.wait_for_url(f"**/{DAY - timedelta(days=2)}/account-northwindair.html#order=earliest")
        page.goto((pages["account"].parent / "index.html").as_uri())
        page.locator(".walk:has(.diverging)").focus()
        page.keyboard.press("Home")
        page.keyboard.press("Enter")
        page.wait_for_url("**/account-*.html")
        assert said == []


def test_metric_and_hours_switch(browser: Browser, pages: dict[str, Path]) -> None:
    with open_report(browser, pages) as (page, _):
        assert page.locator(".trend figure:visible").count() == 1
        page.locator("#m-rate").check(force=True)
        assert page.locator(".t-rate").is_visible()
        assert page.locator(".trend figure:visible").count() == 1
        page.locator("#by-result").check(force=True)
        assert page.locator("p.caption.as-result").is_visible()
