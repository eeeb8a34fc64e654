"""Hostile text is inert: nothing runs, nothing is injected, the page is no wider. In a real Chromium."""

import re
from html import escape
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from reports import format as fmt
from reports import render, thresholds
from reports.figures.per_group import per_group
from reports.figures.periods import posts as top_posts
from tests.reports.browser import opened
from tests.reports.hostile import BUILT_IN, hostile, payloads
from tests.reports.rendered import accounts_of, figures_of, period_page_of, report_of
from tests.reports.world import TWELVE, Account, World, world


def batches() -> list[list[str]]:
    """Return the texts, as many at a time as still show which of them did it."""
    texts = payloads()
    return [texts[n : n + 24] for n in range(0, len(texts), 24)]


def handle_everything(page: Page) -> None:
    """Sort, filter, choose each group, have each text described: what the script puts into the page is text too."""
    page.evaluate(
        """() => {
            for (const press of document.querySelectorAll("#table thead button, #theme")) press.click();
            const group = document.querySelector("#group");  // an account's own page has none
            for (const value of group ? [...group.options].map(option => option.value).concat("") : []) {
                group.value = value;
                group.dispatchEvent(new Event("change"));
            }
            for (const part of document.querySelectorAll("[data-t]")) {
                part.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
            }
            for (const box of document.querySelectorAll(".walk, .plotbox")) {
                for (const key of ["End", "ArrowUp", "Home"]) box.dispatchEvent(new KeyboardEvent("keydown", { key }));
            }
        }"""
    )


def page_of(texts: list[str]) -> str:
    made = hostile(texts)
    return report_of(made)


def account_page_of(texts: list[str]) -> str:
    """Return the page of one account in whose name, group, reasons and posts the texts stand."""
    count = len(texts)
    name = texts[0]
    made = world([Account("h0", name, 100, 60, 50, 0.1, (0.5, 0.1)), *TWELVE[:1]], days=12)
    one = pl.col("account") == "h0"
    posts = made.posts.filter(one).head(count)
    posts = posts.with_columns(
        pl.Series("text", texts[: posts.height]), pl.Series("lang", texts[: posts.height])
    )
    rollups = made.rollups.with_columns(
        pl.lit(name).alias("group"), pl.lit(name).alias("reason"), pl.lit("partial").alias("status")
    )
    tags = pl.concat_list("text").alias("hashtags")
    twice = pl.concat([posts.with_columns(tags), posts.with_columns(tags, pl.col("post_id") + "9")])
    made = World(made.plan, rollups, twice)
    return render.render_account(accounts_of(made)["h0"])


def group_page_of(texts: list[str]) -> str:
    """Return the page of a group that is named by the first text, and whose account has it for a name."""
    made = hostile(texts)
    return next(
        render.render_group(page)
        for page in per_group(figures_of(made), made.rollups, made.posts)
        if page.group == texts[0]
    )


def period_page_with(texts: list[str]) -> str:
    """Return the page of a week in which each account has a story, a group and a post named by its text."""
    made = hostile(texts, days=22)
    loud = pl.when(pl.col("day") == made.day).then(pl.col("engagement") * 10).otherwise("engagement")
    return period_page_of(World(made.plan, made.rollups.with_columns(loud.alias("engagement")), made.posts))


