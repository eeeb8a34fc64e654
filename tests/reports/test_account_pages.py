"""An account's own page: what it shows, and that it says what the day's report says."""

from datetime import timedelta
from re import findall

import polars as pl
import pytest

from reports import format as fmt
from reports.figures.per_account import AccountFigures
from reports.render import render_account, render_report
from tests.reports.rendered import accounts_of, figures_of, text_of
from tests.reports.world import DAY, TWELVE, Account, many, world


def text(found: AccountFigures) -> str:
    """Return what a reader sees, tags and repeated spaces gone."""
    return text_of(render_account(found))


@pytest.mark.parametrize(("accounts", "days"), [(TWELVE, 57), (many(60), 30), (TWELVE[:1], 57)])
def test_every_planned_account_has_a_page_that_agrees_with_its_row(
    accounts: list[Account], days: int
) -> None:
    made = world(accounts, days=days)
    figures = figures_of(made)
    found = accounts_of(made)
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
    figures = figures_of(made)
    (found,) = accounts_of(made).values()
    assert found.day.total("engagement") == figures.total("engagement")
    assert 'href="../2026-11-22/account-stadiumfc.html">Account page' in render_report(figures, "../")


def test_the_page_of_a_few_scored_posts_is_as_unsure_as_the_row() -> None:
    made = world()
    figures = figures_of(made)
    found = accounts_of(made)
    unsure = figures.accounts.filter("few", pl.col("net_low") < pl.col("net_high"))
    assert unsure.height > 2
    for own in unsure.iter_rows(named=True):
        low, high = fmt.points(own["net_low"]), fmt.points(own["net_high"])
        said = text(found[own["account"]])
        assert f"too few to be sure: with 95% confidence it lies between {low} and {high}" in said
    few = figures.accounts.filter("few")["account"]
    tones = [found[account].day.trend.filter(pl.col("metric") == "net") for account in few]
    counts = made.rollups.select("account", "day", "scored")
    compared = pl.concat(tones).join(counts, on=["account", "day"])
    assert compared.filter(pl.col("scored") < 10).height > 50
    assert not compared.filter(pl.col("scored") < 10)["unusual"].any()


def test_the_page_counts_this_account_alone() -> None:
    found = accounts_of(world())["northwindair"]
    said = text(found)
    assert found.day.data.accounts == 1
    assert "33 fetched = 31 kept" in said
    assert "31 of 31 posts scored" in said
    assert "Cost of its posts" in said
    assert "Lumen Energy" not in said


def test_an_account_that_was_not_read_shows_its_reason_and_its_past() -> None:
    found = accounts_of(world())["orchardtv"]
    said = text(found)
    assert "The account could not be read on this day : X knows no account @orchardtv. Its last data" in said
    assert "missing : X knows no account @orchardtv; last data: Sat 21 Nov" in said
    assert "The account was not read." in said
    assert found.day.trend.filter(pl.col("metric") == "posts").height == 29


def test_an_account_without_a_post_is_not_missing() -> None:
    said = text(accounts_of(world())["brightleaf"])
    assert "The account posted nothing on this day" in said
    assert "There were no posts on this day." in said


def test_the_first_day_ever_compares_with_nothing() -> None:
    said = text(accounts_of(world(days=1))["stadiumfc"])
    assert "Comparisons start after 7 days of data" in said
    assert "There is no usual post to compare these with yet." in said


def test_an_account_called_index_does_not_stand_in_the_reports_place() -> None:
    from pipeline.lake import keys

    assert keys.account_report(DAY, "index") != keys.report(DAY)


def test_incomplete_days_are_listed() -> None:
    account = Account(
        "a", "A", 5, 5, 10, 0.1, (0.5, 0.1), status={DAY - timedelta(days=4): ("failed", "X did not answer")}
    )
    said = text(accounts_of(world([account, TWELVE[0]], days=12))["a"])
    assert "Days of the last 28 with a note (1) Wed 18 Nov failed: X did not answer" in said


def test_the_page_needs_nothing_but_itself() -> None:
    page = render_account(accounts_of(world())["stadiumfc"])
    links = findall(r'(?:src|href)="([^"]*)"', page)
    assert all(
        link.startswith(("#", "data:", "../", "index.html", "account-", "https://x.com/")) for link in links
    )
    assert len(page) < 150_000
