"""An account's posts of the day."""

from datetime import UTC, datetime
from typing import Any

from reports.figures.day import day_figures
from reports.figures.per_account import AccountFigures, per_account
from reports.views.posts import posts as posts_view
from tests.reports.rows import posts, rollups, row
from tests.reports.world import Account, world


def account_of(*rows: dict[str, Any], history: int = 12) -> AccountFigures:
    """Return a Sunday with these posts, after one of `history` posts of 10 engagement."""
    day = [row(0, post_engagements=[r["engagement"] for r in rows]), row(1, post_engagements=[10] * history)]
    made = posts(*({"post_id": str(n)} | r for n, r in enumerate(rows)))
    plan = world([Account("nasa", "NASA", 5, 5, 5, 0.1, (0.5, 0.1))], days=1).plan
    figures = day_figures(plan, rollups(*day).drop("reading_age", "equal_age"), made)
    (found,) = per_account(figures, rollups(*day).drop("reading_age", "equal_age"), made)
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


def test_posts_stand_by_engagement_and_the_strongest_tones_are_named() -> None:
    """Multiples of 10, the median of the past; ties in tone go to the post that got more."""
    found = posts_view(account_of(*MANY))
    assert found.title == "All 7 posts of the day"
    assert [(post.times, post.label) for post in found.posts] == [
        ("4.0×", None),
        ("3.0×", "the most negative"),
        ("2.0×", "the most positive"),
        ("1.5×", None),
        ("1.0×", None),
        ("0.5×", None),
        ("0.0×", None),
    ]
    assert "usual post (10 engagement)" in found.caption
    assert found.csv == "csv/day=2026-11-22/nasa.csv"


def test_what_posts_are_sorted_by_is_exact_and_empty_where_unknown() -> None:
    found = posts_view(account_of(*MANY, history=9))
    nine = str(int(datetime(2026, 11, 22, 9, tzinfo=UTC).timestamp()))
    by_id = {post.post_id: post.sort.split(",") for post in found.posts}
    assert by_id["4"] == ["30", "", "-0.8", nine]
    assert by_id["6"] == ["15", "", "", nine]


def test_the_only_post_is_not_the_most_of_anything_and_cannot_be_sorted() -> None:
    found = posts_view(account_of(MANY[0]))
    assert (found.title, found.posts[0].label, found.orders) == ("The day’s only post", None, ())


def test_links_to_the_strongest_tones_stand_above_a_long_list_only() -> None:
    twenty = [{"engagement": 1, "sentiment": "neutral", "compound": 0.0}] * 13
    assert posts_view(account_of(*MANY, *twenty)).jumps == ()
    found = posts_view(account_of(*MANY, *twenty, twenty[0]))
    assert [(jump.post_id, jump.text) for jump in found.jumps] == [
        ("4", "the most negative, 09:00 UTC"),
        ("5", "the most positive, 09:00 UTC"),
    ]


def test_beyond_two_hundred_posts_the_rest_is_in_the_csv() -> None:
    found = posts_view(account_of(*({"engagement": n} for n in range(203))))
    assert len(found.posts) == 200
    assert found.posts[-1].counts[0][0] == "Likes"
    assert found.posts[-1].sort.startswith("3,")
    assert found.title == "The 200 of 203 posts with the most engagement"
    assert found.left_out == "3 posts with less engagement are in the CSV."


def test_with_too_few_earlier_posts_nothing_is_a_multiple() -> None:
    found = posts_view(account_of(*MANY, history=9))
    assert {post.times for post in found.posts} == {None}