@pytest.mark.slow
@pytest.mark.parametrize("of", ["day", "account", "group", "week"])
def test_nothing_runs_nothing_is_injected_and_no_page_is_wider(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    # A card for each text.
    monkeypatch.setattr(thresholds, "MOST_STANDOUTS", 100)
    monkeypatch.setattr(thresholds, "MOST_TOPICS", 100)
    monkeypatch.setattr(thresholds, "MOST_TOPICS_OF_ACCOUNT", 100)
    monkeypatch.setattr(thresholds, "FIRST_POSTS", 100)
    monkeypatch.setattr(top_posts, "MOST_POSTS", 200)
    monkeypatch.setattr(thresholds, "MOST_ALERTS", 100)
    make = {"day": page_of, "account": account_page_of, "group": group_page_of, "week": period_page_with}[of]
    plain = tmp_path / "plain.html"
    plain.write_text(make(["plain"] * 6), encoding="utf-8")
    tags = "[...new Set([...document.querySelectorAll('*')].map(e => e.tagName))].sort().join()"
    armed = "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^(on|style$)/.test(a.name)))"
    with opened(browser, plain) as (page, _):
        expected = page.evaluate(tags)
    for number, texts in enumerate(batches()):
        path = tmp_path / f"{number}.html"
        path.write_text(make(texts), encoding="utf-8")
        with opened(browser, path) as (page, said):
            cards = page.evaluate(
                "[...document.querySelectorAll('.posts li')].map(e => e.querySelector('a')?.href ?? '')"
            )
            assert len(cards) >= (len(texts) if of != "group" else 1)
            if of == "week":
                assert page.locator(".alerts li").count() >= len(texts)
            if of in ("day", "week"):
                linked = {re.split(r"\.html", link.rpartition("account-")[2])[0] for link in cards}
                assert {f"h{n}" for n in range(len(texts))} <= linked
            assert page.evaluate("window.__x") is None, texts
            assert page.evaluate(tags) == expected, texts
            # The script itself places the tooltip, and gives the sheets their title.
            ours = "e.id === 'tip' || (e === document.documentElement && [...e.style].join() === '--running')"
            assert page.evaluate(f"{armed}.filter(e => !({ours})).length") == 0, texts
            assert page.evaluate("[...document.scripts].length") == 1
            links = page.evaluate("[...document.links].map(a => a.href).filter(h => !h.startsWith('file:'))")
            assert all(
                re.fullmatch(r"https://x\.com/[A-Za-z0-9_]{1,15}/status/\d{1,19}", link) for link in links
            )
            handle_everything(page)
            assert page.locator("#say").text_content() or of == "week"  # which has no chart to walk
            assert page.evaluate("window.__x") is None, texts
            assert page.evaluate(tags) == expected, texts
            assert said == [], texts
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") == width, texts


@pytest.mark.slow
def test_positive_control_the_same_page_without_escaping_and_policy_does_run_them(
    browser: Browser, tmp_path: Path
) -> None:
    page_text = page_of(BUILT_IN * 2)
    policy = str(escape(render.assets().policy)).replace("&#x27;", "&#39;")
    assert policy in page_text
    opened_up = page_text.replace(policy, "")
    for text in BUILT_IN:
        opened_up = opened_up.replace(
            str(escape(text)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"), text
        )
    path = tmp_path / "unsafe.html"
    path.write_text(opened_up, encoding="utf-8")
    with opened(browser, path) as (page, _):
        page.wait_for_function("window.__x === 1")


@pytest.mark.slow
def test_positive_control_the_policy_alone_stops_what_escaping_would_let_through(
    browser: Browser, tmp_path: Path
) -> None:
    page_text = page_of(BUILT_IN * 2).replace("</h1>", "</h1><script>window.__x=1</script>")
    path = tmp_path / "injected.html"
    path.write_text(page_text, encoding="utf-8")
    with opened(browser, path) as (page, said):
        assert page.evaluate("window.__x") is None
        assert any("Content Security Policy" in line for line in said)


@given(st.text(), st.text())
def test_a_posts_address_is_built_from_a_checked_handle_and_number_or_not_at_all(
    handle: str, post_id: str
) -> None:
    url = fmt.post_url(handle, post_id)
    assert url is None or re.fullmatch(r"https://x\.com/[A-Za-z0-9_]{1,15}/status/[0-9]{1,19}", url)


@pytest.mark.parametrize("handle", ["nasa/../x", "nasa\n", "", "a" * 16, "nasa?", "ñasa", "１２"])
def test_no_link_for_an_invalid_handle(handle: str) -> None:
    assert fmt.post_url(handle, "1") is None
    assert fmt.post_url("nasa", handle) is None


@given(st.text(alphabet=st.characters(codec=None)))
def test_foreign_text_becomes_printable(text: str) -> None:
    line, paragraph = fmt.one_line(text), fmt.paragraph(text)
    assert len(line) <= 60
    assert len(paragraph) <= 700
    (line + paragraph).encode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", line + paragraph)
    assert "\n" not in line


def test_the_policy_is_of_hashes_alone() -> None:
    policy = render.assets().policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy


def test_no_template_switches_escaping_off() -> None:
    for path in Path(render.__file__).parent.joinpath("templates").rglob("*.j2"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*(safe|tojson)|autoescape|style=", source), path
        assert not re.search(r"\s[\w-]+=\{\{", source), f"unquoted attribute in {path}"


def test_twelve_ordinary_accounts_hold_the_script_that_one_of_them_posted_as_text() -> None:
    made = world(TWELVE)
    page = report_of(made)
    assert "&lt;script&gt;alert(" in page
    assert "<script>alert(" not in page
