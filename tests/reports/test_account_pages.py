"""An account's own page: what it shows, and that it says what the day's report says."""

from datetime import timedelta
from html import unescape
from re import findall, sub
from typing import Any

import polars as pl
import pytest

from reports import words
from reports.figures.day import day_figures
from reports.figures.each import AccountFigures, each_account, ranked, troubled
from reports.render import render_account, render_report
from reports.views import account as view
from tests.reports.rows import SUNDAY, missing, posts, rollups, row
from tests.reports.world import DAY, TWELVE, Account, World, many, world


def pages(made: World) -> dict[str, AccountFigures]:
    figures = day_figures(made.plan, made.rollups, made.posts)
    return {found.account: found for found in each_account(figures, made.rollups, made.posts)}


def text(found: AccountFigures) -> str:
    """Return what a reader sees, tags and repeated spaces gone."""
    page = sub(r"<(style|script)>.*?</\1>", "", render_account(found), flags=16)
    return sub(r"\s+", " ", unescape(sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("made", [world(), world(many(60), days=30), world(TWELVE[:1])])
def test_every_planned_account_has_a_page_that_agrees_with_its_row(made: World) -> None:
    figures = day_figures(made.plan, made.rollups, made.posts)
    found = pages(made)
    assert list(found) == figures.accounts["account"].to_list()
    for own in figures.accounts.iter_rows(named=True):
        page = found[own["account"]].day
        for metric in ("engagement", "posts", "net"):
            total = page.total(metric)
            if not own["has_data"] or own[metric] is None:
                assert total is None
                continue
            assert total is not None
            assert total.value == own[metric]
            if not figures.single:  # there is no row
                assert (total.usual, total.low, total.high) == (
                    own[f"usual_{metric}"],
                    own[f"low_{metric}"],
                    own[f"high_{metric}"],
                )


def test_the_page_of_the_only_account_agrees_with_the_report() -> None:
    made = world(TWELVE[:1])
    figures = day_figures(made.plan, made.rollups, made.posts)
    (found,) = pages(made).values()
    assert found.day.total("engagement") == figures.total("engagement")
    assert 'href="../2026-11-22/account-stadiumfc.html">Account page' in render_report(figures, "../")


def test_the_page_of_a_few_scored_posts_is_as_unsure_as_the_row() -> None:
    made = world()
    figures = day_figures(made.plan, made.rollups, made.posts)
    found = pages(made)
    unsure = figures.accounts.filter("few", pl.col("net_low") < pl.col("net_high"))
    assert unsure.height > 2
    for own in unsure.iter_rows(named=True):
        low, high = words.points(own["net_low"]), words.points(own["net_high"])
        said = text(found[own["account"]])
        assert f"too few to be sure: with 95% confidence it lies between {low} and {high}" in said
    few = figures.accounts.filter("few")["account"]
    tones = [found[account].day.trend.filter(pl.col("metric") == "net") for account in few]
    counts = made.rollups.select("account", "day", "scored")
    held = pl.concat(tones).join(counts, on=["account", "day"])
    assert held.filter(pl.col("scored") < 10).height > 50
    assert not held.filter(pl.col("scored") < 10)["unusual"].any()


def test_the_page_counts_this_account_alone() -> None:
    found = pages(world())["northwindair"]
    said = text(found)
    assert found.day.freshness.accounts == 1
    assert "33 fetched = 31 kept" in said
    assert "31 of 31 posts scored" in said
    assert "Cost of its posts" in said
    assert "Stadium FC" not in said


def test_an_account_that_was_not_read_shows_its_reason_and_its_past() -> None:
    found = pages(world())["orchardtv"]
    said = text(found)
    assert "The account could not be read on this day." in said
    assert "missing : X knows no account @orchardtv; last data: Sat 21 Nov" in said
    assert "The account was not read." in said
    assert found.day.trend.filter(pl.col("metric") == "posts").height == 29


def test_an_account_without_a_post_is_not_missing() -> None:
    said = text(pages(world())["brightleaf"])
    assert "The account posted nothing on this day" in said
    assert "There were no posts on this day." in said


def test_the_first_day_ever_compares_with_nothing() -> None:
    said = text(pages(world(days=1))["stadiumfc"])
    assert "There is no baseline yet" in said
    assert "There is no usual post yet to compare these with." in said


def test_an_account_called_index_does_not_stand_in_the_reports_place() -> None:
    from pipeline.lake import keys

    assert keys.account_report(DAY, "index") != keys.report(DAY)


def account_of(*rows: dict[str, Any], history: int = 12) -> AccountFigures:
    """Return a Sunday with these posts, after one of `history` posts of 10 engagement."""
    day = [row(0, post_engagements=[r["engagement"] for r in rows]), row(1, post_engagements=[10] * history)]
    made = posts(*({"post_id": str(n)} | r for n, r in enumerate(rows)))
    plan = world([Account("nasa", "NASA", 5, 5, 5, 0.1, (0.5, 0.1))], days=1).plan
    figures = day_figures(plan, rollups(*day).drop("reading_age", "equal_age"), made)
    (found,) = each_account(figures, rollups(*day).drop("reading_age", "equal_age"), made)
    return found


MANY = [
    {"engagement": engagement, "sentiment": mood, "compound": compound}
    for engagement, mood, compound in (
        (40, "positive", 0.2),
        (5, "positive", 0.9),
        (10, "neutral", 0.0),
        (0, "negative", -0.1),
        (30, "negative", -0.8),
        (20, "positive", 0.9),
        (15, None, None),
    )
]


def test_the_best_and_the_worst_by_engagement_and_the_strongest_by_tone() -> None:
    """Multiples of 10, the median of the past; ties in tone go to the post that got more."""
    found = view.posts(account_of(*MANY))
    shown = {part["title"]: [post["times"] for post in part["posts"]] for part in found["lists"]}
    assert shown == {
        "Landed best": ["4.0×", "3.0×", "2.0×", "1.5×"],
        "Landed least": ["0.0×", "0.5×"],
        "Most positive": ["2.0×", "0.5×"],
        "Most negative": ["3.0×", "0.0×"],
    }
    assert "usual post: 10 engagement" in found["posts_caption"]


def test_up_to_six_posts_are_all_shown_once_and_the_strongest_named() -> None:
    (found,) = view.posts(account_of(*MANY[:6]))["lists"]
    assert found["title"] == "All 6 posts"
    assert [(post["times"], post["label"]) for post in found["posts"]] == [
        ("4.0×", None),
        ("3.0×", "the most negative"),
        ("2.0×", "the most positive"),
        ("1.0×", None),
        ("0.5×", None),
        ("0.0×", None),
    ]


def test_the_only_post_is_not_the_most_of_anything() -> None:
    (found,) = view.posts(account_of(MANY[0]))["lists"]
    assert (found["title"], found["posts"][0]["label"]) == ("The day’s only post", None)


def test_with_too_few_earlier_posts_nothing_is_a_multiple() -> None:
    found = view.posts(account_of(*MANY, history=9))
    assert {post["times"] for part in found["lists"] for post in part["posts"]} == {None}


def test_retweets_are_not_the_accounts_posts() -> None:
    made = posts({"post_id": "1", "engagement": 5}, {"post_id": "2", "kind": "retweet", "engagement": None})
    assert ranked(made, rollups(row(0)), SUNDAY)["post_id"].to_list() == ["1"]


def test_days_of_trouble_are_those_of_the_last_28_not_read_whole() -> None:
    frame = rollups(
        row(0, status="partial"),
        row(1),
        missing(2),
        row(3, truncated=True),
        row(28, status="partial", reason="a page was lost"),
        missing(29),
    )
    assert troubled(frame, SUNDAY)["day"].to_list() == [SUNDAY - timedelta(days=back) for back in (2, 3, 28)]


def test_troubled_days_are_told() -> None:
    account = Account(
        "a", "A", 5, 5, 10, 0.1, (0.5, 0.1), status={DAY - timedelta(days=4): ("failed", "X did not answer")}
    )
    said = text(pages(world([account, TWELVE[0]], days=12))["a"])
    assert "Days of the last 28 with a note (1) Wed 18 Nov failed: X did not answer" in said


def test_the_page_needs_nothing_but_itself() -> None:
    page = render_account(pages(world())["stadiumfc"])
    links = findall(r'(?:src|href)="([^"]*)"', page)
    assert all(link.startswith(("#", "data:", "../", "index.html", "https://x.com/")) for link in links)
    assert len(page) < 100_000
