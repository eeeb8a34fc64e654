"""The numbers of the page agree with the roll-up and with each other."""

import re
from html.parser import HTMLParser

import polars as pl
import pytest

from reports import words
from reports.figures.day import day_figures
from reports.render import render_report
from tests.reports.world import DAY, World, many, world


class Reader(HTMLParser):
    """Collects a page's tables, tiles and paragraphs as texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: dict[str, list[str]] = {}
        self.path: list[tuple[str, dict[str, str | None]]] = []
        self.row = ""
        self.tiles: list[list[str]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("meta", "link", "input", "br"):
            return
        found = dict(attrs)
        self.path.append((tag, found))
        if tag == "tr":
            self.row = found.get("id") or ""
        if tag in ("td", "th") and self.row:
            self.cells.setdefault(self.row, []).append("")
        if tag == "h3":
            self.tiles.append([])

    def handle_endtag(self, tag: str) -> None:
        while self.path and self.path.pop()[0] != tag:
            pass
        if tag == "tr":
            self.row = ""

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.path]
        if "style" in tags or "script" in tags:
            return
        self.texts.append(data)
        if self.row and ("td" in tags or "th" in tags):
            self.cells[self.row][-1] += data
        if self.tiles and any(found.get("class") == "tiles" for _, found in self.path) and data.strip():
            self.tiles[-1].append(data.strip())


@pytest.fixture(scope="module", params=["twelve", "sixty"])
def made(request: pytest.FixtureRequest) -> World:
    return world() if request.param == "twelve" else world(many(60), days=30)


@pytest.fixture(scope="module")
def page(made: World) -> Reader:
    return Reader(render_report(day_figures(made.plan, made.rollups, made.posts), "../"))


def today(made: World) -> pl.DataFrame:
    return made.rollups.filter(pl.col("day") == DAY)


def test_every_accounts_row_is_its_roll_up(made: World, page: Reader):
    for row in today(made).iter_rows(named=True):
        cells = page.cells[f"a-{row['account']}"]
        if row["status"] != "ok":
            assert row["status"] in cells[2]
            continue
        assert cells[1] == f"{row['posts']:,}"
        assert cells[2] == words.compact(row["engagement"])
        assert cells[5] == words.compact(row["median_engagement"])
        rate = 100 * row["engagement_seen"] / row["impressions"] if row["impressions"] else None
        assert cells[6] == words.rate(rate)
        if row["scored"]:
            net = words.points(100 * (row["positive"] - row["negative"]) / row["scored"])
            assert cells[8] == net + ("†" if row["scored"] < 10 else "")
            counts = f"{row['negative']} negative, {row['neutral']} neutral, {row['positive']} positive"
            assert cells[7].startswith(counts)


def test_tiles_sentences_and_plots_say_the_same_totals(made: World, page: Reader):
    rows = today(made)
    engagement, posts = int(rows["engagement"].sum()), int(rows["posts"].sum())
    net = 100 * int((rows["positive"] - rows["negative"]).sum()) / int(rows["scored"].sum())
    median = rows["post_engagements"].explode().median()
    rate = 100 * int(rows["engagement_seen"].sum()) / int(rows["impressions"].sum())
    tiles = {tile[0]: tile[1] for tile in page.tiles}
    assert tiles["Engagement"] == words.compact(engagement)
    assert tiles["Posts"] == f"{posts:,}"
    assert tiles["Median per post"] == words.compact(median)
    assert tiles["Engagement rate"] == words.rate(rate)
    assert tiles["Net sentiment"] == words.points(net)
    assert tiles["Followers"] == words.compact(rows.filter(pl.col("status") == "ok")["followers"].sum())
    said = "".join(page.texts)
    assert f"Engagement was {words.compact(engagement)}," in said
    assert f", from {posts:,} posts" in said
    assert f"{words.compact(engagement)} likes, reposts, replies and quotes; usual " in said
    newest = re.search(r"Sun 22 Nov(.*?)Sat 21 Nov", said.split("Each day’s figures and what")[1], re.DOTALL)
    assert newest is not None
    for figure in ("Engagement", "Posts", "Median per post", "Engagement rate", "Net sentiment"):
        assert tiles[figure] in newest[1]


def test_the_sum_of_what_was_fetched_is_the_roll_ups(made: World, page: Reader):
    rows = today(made)
    names = ("kept", "filtered", "duplicates", "quarantined", "forgotten")
    parts = [f"{int(rows[name].sum()):,} {name}" for name in names]
    assert f"{int(rows['fetched'].sum()):,} fetched = {' + '.join(parts)}" in "".join(page.texts)
    assert words.dollars(float(rows["cost_usd"].sum())) in "".join(page.texts)


def test_scored_and_not_scored_posts_add_up(made: World, page: Reader):
    rows = today(made)
    silent = made.posts["sentiment"].null_count()
    assert int(rows["posts"].sum()) - int(rows["scored"].sum()) == silent
    if silent:
        assert f"not scored: {silent} Arabic" in "".join(page.texts)
