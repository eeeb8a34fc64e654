"""Days that tempt a report to say what is not so: half of it missing, no past, another past, a longer day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from reports import format as fmt
from tests.reports.reader import Part, read
from tests.reports.rendered import figures_of, report_of
from tests.reports.world import DAY, TWELVE, Account, World, many, world

pytestmark = pytest.mark.heavy  # each test invents worlds of its own, and renders them whole

YESTERDAY = DAY - timedelta(days=1)
NO_ANSWER = ("failed", "X did not answer")


def page(made: World) -> Part:
    return read(report_of(made))


def tiles(found: Part) -> dict[str, tuple[str, str]]:
    """Return each tile's figure and what stands beside it."""
    lines = found.one(".tiles").all("li")
    return {line.one("h3").text: (line.one(".value").text, line.one(".versus").text) for line in lines}


def look(found: Part) -> list[str]:
    """Return what is worth a look."""
    return [line.text for line in found.one(".alerts").all("li") if line["data-alert"]]


def numbers(found: Part, back: int) -> list[str]:
    """Return the trend's figures of a day so many days before."""
    return [cell.text for cell in found.one("#numbers").one("tbody").all("tr")[back].all("td")]


def failing(accounts: list[Account], day: date) -> list[Account]:
    """Return the accounts, every other of which could not be read on a day."""
    return [
        replace(account, status={**account.status, day: NO_ANSWER}) if n % 2 else account
        for n, account in enumerate(accounts)
    ]


@pytest.mark.parametrize("count", [1, 12, 50, 500])
def test_any_number_of_accounts_has_all_that_belongs_to_it_and_no_more(count: int) -> None:
    found = page(world(many(count), days=29))
    headings = [part["aria-labelledby"] for part in found.all("section") if part["aria-labelledby"]]
    sections = [
        "summary",
        "tiles",
        "trend",
        "movers",
        "accounts",
        "tone",
        "hours",
        "topics",
        "standouts",
        "data",
    ]
    if count == 1:
        sections = [name for name in sections if name not in ("movers", "accounts")]
    assert headings == [f"h-{name}" for name in sections]
    assert len(found.all("figure")) == 5
    assert len(found.one(".heat").one("tbody").all("td")) == 168
    assert len(look(found)) <= 6
    assert fmt.plural(count, "account") + " · 00:00–24:00 UTC" in found.one(".sub").text
    tones = found.one(".diverging").one("tbody").all("tr")
    assert len(tones) <= 12
    if count > 1:
        assert len(found.one("#table").one("tbody").all("tr")) == count
        assert len(found.section("movers").one("tbody").all("tr")) <= 10


def test_half_the_accounts_missing_make_no_fall() -> None:
    """What is left is compared with its own past, as if the report were of these accounts alone."""
    made = world(failing(many(12), DAY))
    left = [account for n, account in enumerate(many(12)) if not n % 2]
    found, alone = page(made), page(world(left))
    for name, (value, _) in tiles(found).items():
        assert value == tiles(alone)[name][0]
    total = figures_of(made).total("engagement")
    of_them = figures_of(world(left)).total("engagement")
    assert total is not None
    assert of_them is not None
    assert total.usual == pytest.approx(of_them.usual, rel=0.05)
    assert not total.unusual
    assert "6 accounts failed" in found.one(".pill").text
    assert "Every day counts only the 6 accounts with data on this day." in found.one(".trend").text
    assert look(found)[0].count("X did not answer") == 1
    assert "and 5 other accounts could not be read" in look(found)[0]
    rows = found.one("#table").one("tbody").all("tr")
    assert ["failed; last data Sat 21 Nov" in row.text for row in rows] == [False] * 6 + [True] * 6
    assert len(found.one(".noted").all("li")) == 6


def test_half_the_accounts_missing_yesterday_make_no_fall_of_yesterday() -> None:
    whole, half = page(world(many(12))), page(world(failing(many(12), YESTERDAY)))
    for with_all, with_half in zip(numbers(whole, 1)[:2], numbers(half, 1)[:2], strict=True):
        filled, known = (
            float(text.split(", usual")[0].strip("k").replace(",", "")) for text in (with_half, with_all)
        )
        assert filled == pytest.approx(known, rel=0.3)
    number, versus = tiles(half)["Posts"]
    assert (number, versus.lstrip("<")) == (tiles(whole)["Posts"][0], tiles(whole)["Posts"][1].lstrip("<"))


