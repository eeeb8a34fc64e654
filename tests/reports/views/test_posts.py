"""An account's best and worst posts."""

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


def test_the_best_and_the_worst_by_engagement_and_the_strongest_by_tone() -> None:
    """Multiples of 10, the median of the past; ties in tone go to the post that got more."""
    found = posts_view(account_of(*MANY))
    shown = {part.title: [post.times for post in part.posts] for part in found.lists}
    assert shown == {
        "Most engagement": ["4.0×", "3.0×", "2.0×", "1.5×"],
        "Least engagement": ["0.0×", "0.5×"],
        "Most positive": ["2.0×", "0.5×"],
        "Most negative": ["3.0×", "0.0×"],
    }
    assert "usual post (10 engagement)" in found.caption


def test_up_to_six_posts_are_all_shown_once_and_the_strongest_named() -> None:
    (found,) = posts_view(account_of(*MANY[:6])).lists
    assert found.title == "All 6 posts"
    assert [(post.times, post.label) for post in found.posts] == [
        ("4.0×", None),
        ("3.0×", "the most negative"),
        ("2.0×", "the most positive"),
        ("1.0×", None),
        ("0.5×", None),
        ("0.0×", None),
    ]


def test_the_only_post_is_not_the_most_of_anything() -> None:
    (found,) = posts_view(account_of(MANY[0])).lists
    assert (found.title, found.posts[0].label) == ("The day’s only post", None)


def test_with_too_few_earlier_posts_nothing_is_a_multiple() -> None:
    found = posts_view(account_of(*MANY, history=9))
    assert {post.times for part in found.lists for post in part.posts} == {None}
