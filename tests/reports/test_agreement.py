"""Every number of the page is that of the roll-up and the posts, and says the same wherever it stands."""

import re
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from reports import format as fmt
from reports.figures.day import DayFigures
from reports.render import render_report
from reports.views.alerts import all_alerts
from tests.reports.reader import Part, read
from tests.reports.rendered import figures_of
from tests.reports.world import DAY, World, many, world


@pytest.fixture(scope="module", params=["twelve", "sixty"])
def made(request: pytest.FixtureRequest) -> World:
    return world() if request.param == "twelve" else world(many(60), days=30)


@pytest.fixture(scope="module")
def figures(made: World) -> DayFigures:
    return figures_of(made)


@pytest.fixture(scope="module")
def page(figures: DayFigures) -> Part:
    return read(render_report(figures, "../"))


@pytest.fixture(scope="module")
def tiles(page: Part) -> dict[str, Part]:
    return {tile.one("h3").text: tile for tile in page.one(".tiles").all("li")}


def today(made: World) -> pl.DataFrame:
    return made.rollups.filter(pl.col("day") == DAY)


def number(text: str) -> float:
    """Return the value of `1.9M`, `+175k`, `−39`, `2.31%`, `37×`."""
    found = re.fullmatch(r"([+−]?)([\d,.]+)([kMB]?)(?:%|×| pt)?†?", text)
    assert found, text
    value = float(found[2].replace(",", "")) * {"": 1, "k": 1e3, "M": 1e6, "B": 1e9}[found[3]]
    return -value if found[1] == "−" else value


def test_every_accounts_row_is_its_roll_up(made: World, page: Part) -> None:
    for row in today(made).iter_rows(named=True):
        line = page.one(f"#a-{row['account']}")
        cells = [cell.without("small").text for cell in line.all("td")]
        if row["status"] != "ok":
            assert row["status"] in cells[1]
            continue
        assert cells[0] == f"{row['posts']:,}"
        assert cells[1] == fmt.compact(row["engagement"])
        assert cells[4] == fmt.compact(row["median_post"])
        rate = 100 * row["engagement_seen"] / row["impressions"] if row["impressions"] else None
        assert cells[5] == fmt.rate(rate)
        assert cells[8] == fmt.percent(100 * row["engagement"] / today(made)["engagement"].sum())
        if row["scored"]:
            net = fmt.points(100 * (row["positive"] - row["negative"]) / row["scored"])
            assert cells[7] == net + ("†" if row["scored"] < 10 else "")
            counts = f"{row['negative']} negative, {row['neutral']} neutral, {row['positive']} positive"
            assert line.all("td")[6].full_text == f"{counts} of {row['scored']} scored"


def test_what_a_column_sorts_by_is_in_the_order_of_what_it_shows(page: Part) -> None:
    lines = page.one("#table").one("tbody").all("tr")
    for column in (0, 1, 2, 4, 5, 7, 8):
        cells = [line.all("td")[column] for line in lines if len(line.all("td")) == 9]
        known = sorted((cell for cell in cells if cell["data-v"]), key=lambda cell: float(cell["data-v"]))
        assert known
        shown = [number(signed(cell.without("small"))) for cell in known]
        assert shown == sorted(shown), column


def signed(cell: Part) -> str:
    """Return what a cell shows, its arrow as a sign."""
    way = "−" if any("down" in part["class"].split() for part in cell.all(".delta")) else ""
    return way + re.sub("[^\\d.,kMB+−%]", "", cell.text.replace("<1%", "0%").replace("no change", "0"))


def test_tiles_sentences_and_plots_say_the_same_totals(
    made: World, page: Part, tiles: dict[str, Part]
) -> None:
    rows = today(made)
    engagement, posts = int(rows["engagement"].sum()), int(rows["posts"].sum())
    net = 100 * int((rows["positive"] - rows["negative"]).sum()) / int(rows["scored"].sum())
    median: Any = rows["post_engagements"].explode().median()
    rate = 100 * int(rows["engagement_seen"].sum()) / int(rows["impressions"].sum())
    value = {name: tile.one(".value").text for name, tile in tiles.items()}
    assert value["Engagement"] == fmt.compact(engagement)
    assert value["Posts"] == f"{posts:,}"
    assert value["Median per post"] == fmt.compact(median)
    assert value["Engagement rate"] == fmt.rate(rate)
    assert value["Net sentiment"] == fmt.points(net)
    followers = int(rows.filter(pl.col("status") == "ok")["followers"].sum())
    assert value["Followers"] == fmt.compact(followers)
    said = page.section("summary").one(".lead").text
    assert f"Engagement was {fmt.compact(engagement)}, " in said
    assert f", from {posts:,} posts" in said
    assert value["Net sentiment"] in said.split("Net sentiment ")[1]


