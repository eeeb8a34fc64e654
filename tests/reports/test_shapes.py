"""Every shape of day renders, and says what it is."""

from datetime import date, time, timedelta

import polars as pl
import pytest

from tests.reports.rendered import figures_of, report_of, text_of
from tests.reports.world import DAY, TWELVE, Account, World, many, world

pytestmark = pytest.mark.heavy  # each test invents worlds of its own, and renders them whole


def text(made: World) -> str:
    """Return what a reader sees, tags and repeated spaces gone."""
    return text_of(report_of(made))


def test_twelve_accounts_have_all_eleven_sections() -> None:
    page = report_of(world())
    for section in ("summary", "tiles", "trend", "movers", "accounts", "tone", "hours", "standouts", "data"):
        assert f'id="h-{section}"' in page
    assert 'class="mast"' in page
    assert "Worth a look" in page


def test_one_account_has_no_comparison_between_accounts() -> None:
    page = report_of(world(TWELVE[1:2]))
    assert 'id="h-movers"' not in page
    assert 'id="h-accounts"' not in page
    assert "Share of each day’s scored posts" in page
    said = text(world(TWELVE[1:2]))
    assert "Northwind Air @northwindair · 1 account · 00:00–24:00 UTC" in said
    assert "small accounts" not in said


@pytest.mark.parametrize(("count", "hidden"), [(50, 0), (51, 1), (120, 70)])
def test_above_fifty_accounts_a_button_shows_the_rest(count: int, hidden: int) -> None:
    page = report_of(world(many(count), days=10))
    assert page.count(' more"') == hidden
    assert page.count('<tr id="a-') == count
    assert ('id="show-all"' in page) == bool(hidden)


def test_the_first_day_ever_says_that_nothing_can_be_compared() -> None:
    said = text(world(days=1))
    assert "Comparisons start after 7 days of data" in said
    assert "none: this is the first day" in said
    assert "no account has a usual post to compare with yet" in said


def test_a_day_without_posts_is_zero_and_not_missing() -> None:
    said = text(world([Account("quiet", "Quiet", 5, 5, 10, 0.1, (0.5, 0.1), silent={DAY})] * 1))
    assert "The account posted nothing on this day; " in said
    assert "There were no posts on this day." in said
    assert "data complete" in said


def test_twelve_silent_accounts() -> None:
    silent = [Account(f"a{n}", None, None, 5, 10, 0.1, (0.5, 0.1), silent={DAY}) for n in range(12)]
    assert "None of the 12 accounts with data posted anything on this day" in text(world(silent))


def test_all_accounts_missing_shows_no_figure_and_every_reason() -> None:
    gone = [
        Account(
            f"a{n}", f"Name {n}", 5, 5, 10, 0.1, (0.5, 0.1), status={DAY: ("failed", f"X did not answer {n}")}
        )
        for n in range(12)
    ]
    said = text(world(gone))
    assert "None of the 12 accounts could be read on this day." in said
    assert "12 accounts failed" in said
    for n in range(12):
        assert f"X did not answer {n}" in said


@pytest.mark.parametrize("status", ["over_budget", "missing", "suspended", "protected", "failed"])
def test_an_account_without_data_is_named_with_its_reason(status: str) -> None:
    gone = Account(
        "gone", "Gone", 5, 5, 10, 0.1, (0.5, 0.1), status={DAY: (status, "because of the weather")}
    )
    said = text(world([*TWELVE[:3], gone], days=10))
    assert f"{status.replace('_', ' ')}; last data Sat 21 Nov" in said
    assert "because of the weather" in said


def test_an_empty_plan() -> None:
    made = world([])
    said = text(World(made.plan, made.rollups, made.posts))
    assert "No account was planned for this day." in said


