"""Where ids of posts are: fields, links and long numbers are read as such, and every other number is left alone."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.erasure.locate import holds
from pipeline.erasure.post_ids import mentioned_ids, replace_in_row, replace_in_text
from pipeline.erasure.redact import ErasureTarget, redact
from pipeline.page import Page, pack
from tests.pipeline.given import a_page, a_post, in_new_words

EARLY, LONG = "20", "1990000000000000001"


def posts(*ids: str) -> ErasureTarget:
    return ErasureTarget(frozenset(ids))


def redacted_text(text: str, post_id: str) -> str:
    return replace_in_text(text, posts(post_id).replace)


@pytest.mark.parametrize("post_id", [EARLY, LONG])
@pytest.mark.parametrize(
    "link",
    [
        "https://x.com/nasa/status/{}",
        "http://twitter.com/nasa/statuses/{}?s=20",
        "https://mobile.twitter.com/nasa/status/{}/photo/1",
        "https://www.x.com/i/web/status/{}#fragment",
        "x.com/i/status/{}",
        "https://x.com/status/{}",
        "https://fxtwitter.com/nasa/status/{}",
        "HTTPS://X.COM/NASA/STATUS/{}",
        "https://example.com/?url=https%3A%2F%2Fx.com%2Fnasa%2Fstatus%2F{}",
        "見て/status/{}。",
    ],
)
def test_the_link_of_a_post_counts_for_ids_of_any_length(link: str, post_id: str) -> None:
    assert redacted_text(link.format(post_id), post_id) == link.format(0)
    assert redacted_text(link.format(f"{post_id}1"), post_id) == link.format(f"{post_id}1")


@pytest.mark.parametrize(
    "text",
    [
        "20 planes",
        "2026-11-22T00:20:05.000Z",
        "https://example.com/status/20",
        "https://status.example.com/status/20",
        "ex.com/status/20",
        "https://x.com/nasa/status/2020",
        "https://x.com/nasa/20",
        "status 20, post 20, #20",
    ],
)
def test_a_short_id_counts_nowhere_else(text: str) -> None:
    assert redacted_text(text, EARLY) == text


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "({})",
        "\U0001f600{}",
        "見{}て",
        "１{}２",
        "a{}b",
        "id:{}.",
        "#{}",
        "\ud83d{}",
        "https://example.com/status/{}",
    ],
)
def test_a_long_number_counts_whatever_stands_around_it(around: str) -> None:
    assert redacted_text(around.format(LONG), LONG) == around.format(0)


@pytest.mark.parametrize("around", ["1{}", "{}1", "0{}0"])
def test_a_part_of_a_longer_number_is_another_number(around: str) -> None:
    assert redacted_text(around.format(LONG), LONG) == around.format(LONG)


def test_fewer_than_fifteen_digits_are_no_id_of_a_post_in_a_text() -> None:
    for text in ("{}", "https://example.com/status/{}"):
        short, long = text.format("12345678901234"), text.format("123456789012345")
        assert redacted_text(short, "12345678901234") == short
        assert redacted_text(long, "123456789012345") == text.format(0)


@pytest.mark.parametrize("post_id", [EARLY, LONG])
@pytest.mark.parametrize(
    ("where", "path"),
    [
        ("the conversation", {"conversation_id": "{}"}),
        ("a reference", {"referenced_tweets": [{"type": "quoted", "id": "{}"}]}),
        ("a reference by X's new name", {"referenced_posts": [{"type": "replied_to", "id": "{}"}]}),
        ("the post that a video was first in", {"attachments": {"media_source_tweet_id": ["{}"]}}),
        ("a link", {"entities": {"urls": [{"expanded_url": "https://x.com/a/status/{}", "start": 1}]}}),
        ("a link in a long text", {"note_tweet": {"text": "so x.com/a/status/{} said"}}),
        ("a field of which nothing is known", {"new_of_x": {"seen": ["https://x.com/a/status/{}"]}}),
    ],
)
def test_an_id_in_a_post_is_replaced(where: str, path: dict[str, Any], post_id: str) -> None:
    def written(value: str) -> Page:
        return a_page(a_post(2, **json.loads(json.dumps(path).replace("{}", value))))

    assert redact(written(post_id), posts(post_id)) == written("0"), where
    assert post_id in mentioned_ids(written(post_id))
    assert mentioned_ids(written("0")) == {a_post(2)["id"]}


@pytest.mark.parametrize("number", [EARLY, LONG, "2244994945"])
def test_other_ids_counts_dates_and_tokens_are_never_touched(number: str) -> None:
    page = a_page(
        a_post(
            2,
            author_id=number,
            in_reply_to_user_id=number,
            text="20 planes",
            public_metrics={"impression_count": int(number), "like_count": 20},
            attachments={"media_keys": [f"3_{number}", number], "poll_ids": [number]},
            entities={"mentions": [{"id": number, "username": number[:15], "start": 20}]},
            geo={"place_id": number},
            context_annotations=[{"domain": {"id": number}, "entity": {"id": number}}],
            edit_controls={"edits_remaining": int(number), "editable_until": "2026-11-22T00:20:05.000Z"},
        ),
        token=number,
    )
    page.body["includes"] = {"users": [{"id": number, "created_at": "2009-12-19T14:20:20.000Z"}]}
    page.body["meta"]["result_count"] = int(number)
    page.request.update({"user_id": number, "token": number, "max_results": 20})
    page.body["errors"] = [
        {"resource_type": "user", "resource_id": number, "detail": f"No user: [{number}]."},
        {"parameter": "usernames", "value": number},
    ]

    assert redact(page, posts(number)) == page
    assert not holds(pack(page), posts(number))
    assert number not in mentioned_ids(page)


@pytest.mark.parametrize("post_id", [EARLY, LONG])
def test_what_x_says_of_the_page_itself_is_replaced(post_id: str) -> None:
    def written(value: str) -> Page:
        page = a_page(a_post(2))
        page.body["meta"] |= {"newest_id": value, "oldest_id": value}
        page.body["errors"] = [
            {
                "resource_type": "tweet",
                "resource_id": value,
                "value": value,
                "detail": f"No tweet: [{value}].",
                "status": 404,
            },
            {"value": value, "parameter": "referenced_tweets.id", "detail": None},
        ]
        page.request.update({"until_id": value, "since_id": value, "ids": [value]})
        return page

    assert redact(written(post_id), posts(post_id)) == written("0")


@pytest.mark.parametrize("post_id", [EARLY, LONG])
def test_ids_that_x_sends_as_numbers_are_ids(post_id: str) -> None:
    """Such posts are quarantined."""
    page = a_page(a_post(2, conversation_id=int(post_id)), int(post_id))
    assert redact(page, posts(post_id)) == a_page(a_post(2, conversation_id=0), 0)
    assert redact(a_page(a_post(2, id=int(post_id))), posts(post_id)).items == [{"forgotten": True}]


@pytest.mark.parametrize("value", [None, True, 1.5])
def test_what_stands_in_an_ids_place_and_is_no_id_stays(value: object) -> None:
    page = a_page(a_post(2, conversation_id=value))
    assert redact(page, posts("1")) == page


@pytest.mark.parametrize("post_id", [EARLY, LONG])
def test_a_quarantined_post_is_read_as_what_x_sent_and_as_a_text_where_that_is_no_json(post_id: str) -> None:
    def written(value: str) -> tuple[str, str]:
        item = {"conversation_id": value, "author_id": post_id, "seen": 20}
        return json.dumps(item, separators=(",", ":")), f'{{"cut": "https://x.com/a/status/{value}'

    redacted = [replace_in_row({"item": item}, posts(post_id).replace) for item in written(post_id)]
    assert redacted == [{"item": item} for item in written("0")]
    spaced = {"item": '{ "conversation_id" : "7" }'}
    assert replace_in_row(spaced, posts(post_id).replace) == spaced
    text = {"text": EARLY, "like_count": 20}
    assert replace_in_row(text, posts(EARLY).replace) == text


# --- whole pages ---------------------------------------------------------------------------------

# Few numbers for all purposes, so that ids are counts, authors and seconds as well.
_NUMBERS = st.sampled_from(
    ["5", EARLY, "22", "69299", "29700000000", "123456789012345", LONG, "9223372036854775807"]
)
_BETWEEN = st.sampled_from(["", " ", "\U0001f600", "見", "１", "a", "/", "#", "\ud83d", "\u200d"])
_LINKS = st.sampled_from(["https://x.com/a/status/", "http://twitter.com/i/web/status/", "/statuses/"])
_PARTS = st.tuples(st.sampled_from(["number", "link", "planes"]), _BETWEEN, _LINKS, _NUMBERS)


def _text(parts: list[tuple[str, str, str, str]], forgotten: frozenset[str]) -> str:
    """Return the text of these parts, as it must read when posts are forgotten."""
    text = "|"
    for part, between, link, number in parts:
        counts = part == "link" or (part == "number" and len(number) >= 15)
        shown = "0" if counts and number in forgotten else number
        text += between + {"number": shown, "link": link + shown, "planes": f"{number} planes"}[part] + "|"
    return text


@st.composite
def _pages(draw: st.DrawFn) -> tuple[frozenset[str], Page, Page]:
    """Draw what is forgotten, a page that only refers to it, and what must be left of that page."""
    forgotten = frozenset(draw(st.sets(_NUMBERS, max_size=3)))
    numbers = iter(draw(st.lists(_NUMBERS, min_size=12, max_size=12)))
    values = {
        name: next(numbers)
        for name in ("author", "user", "count", "media", "token", "quoted", "thread", "oldest", "until")
    }
    parts = draw(st.lists(_PARTS, max_size=4))
    new_words = draw(st.booleans())

    def page(erased: frozenset[str]) -> Page:
        def post_id(name: str) -> str:
            return "0" if values[name] in erased else values[name]

        post = a_post(
            2,
            author_id=values["author"],
            in_reply_to_user_id=values["user"],
            conversation_id=post_id("thread"),
            text=_text(_planes_short(parts), erased),
            created_at=f"2026-11-22T00:20:{values['count'][-2:]:0>2}.000Z",
            public_metrics={"like_count": int(values["count"]), "retweet_count": 20},
            attachments={"media_keys": [f"3_{values['media']}"]},
            referenced_tweets=[{"type": "quoted", "id": post_id("quoted")}],
        )
        made = a_page(
            in_new_words(post) if new_words else post,
            token=values["token"],
            included=[{"id": LONG + "0", "text": _text(_planes_short(parts), erased)}],
        )
        made.body["meta"]["oldest_id"] = post_id("oldest")
        made.request.update({"until_id": post_id("until"), "user_id": values["user"]})
        return made

    return forgotten, page(frozenset()), page(forgotten)


def _planes_short(parts: list[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """Return the parts, with "planes" only of numbers that are too short to be an id in a text."""
    return [
        ("number" if part == "planes" and len(number) >= 15 else part, between, link, number)
        for part, between, link, number in parts
    ]


@given(_pages())
def test_nothing_else_changes_and_the_proof_agrees(drawn: tuple[frozenset[str], Page, Page]) -> None:
    forgotten, page, expected = drawn
    target = ErasureTarget(forgotten)

    redacted = redact(page, target)

    assert redacted == expected
    assert redact(redacted, target) == redacted
    assert holds(pack(page), target) == (redacted != page)
    assert not holds(pack(redacted), target)
    assert bool(mentioned_ids(page) & forgotten) == (redacted != page)
    assert not mentioned_ids(redacted) & forgotten


@given(st.text(), _NUMBERS)
def test_any_text_is_left_with_no_id_and_stays_when_it_has_none(text: str, post_id: str) -> None:
    once = redacted_text(f"{text}{post_id}{text}", post_id)
    assert redacted_text(once, post_id) == once
    if post_id not in text:
        assert redacted_text(text, post_id) == text