def test_tiles_plots_and_the_table_behind_them_say_the_same_of_the_day(
    page: Part, tiles: dict[str, Part]
) -> None:
    newest = page.one("#numbers").one("tbody").all("tr")[0]
    assert newest.one("th").text == "Sun 22 Nov"
    for cell, plot in zip(newest.all("td"), page.section("trend").all("figure"), strict=True):
        tile = tiles[plot.one("figcaption").one("b").text.removesuffix(" by day")]
        value, usual = cell.text.split(", usual ")
        assert tile.one(".value").text == value
        assert tile.one(".versus").text.removesuffix(", posts only").endswith(f"usual {usual}")
        caption = plot.one("figcaption").text
        assert f" {value} " in caption
        assert caption.endswith((f"({usual})", f"; usual {usual}"))
        labels = [part.text for part in plot.all(".label") if "now" in part["class"]]
        assert labels == [value]


def test_the_plots_draw_the_numbers_of_the_table_behind_them(page: Part) -> None:
    """From the labelled axis, each day's height gives its figure back."""
    lines = page.one("#numbers").one("tbody").all("tr")[::-1]
    for column, plot in enumerate(page.section("trend").all("figure")):
        axis = [(float(part["y"]) - 4, number(part.text)) for part in plot.all(".axis") if part["x"] == "-8"]
        (low_y, low), (high_y, high) = axis[0], axis[-1]
        unit = (high - low) / (high_y - low_y)
        heights = plot.one(".plotbox")["data-y"].split(" ")
        assert len(heights) == len(lines) == 30
        for height, line in zip(heights, lines, strict=True):
            cell = line.all("td")[column].text
            assert (height == "-") == (cell == "no data")
            if height != "-":
                assert low + (float(height) - low_y) * unit == pytest.approx(
                    number(cell.split(", usual")[0]), abs=0.02 * (high - low) + (0 if "%" in cell else 0.5)
                )


def test_the_trend_of_the_posts_is_the_sum_of_each_days_roll_ups(made: World, page: Part) -> None:
    present = today(made).filter(pl.col("status") == "ok")["account"].to_list()
    days = made.rollups.filter(pl.col("account").is_in(present)).group_by("day").agg(pl.col("posts").sum())
    sums = dict(days.iter_rows())
    for back, line in enumerate(page.one("#numbers").one("tbody").all("tr")):
        day = DAY - timedelta(days=back)
        if day in sums:
            assert line.all("td")[1].text.split(", usual")[0] == f"{sums[day]:,}"


def test_what_moved_the_total_is_each_accounts_engagement_less_its_usual(
    figures: DayFigures, page: Part
) -> None:
    shown = {
        row.one("th").text: number(row.all("td")[1].text)
        for row in page.section("movers").one("tbody").all("tr")
    }
    names = {
        fmt.display_name(row["name"], row["handle"]): row for row in figures.accounts.iter_rows(named=True)
    }
    for name, change in shown.items():
        if name in names:
            row = names[name]
            exact = row["engagement"] - row["usual_engagement"]
            assert change == pytest.approx(exact, rel=0.06, abs=1)
    together = page.section("movers").one(".note").text.split("Together ")[1].split()[0]
    known = figures.accounts.drop_nulls("usual_engagement").filter("has_data")
    assert number(together) == pytest.approx(
        (known["engagement"] - known["usual_engagement"]).sum(), rel=0.06, abs=1
    )
    assert sum(shown.values()) == pytest.approx(number(together), rel=0.06, abs=len(shown) * 500)


def test_the_tone_says_what_the_accounts_table_says(page: Part) -> None:
    rows = page.section("tone").one("tbody").all("tr")
    assert rows
    for row in rows:
        account = row.one("a")["href"].removesuffix(".html").rpartition("account-")[2]
        line = page.one(f"#a-{account}")
        assert row.all("td")[1].text == line.all("td")[7].without("small").text
        counts = [int(n) for n in re.findall(r"\d+", line.all("td")[6].full_text)]
        shares = [int(n) for n in re.findall(r"(\d+)%", row.all("td")[0].full_text)[:3]]
        for count, share in zip(counts[:3], shares, strict=True):
            assert share == pytest.approx(100 * count / counts[3], abs=0.51)