def test_an_account_added_yesterday_is_not_compared_and_does_not_raise_the_total() -> None:
    new = Account("newone", "New One", 10, 20, 5_000_000, 0.1, (0.5, 0.1), since=DAY - timedelta(days=1))
    made = world([*TWELVE[4:8], new], stories=False)
    found = figures_of(made).total("engagement")
    assert found is not None
    assert found.usual is not None
    assert not found.unusual
    assert abs(found.value / found.usual - 1) < 0.1
    assert "1 account with fewer than 7 days of history counts at its usual level" in text(made)


def test_names_followers_and_impressions_may_be_unknown() -> None:
    made = world([Account("1729", None, None, 5, 10, 0.1, (0.5, 0.1)), TWELVE[0]], days=10)
    blind = made.rollups.with_columns(
        pl.lit(None, pl.Int64).alias("impressions"), pl.lit(0, pl.Int64).alias("impressions_known")
    )
    said = text(
        World(made.plan, blind, made.posts.with_columns(pl.lit(None, pl.Int64).alias("impression_count")))
    )
    assert "1729 @1729" in said
    assert "not known for any post; rates are per follower" in said
    assert "§ per follower and post" in said


def test_an_account_called_proto_is_an_account() -> None:
    page = report_of(
        world([Account("__proto__", "constructor", 5, 5, 10, 0.1, (0.5, 0.1)), TWELVE[0]], days=10)
    )
    assert 'id="a-__proto__"' in page


def test_a_backfilled_history_is_no_baseline() -> None:
    made = world(TWELVE[:3], stories=False)
    late = made.rollups.with_columns(
        pl.when(pl.col("day") < DAY)
        .then(pl.lit(DAY + timedelta(days=40)).cast(pl.Datetime("us", "UTC")))
        .otherwise(pl.col("collected_at"))
        .alias("collected_at")
    )
    said = text(World(made.plan, late, made.posts))
    assert "Comparisons start after 7 days of data" in said
    assert "56 days read at a different age (by a backfill), not compared" in said


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23)])
def test_short_and_long_days_say_so(day: date, hours: int) -> None:
    plain = [Account("a", "A", 5, 5, 10, 0.1, (0.5, 0.1)), Account("b", "B", 5, 5, 10, 0.1, (0.5, 0.1))]
    said = text(world(plain, day=day, days=3, timezone="Europe/Berlin"))
    assert f"00:00–24:00 Europe/Berlin ({hours} hours)" in said


def test_a_few_posts_of_one_tone_are_not_called_certain() -> None:
    happy = Account("happy", "Happy", 5, 3, 10, 0.1, (1.0, 0.0), weekend=1.0)
    said = text(world([happy, TWELVE[0]], days=10))
    assert "100% positive of 3 scored posts; all alike, but too few for an interval" in said


def test_truncated_accounts_are_marked_and_explained() -> None:
    made = world(TWELVE[:2], days=10)
    cut = made.rollups.with_columns((pl.col("account") == "stadiumfc").alias("truncated"))
    said = text(World(made.plan, cut, made.posts))
    assert "‡ max_posts was reached: the day’s earliest posts are missing." in said
    assert "max_posts was reached after" in said


def test_the_sample_badge_is_there_for_sample_data_only() -> None:
    made = world(TWELVE[:2], days=3)
    assert "sample data" in text(made)
    real = made.plan.model_copy(update={"sample": False})
    assert "sample data" not in text(World(real, made.rollups, made.posts))


def test_a_sum_that_does_not_add_up_is_shown_as_such() -> None:
    made = world(TWELVE[:1], days=1)
    said = text(made)
    assert "33 fetched" in said or " fetched = " in said
    broken = made.rollups.with_columns(pl.col("fetched") + 5)
    assert " fetched, but " in text(World(made.plan, broken, made.posts))


def test_a_reading_at_another_time_of_the_morning_is_the_same_age() -> None:
    made = world(TWELVE[:2], days=20, read_at=time(12, 0))
    assert "no baseline yet" not in text(made)


def test_pages_stay_small() -> None:
    assert len(report_of(world()).encode()) <= 150_000
    assert len(report_of(world(many(500), days=29)).encode()) <= 900_000
