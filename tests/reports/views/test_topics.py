"""What the table of topics says: names, usual, and where each row leads."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from reports.figures.day import DayFigures
from reports.figures.topics import Topics
from reports.views.topics import TopicRow, topics, topics_of_account
from tests.reports.rendered import figures_of
from tests.reports.rows import figures, posts, row
from tests.reports.world import world

AT_NINE = posts({"post_id": "1"})["created_at"][0]


def line(**values: Any) -> dict[str, Any]:
    """Return a row of the figures: a hashtag in four posts of one account, one of which it leads to."""
    return {
        "kind": "hashtag",
        "term": "moon",
        "english": False,
        "posts": 4,
        "accounts": 1,
        "engagement": 1200,
        "scored": 4,
        "net": 50.0,
        "net_low": 1.0,
        "net_high": 99.0,
        "few": True,
        "usual": 1.0,
        "rising": True,
        "leads": [{"account": "nasa", "post_id": "12", "created_at": AT_NINE}],
    } | values


def of(*lines: dict[str, Any], single: bool = False, **values: Any) -> DayFigures:
    accounts = ("nasa",) if single else ("esa", "nasa")
    day = figures(*(row(0, name, post_engagements=[1]) for name in accounts))
    terms = pl.DataFrame(list(lines), infer_schema_length=None)
    found = Topics(terms, terms.clear(), **({"days": 28, "uncut": 0, "left_out": False} | values))
    return replace(day, topics=found)


def only(day: DayFigures) -> TopicRow:
    view = topics(day)
    assert view is not None
    assert len(view.rows) == 1
    return view.rows[0]


def test_without_counts_or_lines_there_is_no_section() -> None:
    some = of(line())
    assert topics(replace(some, topics=None)) is None
    assert some.topics
    assert topics(replace(some, topics=replace(some.topics, terms=some.topics.terms.clear()))) is None


def test_a_row_has_its_name_its_usual_and_its_posts() -> None:
    found = only(of(line()))
    assert (found.name, found.kind, found.account, found.accounts) == ("#moon", "Hashtag", "nasa", "")
    assert (found.posts.text, found.engagement.text, found.net.text) == ("4", "1.2k", "+50")
    assert found.usual
    assert found.delta
    assert (found.usual.value, found.delta.text, found.delta.unusual) == ("1.0", "4.0×", True)
    assert found.net_tip == "4 scored posts: +1 to +99 with 95% confidence"
    assert [(post.account, post.post_id, post.time) for post in found.leads] == [("nasa", "12", "09:00")]
    assert found.more == 3


@pytest.mark.parametrize(
    ("values", "name", "kind"),
    [
        ({"kind": "pair", "term": "terminal 2", "english": True}, "terminal 2", "Words"),
        ({"kind": "word", "term": "mañana"}, "mañana", "Word (not English)"),
        ({"kind": "domain", "term": "nasa.gov"}, "nasa.gov", "Links to"),
        ({"kind": "format", "term": "gif"}, "GIF", "Format"),
        ({"term": "a" * 60}, "#" + "a" * 38 + "…", "Hashtag"),
        ({"term": "\u0000\u001b"}, "#", "Hashtag"),
    ],
)
def test_each_kind_is_named(values: dict[str, Any], name: str, kind: str) -> None:
    found = only(of(line(**values)))
    assert (found.name, found.kind) == (name, kind)


@pytest.mark.parametrize(
    ("posts_of_it", "usual", "told"),
    [
        (4, None, None),
        (4, 0.0, ("new", "0")),
        (4, 0.01, ("400×", "<0.1")),
        (4, 4.0, ("no change", "4.0")),
        (3, 4.0, ("25%", "4.0")),
        (30, 12.0, ("2.5×", "12")),
    ],
)
def test_what_is_usual_stands_beside_the_change(
    posts_of_it: int, usual: float | None, told: tuple[str, str] | None
) -> None:
    found = only(of(line(posts=posts_of_it, usual=usual, rising=False)))
    assert (found.delta and found.usual and (found.delta.text, found.usual.value)) == told


def test_several_accounts_are_counted_and_on_their_own_pages_not_named() -> None:
    assert only(of(line(accounts=12))).accounts == "12 accounts"
    assert only(of(line(accounts=12))).account is None
    assert only(of(line(), single=True)).account is None
    view = topics_of_account(of(line()))
    assert view
    assert view.rows[0].account is None


def test_a_post_whose_id_is_none_is_not_led_to() -> None:
    odd = {"account": "nasa", "post_id": '"><script>', "created_at": AT_NINE}
    found = only(of(line(leads=[odd])))
    assert (found.leads, found.more, found.account) == ((), 4, None)
    assert only(of(line(leads=None))).more == 4


def test_the_sentence_names_two_that_rise() -> None:
    rising = topics(of(line(), line(term="mars", usual=0.0), line(term="sun")))
    assert rising
    assert [(topic.name, topic.told) for topic in rising.rising] == [
        ("#moon", "in 4 posts, usually in 1.0 a day"),
        ("#mars", "in 4 posts, new in 28 days"),
    ]
    none = topics(of(line(rising=False)))
    assert none
    assert none.caption == "No topic is in far more posts than usual."
    first = topics(of(line(rising=False, usual=None)))
    assert first
    assert first.caption == "Comparisons start after 7 days of counted topics."


def test_the_note_says_what_is_not_counted() -> None:
    whole = topics(of(line(few=False)))
    part = topics(of(line(), days=9, uncut=2, left_out=True))
    assert whole
    assert part
    assert "over 28 days." in whole.note
    assert "†" not in whole.note
    for said in (
        "over the 9 of the last 28 days",
        "2 posts are in languages",
        "the 400 most used",
        "† fewer",
    ):
        assert said in part.note


def test_a_day_shows_seven_topics_an_account_five_and_both_all_formats() -> None:
    day = figures_of(world())
    assert day.topics is not None
    assert day.topics.terms.height > 7
    formats = day.topics.formats.height
    of_one = replace(day, accounts=day.accounts.head(1))
    shown = [view.rows for view in (topics(day), topics(of_one), topics_of_account(day)) if view]
    assert [len(rows) - formats for rows in shown] == [7, 5, 5]
