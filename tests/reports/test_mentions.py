"""Mentions on the pages: where X was asked for them, and nowhere else; a dash and its reason, never 0."""

import re
from dataclasses import replace

import polars as pl
import pytest

from reports.figures.per_group import per_group
from reports.render import render_account, render_group
from tests.reports.mentioned import ASKED, REASON, mentioned
from tests.reports.rendered import accounts_of, figures_of, report_of, text_of
from tests.reports.world import world


def test_without_mentions_no_page_speaks_of_them() -> None:
    made = world()
    account = render_account(accounts_of(made)["northwindair"])
    assert "mention" not in (text_of(report_of(made)) + text_of(account)).lower()
    assert 'data-tile="mentions"' not in report_of(made)


def test_the_day_has_their_sum_their_column_their_month_and_the_bad_day() -> None:
    made = mentioned(world())
    page, today = report_of(made), made.rollups.filter(pl.col("day") == made.day)
    assert f'data-tile="mentions" data-value="{today["mention_count"].sum()}"' in page
    text = text_of(page)
    assert "of 3 of 4 accounts asked" in text
    assert "Mentions by day" in text
    assert "Mentions posts by others that name the account’s handle" in text
    assert "turned negative" in text
    assert "; mentioned 3.6× a usual Sunday" in text
    table = text_of(page[page.index('id="table"') : page.index("</table>", page.index('id="table"'))])
    assert table.count("not asked") == len(today) - len(ASKED)
    assert f"– {REASON}" in table


def test_an_account_that_is_only_talked_about_has_a_line_of_its_own() -> None:
    page = report_of(mentioned(world(), bad="tideandco"))
    assert 'data-alert="mentions" data-account="tideandco"' in page
    text = text_of(page)
    assert re.search(
        r"Tide & Co was mentioned [3-5]\.\d× a usual Sunday [3-5]\.\dk posts by others, usual 1\.\dk", text
    )
    assert "Tide & Co was unusual in mentions only" in text


@pytest.mark.parametrize(
    ("account", "says"),
    [("northwindair", "a usual Sunday (1.1k)"), ("stadiumfc", f"– not counted: {REASON}")],
)
def test_an_account_s_page_has_its_own(account: str, says: str) -> None:
    pages = accounts_of(mentioned(world()))
    text = text_of(render_account(pages[account]))
    assert says in text
    assert "accounts asked" not in text
    other = render_account(pages["citymetro"])
    assert 'data-tile="mentions"' not in other
    assert "mention" not in text_of(other).lower()


def test_a_group_s_page_has_those_of_its_members() -> None:
    made = mentioned(world())
    group = pl.when(pl.col("account").is_in(["northwindair", "halcyonhotels"])).then(pl.lit("travel"))
    others = pl.when(pl.col("account") == "citymetro").then(pl.lit("city"))
    made = replace(made, rollups=made.rollups.with_columns(group.otherwise(others).alias("group")))
    pages = {
        found.group: render_group(found) for found in per_group(figures_of(made), made.rollups, made.posts)
    }
    count = made.rollups.filter(pl.col("day") == made.day, pl.col("account") == "northwindair")[
        "mention_count"
    ][0]
    assert f'data-tile="mentions" data-value="{count}"' in pages["travel"]
    assert "of 1 account asked" in text_of(pages["travel"])
    assert "mention" not in text_of(pages["city"]).lower()