def test_a_day_on_which_most_accounts_could_not_be_read_is_a_gap_and_says_so() -> None:
    bad = [
        replace(account, status={YESTERDAY: NO_ANSWER}) if n > 3 else account
        for n, account in enumerate(many(12))
    ]
    found = page(world(bad))
    assert numbers(found, 1)[:2] == ["no data", "no data"]
    assert all(len(plot.all(".gap")) == 1 for plot in found.all("figure")[:2])


def test_a_removed_account_is_nowhere_and_its_past_is_not_missed() -> None:
    """Yesterday the largest of twelve accounts was still read; today nobody planned it."""
    made = world(many(12), stories=False)
    most = made.rollups.group_by("account").agg(pl.col("engagement").sum()).sort("engagement")["account"][-1]
    gone = (pl.col("account") == most) & (pl.col("day") == DAY)
    less = World(
        made.plan.model_copy(update={"accounts": tuple(a for a in made.plan.accounts if a.account != most)}),
        made.rollups.filter(~gone),
        made.posts.filter(pl.col("account") != most),
    )
    found = page(less)
    assert most not in found.full_text
    assert found.one(".sub").text.startswith("11 accounts · ")
    assert "data complete" in found.one(".pill").text
    never = page(world([account for account in many(12) if account.account != most], stories=False))
    for name, beside in tiles(never).items():
        assert tiles(found)[name][0] == beside[0]
    total = figures_of(less).total("engagement")
    assert total is not None
    assert total.usual is not None
    assert 0.7 < total.value / total.usual < 1.4


def test_an_account_added_yesterday_has_figures_and_no_comparison() -> None:
    new = Account("newone", "New One", 10, 20, 5_000, 0.1, (0.5, 0.1), since=YESTERDAY)
    found = page(world([*TWELVE[4:8], new], stories=False))
    row = found.one("#a-newone")
    cells = [cell.text for cell in row.all("td")]
    assert cells[1] != "–"
    assert cells[2] == "–"
    assert not row.all(".odd")
    assert not any("New One" in line for line in look(found))
    assert (
        "1 account with fewer than 7 days of history counts at its usual level." in found.one(".trend").text
    )
    movers = found.section("movers")
    assert "1 account without a usual day is left out." in movers.text


def test_on_the_first_day_ever_there_is_no_baseline_and_no_arrow() -> None:
    found = page(world(days=1))
    for name, (_, beside) in tiles(found).items():
        assert beside == ("no earlier count" if name == "Followers" else "no baseline yet")
    assert not found.one("main").one(".tiles").all(".delta")
    assert all(plot.one("figcaption").text.endswith("no baseline yet") for plot in found.all("figure"))
    assert all(len(plot.all(".now")) >= 1 for plot in found.all("figure"))
    assert look(found) == ["Orchard TV is missing X knows no account @orchardtv; left out of every total"]


def test_a_past_read_at_another_age_is_no_baseline_for_counts_and_one_for_posts_and_tone() -> None:
    made = world(TWELVE[:4], stories=False)
    read_late = pl.lit(DAY + timedelta(days=40)).cast(pl.Datetime("us", "UTC"))
    late = pl.when(pl.col("day") < DAY).then(read_late).otherwise("collected_at").alias("collected_at")
    found = page(World(made.plan, made.rollups.with_columns(late), made.posts))
    beside = {name: versus for name, (_, versus) in tiles(found).items()}
    for name in ("Engagement", "Median per post", "Engagement rate"):
        assert beside[name] == "no baseline yet"
    for name in ("Posts", "Net sentiment"):
        assert " usual " in f" {beside[name]}"
    assert look(found) == []
    for row in found.one("#table").one("tbody").all("tr"):
        assert row.all("td")[2].text == "–"
    assert numbers(found, 1)[0] == "no data"
    assert numbers(found, 1)[1] != "no data"
    assert "56 days read at a different age" in found.one(".facts").text