def test_the_hours_hold_every_post_of_28_days(made: World, page: Part) -> None:
    recent = made.rollups.filter(pl.col("day") > DAY - timedelta(days=28))
    cells = page.one(".heat").one("tbody").all("td")
    assert len(cells) == 168
    assert sum(int(cell.full_text.split()[0].replace(",", "")) for cell in cells) == recent["posts"].sum()


def test_the_posts_that_stood_out_are_the_days_own(made: World, page: Part) -> None:
    cards = page.one(".posts").all("li")
    assert cards
    for card in cards:
        post_id = card.all("a")[-1]["href"].rpartition("/")[2]
        post = made.posts.row(by_predicate=pl.col("post_id") == post_id, named=True)
        page_of_post = f"/account-{post['account']}.html#p-{post['post_id']}"
        assert card.all("a")[0]["href"].endswith(page_of_post)
        assert card.one(".text").text == " ".join(post["text"].split())
        counts = [number(part.text) for part in card.all("dd")[:4]]
        assert sum(counts) == pytest.approx(post["engagement"], rel=0.06, abs=2)


def test_alerts_say_what_the_rows_say_and_every_mark_has_one(
    made: World, figures: DayFigures, page: Part
) -> None:
    rows = {row["account"]: row for row in figures.accounts.iter_rows(named=True)}
    found = {alert.account: alert for alert in all_alerts(figures)}
    for account, alert in found.items():
        if (quoted := re.match(r"Engagement (\S+), usual (\S+) ", alert.evidence)) is not None:
            assert quoted[1] == fmt.compact(rows[account]["engagement"])
            assert quoted[2] == fmt.compact(rows[account]["usual_engagement"])
    for line in page.one("#table").one("tbody").all("tr"):
        if any(cell.all(".odd") for cell in line.all("td")):
            assert line["id"].removeprefix("a-") in found
    shown = [part.one("bdi").text for part in page.section("summary").all("li") if part["data-alert"]]
    assert shown == [alert.name for alert in found.values()][:6]
    assert [part.text for part in page.section("summary").all(".count")] == (
        [str(len(found))] if found else []
    )


def test_the_sum_of_what_was_fetched_is_the_roll_ups(made: World, page: Part) -> None:
    rows = today(made)
    names = ("kept", "filtered", "duplicates", "quarantined", "forgotten")
    parts = [f"{int(rows[name].sum()):,} {name}" for name in names]
    said = page.section("data").text
    assert f"{int(rows['fetched'].sum()):,} fetched = {' + '.join(parts)}" in said
    assert fmt.dollars(float(rows["cost_usd"].sum())) in said
    assert f"{int(rows['scored'].sum()):,} of {int(rows['posts'].sum()):,} posts scored" in said


def test_scored_and_not_scored_posts_add_up(made: World, page: Part) -> None:
    rows = today(made)
    silent = made.posts["sentiment"].null_count()
    assert int(rows["posts"].sum()) - int(rows["scored"].sum()) == silent
    if silent:
        assert f"not scored: {silent} Arabic" in page.section("data").text


def test_programs_read_the_same_figures_as_people(page: Part, figures: DayFigures) -> None:
    """The attributes are a contract: checks elsewhere read them."""
    assert (page.one("html")["data-day"], page.one("html")["data-history-days"]) == (
        str(DAY),
        str(figures.history_days),
    )
    tiles = {tile["data-tile"]: tile for tile in page.one(".tiles").all("li")}
    assert list(tiles) == ["posts", "engagement", "median", "rate", "net", "followers"]
    for metric in ("posts", "engagement", "median", "rate", "net"):
        found = figures.total(metric)
        assert found is not None
        assert float(tiles[metric]["data-value"]) == pytest.approx(found.value, abs=1e-4)
        assert float(tiles[metric]["data-usual"]) == pytest.approx(found.usual, abs=1e-4)
    assert tiles["followers"]["data-usual"] == ""
    lines = [item for item in page.one(".alerts").all("li") if item["data-alert"]]
    shown = [(item["data-alert"], item["data-account"]) for item in lines]
    assert shown == [(alert.rule, alert.account) for alert in all_alerts(figures)[: len(shown)]]
    assert all(rule and account for rule, account in shown)
