"""The sentences of the page's head: made by rules, from the same figures as the charts."""

import re
from typing import Any

import polars as pl
import pytest

from reports.views.summary import summary
from tests.reports.rows import figures, missing, posts, row, usual_days


def sentences(*rows: dict[str, Any], found: pl.DataFrame | None = None) -> list[str]:
    return summary(figures(*rows, found=found)).texts


@pytest.mark.parametrize(
    ("engagements", "words"),
    [
        ([26] * 10, "260, 2.5× a usual Sunday"),
        ([12] * 10, "120, 14% above a usual Sunday"),
        ([8] * 10, "80, 24% below a usual Sunday"),
        ([11] * 10, "110, about a usual Sunday"),
    ],
)
def test_engagement_is_compared_with_a_usual_weekday(engagements: list[int], words: str) -> None:
    """The usual of twenty days of 100 and 110 is 105."""
    first = sentences(row(0, post_engagements=engagements), *usual_days())[0]
    assert first == f"Engagement was {words}, from 10 posts."


def test_a_post_with_much_of_the_days_engagement_is_named_with_the_day_without_it() -> None:
    first = sentences(
        row(0, post_engagements=[400, 200]),
        *usual_days(),
        found=posts({"post_id": "1", "engagement": 400}, {"post_id": "2", "engagement": 200}),
    )[0]
    assert re.search(
        r"One post accounted for 67% of it; without that post, the day would have been \d\d% above usual",
        first,
    )


def test_without_a_usual_no_comparison_is_made() -> None:
    found = sentences(row(0, post_engagements=[5, 6], positive=2), row(1, post_engagements=[900]))
    assert found[0].startswith("Engagement was 11 from 2 posts. Comparisons start after 7 days of data.")
    assert found[1] == "Net sentiment was +100 from 2 scored posts, too few to be sure."


def test_a_fall_in_tone_names_the_account_that_drove_it() -> None:
    good = {"positive": 6, "neutral": 4}
    found = sentences(
        row(0, "airline", name="Northwind Air", post_engagements=[10] * 10, negative=8, neutral=2),
        row(0, "club", post_engagements=[10] * 10, **good),
        *usual_days("airline", **good),
        *usual_days("club", **good),
    )
    assert found[1] == (
        "Net sentiment fell to −10 from a usual +60, driven mainly by Northwind Air, whose 10 scored posts averaged "
        "−80 (usual +60)."
    )


@pytest.mark.parametrize(
    ("positive", "words"),
    [
        (129, "Net sentiment was +65, within its usual range of +54 to +66."),
        (135, "Net sentiment rose to +68 from a usual +60"),
        (105, "Net sentiment fell to +53 from a usual +60"),
        (111, "Net sentiment was +56, within its usual range of +54 to +66."),
    ],
)
def test_a_tone_within_its_usual_range_has_neither_risen_nor_fallen(positive: int, words: str) -> None:
    found = sentences(
        row(0, post_engagements=[10] * 10, positive=positive, neutral=200 - positive),
        *usual_days(positive=60, neutral=40),
    )
    assert found[1].startswith(words)


def test_accounts_are_counted_against_their_own_range() -> None:
    rows = [*usual_days("a"), *usual_days("b"), *usual_days("c")]
    today = [row(0, name, post_engagements=[n] * 10) for name, n in (("a", 10), ("b", 90), ("c", 1))]
    assert sentences(*today, *rows)[-1] == "1 of 3 accounts was as usual; b was above it and c was below it."


def test_the_sentence_names_whom_the_alerts_name_and_says_how_many_more() -> None:
    names = [f"loud{n}" for n in range(9)]
    past = [
        day for name in [*names, "calm", "quiet", "toned"] for day in usual_days(name, positive=5, neutral=5)
    ]
    today = [row(0, name, post_engagements=[90] * 10, positive=5, neutral=5) for name in names]
    calm = row(0, "calm", post_engagements=[10] * 10, positive=5, neutral=5)
    toned = row(0, "toned", post_engagements=[10] * 10, negative=10)
    made = (*today, calm, row(0, "quiet"), toned, *past)
    assert sentences(*made)[-1] == (
        "1 of 12 accounts was as usual; loud0, loud1, loud2 and 6 more were above it, quiet was below it and toned was "
        "unusual in tone only."
    )
    assert len(figures(*made).alerts) == 11


def test_an_account_with_few_scored_posts_is_never_the_cause_of_a_move_in_tone() -> None:
    good = {"positive": 6, "neutral": 4}
    found = sentences(
        row(0, "airline", post_engagements=[10] * 9, negative=9),
        row(0, "club", post_engagements=[10] * 10, **good),
        *usual_days("airline", **good),
        *usual_days("club", **good),
    )
    assert found[1].startswith("Net sentiment fell to")
    assert "driven mainly" not in found[1]


def test_the_tone_of_a_few_posts_has_its_uncertainty_and_is_never_called_a_fall() -> None:
    """p = 1/4, q = 2/4, n = 4: net -25, half interval 196 sqrt((3/4 - 1/16) / 4) = 81."""
    sentence = sentences(
        row(0, post_engagements=[10] * 4, positive=1, neutral=1, negative=2),
        *usual_days(positive=8, neutral=2),
    )[1]
    assert sentence == (
        "Net sentiment was −25 (usual +80) from 4 scored posts, too few to be sure: with 95% confidence it lies "
        "between −100 and +56."
    )


def test_accounts_that_are_missing_since_this_day_come_first_and_those_of_long_ago_do_not() -> None:
    read = [row(0, "a", post_engagements=[5]), row(1, "a", post_engagements=[5])]
    failed = [missing(0, "b"), row(1, "b", post_engagements=[5])]
    for first in (sentences(*read, *failed)[0], sentences(*read, missing(0, "b"), missing(1, "b"))[0]):
        assert first == "Only 1 of 2 accounts were read."
    suspended = missing(0, "b", "suspended")
    assert sentences(*read, suspended, failed[1])[0] == "Only 1 of 2 accounts were read."
    long_ago = sentences(*read, suspended, missing(1, "b", "suspended"))[0]
    assert long_ago.startswith("Engagement was 5 from 1 post.")


def test_a_missing_accounts_own_page_says_why_at_its_top_however_long_it_has_been_missing() -> None:
    long = [missing(back, "a", "suspended", reason="X has suspended this account.") for back in range(3)]
    first = sentences(*long, row(3, "a", post_engagements=[5]))[0]
    assert first.startswith(
        "The account could not be read on this day: X has suspended this account. Its last data are of Thu 19 Nov."
    )