def test_a_day_without_a_post_is_zero_everywhere_and_has_no_rate() -> None:
    silent = [replace(account, silent={DAY}, status={}) for account in TWELVE]
    found = page(world(silent, stories=False))
    shown = tiles(found)
    assert shown["Posts"][0] == shown["Engagement"][0] == "0"
    for name in ("Median per post", "Engagement rate", "Net sentiment"):
        assert shown[name] == ("–", "no posts")
    assert not found.all(".posts")
    assert not found.all(".diverging")
    assert all(line.split(" went quiet ")[1].startswith("0 posts, usual ") for line in look(found))


def test_a_day_of_25_hours_counts_the_hour_that_comes_twice_and_is_no_surprise() -> None:
    """In Berlin, 02:30 happens twice on 25 October 2026."""
    day = date(2026, 10, 25)
    account = Account("night", "Night", 100, 8, 100, 0.02, (0.4, 0.2), weekend=1.0)
    made = world([account, *TWELVE[3:5]], day=day, timezone="Europe/Berlin", days=30, stories=False)
    zone = ZoneInfo("Europe/Berlin")
    twice = [datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    mine = pl.col("account") == "night"
    rank = pl.int_range(pl.len()).over("account")
    at = pl.when(mine & (rank == 0)).then(pl.lit(twice[0])).when(mine & (rank == 1)).then(pl.lit(twice[1]))
    posts = made.posts.with_columns(
        at.otherwise("created_at").alias("created_at"),
        pl.when(mine & (rank < 2)).then(5000).otherwise("engagement").alias("engagement"),
    )
    today = (pl.col("day") == day) & mine
    hours = pl.when(today).then(
        pl.lit([2, 2], pl.List(pl.Int64)).list.concat(pl.col("post_hours").list.slice(2))
    )
    rollups = made.rollups.with_columns(
        hours.otherwise("post_hours").cast(pl.List(pl.Int8)).alias("post_hours")
    )
    found = page(World(made.plan, rollups.cast(made.rollups.schema), posts))
    assert "00:00–24:00 Europe/Berlin (25 hours)" in found.one(".sub").text
    times = {part.one("time").text for part in found.all("article") if part.all("bdi")[0].text == "Night"}
    assert times == {"02:30 CEST", "02:30 CET"}
    sunday_at_two = found.one(".heat").one("tbody").all("tr")[6].all("td")[2]
    assert int(sunday_at_two.full_text.split()[0]) >= 2
    assert "(unusual)" not in found.one(".tiles").full_text


def test_what_moved_the_total_goes_from_the_largest_rise_to_the_largest_fall_and_ends_with_the_others() -> (
    None
):
    found = page(world(many(12), stories=False))
    movers = found.section("movers")
    names = [row.one("th").text for row in movers.one("tbody").all("tr")]
    bars = [
        (float(row.one("rect")["x"][:-1]), row.one("rect")["class"]) for row in movers.one("tbody").all("tr")
    ]
    signs = [kind for _, kind in bars[:-2]]
    assert names[-2:] == ["1 other that rose", "3 others that fell"]
    assert set(signs) == {"pos", "neg"}
    assert signs == sorted(signs, reverse=True)


def test_the_label_of_a_low_day_stands_below_its_point_and_that_of_a_high_one_above() -> None:
    dull = Account("dull", "Dull", 10, 20, 1000, 0.1, (0.5, 0.1), weekend=1.0)
    made = world([dull], stories=False)
    times = (
        pl.when(pl.col("day") == DAY - timedelta(days=20))
        .then(2)
        .when(pl.col("day") == DAY - timedelta(days=8))
    )
    stories = (times.then(0.4).otherwise(1.0) * pl.col("engagement")).cast(pl.Int64).alias("engagement")
    plot = page(World(made.plan, made.rollups.with_columns(stories), made.posts)).all("figure")[0]
    points = {part["cx"]: float(part["cy"]) for part in plot.all("circle") if part["class"] == "odd"}
    labels = {part["x"]: float(part["y"]) for part in plot.all(".label") if "odd" in part["class"].split()}
    assert len(labels) == 2
    high, low = sorted(labels, key=lambda x: points[x])
    assert labels[high] < points[high]
    assert labels[low] > points[low]
