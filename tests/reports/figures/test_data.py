"""What the figures rest on."""

from datetime import date, timedelta

from reports.figures.data import data
from tests.reports.rows import SUNDAY, missing, posts, rollups, row


def test_the_sum_covers_every_planned_account() -> None:
    rows = rollups(
        row(0, "a", fetched=15, kept=9, filtered=3, duplicates=1, quarantined=1, forgotten=1, cost_usd=0.075),
        missing(0, "b", fetched=4, kept=0, filtered=4, cost_usd=0.02),
    )
    found = data(rows, posts(), SUNDAY)
    assert found.fetched == 19
    assert (
        found.fetched == found.kept + found.filtered + found.duplicates + found.quarantined + found.forgotten
    )
    assert round(found.cost_usd, 3) == 0.095
    assert found.by_status == {"ok": 1, "failed": 1}
    assert found.with_data == 1


def test_posts_that_were_not_scored_are_counted_by_language() -> None:
    found = data(
        rollups(row(0)),
        posts(
            {"post_id": "1", "lang": "es"},
            {"post_id": "2", "lang": "ar"},
            {"post_id": "3", "lang": "ar"},
            {"post_id": "4", "lang": "en", "sentiment": "neutral"},
            {"post_id": "5", "lang": None},
            {"post_id": "6", "lang": "fr", "kind": "retweet"},
            {"post_id": "7", "lang": "de"},
        ),
        SUNDAY,
    )
    assert found.french == 0
    assert found.not_scored == (("ar", 2), ("de", 1), ("es", 1), (None, 1))


def test_posts_that_the_french_lexicon_scored_are_counted() -> None:
    french = {"lang": "fr", "sentiment": "neutral", "scorer": "lexicon-fr"}
    found = data(
        rollups(row(0)),
        posts(
            {"post_id": "1", **french},
            {"post_id": "2", **french, "kind": "retweet"},
            {"post_id": "3", "lang": "en", "sentiment": "neutral", "scorer": "vader-en"},
        ),
        SUNDAY,
    )
    assert found.french == 1


def test_days_without_a_roll_up_are_named_from_the_first_day_on() -> None:
    found = data(rollups(row(0), row(1), row(4)), posts(), SUNDAY)
    assert (found.days_read, found.days_expected) == (2, 4)
    assert found.gaps == (SUNDAY - timedelta(days=3), SUNDAY - timedelta(days=2))


def test_the_first_day_has_no_history() -> None:
    found = data(rollups(row(0)), posts(), SUNDAY)
    assert (found.days_read, found.days_expected, found.gaps) == (0, 0, ())


def test_the_newest_reading_dates_the_report() -> None:
    late = row(0, "b")
    late["collected_at"] += timedelta(hours=2)
    assert data(rollups(row(0, "a"), late), posts(), SUNDAY).collected_at == late["collected_at"]


def test_the_posts_are_as_old_as_those_of_the_middle_account_and_of_no_age_where_none_was_read() -> None:
    ages = [row(0, name, age_hours=age) for name, age in (("a", 6.0), ("b", 18.0), ("c", 40.0))]
    assert data(rollups(*ages, missing(0, "d")), posts(), SUNDAY).age_hours == 18
    assert data(rollups(missing(0, "d")), posts(), SUNDAY).age_hours is None


def test_what_was_not_read_is_counted_as_nothing_and_cost_nothing() -> None:
    found = data(rollups(missing(0, "a"), missing(0, "b")), posts(), SUNDAY)
    assert (found.accounts, found.fetched, found.posts, found.scored, found.cost_usd) == (2, 0, 0, 0, 0)


def test_backfilled_days_are_named() -> None:
    old = row(20)
    old["collected_at"] += timedelta(days=20)
    assert data(rollups(row(0), old), posts(), SUNDAY).other_age == (SUNDAY - timedelta(days=20),)


def test_a_day_is_of_another_age_when_most_of_its_accounts_are() -> None:
    def day(accounts: int, backfilled: int) -> tuple[date, ...]:
        rows = [row(20, str(number)) for number in range(accounts)]
        for late in rows[:backfilled]:
            late["collected_at"] += timedelta(days=20)
        return data(rollups(row(0), *rows), posts(), SUNDAY).other_age

    assert day(accounts=4, backfilled=2) == ()
    assert day(accounts=5, backfilled=3) == (SUNDAY - timedelta(days=20),)


def test_an_account_that_was_not_read_says_nothing_of_a_days_age() -> None:
    late = row(20, "a")
    late["collected_at"] += timedelta(days=20)
    failed = [missing(20, name) for name in ("b", "c")]
    assert data(rollups(row(0), late, *failed), posts(), SUNDAY).other_age == (SUNDAY - timedelta(days=20),)
