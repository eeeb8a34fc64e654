"""What must be forgotten, taken out of pages and frames."""

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipeline.erasure.post_ids import mentioned_ids
from pipeline.erasure.redact import (
    ErasureTarget,
    copy_of,
    is_retweet,
    redact,
    redact_frame,
    redact_rows,
    redact_text,
    related,
    related_in,
)
from pipeline.page import TOMBSTONE
from pipeline.transform.account_day import derive
from tests.pipeline.given import a_page, a_post, a_retweet, in_new_words, stored_posts, work

ONE = a_post(1)["id"]


def posts(*ids: str) -> ErasureTarget:
    return ErasureTarget(frozenset(ids))


def test_a_forgotten_post_leaves_a_tombstone_and_the_others_as_they_were() -> None:
    page = a_page(a_post(1), a_post(2))
    assert redact(page, posts(ONE)).items == [TOMBSTONE, a_post(2)]
    assert redact(page, posts("17")) == page


def test_a_page_without_posts_stays_as_it_was() -> None:
    assert redact(a_page(token="next"), posts(ONE)) == a_page(token="next")


def test_a_page_on_which_x_named_no_post_as_one_is_redacted_all_the_same() -> None:
    redacted = redact(a_page(7, token="next"), posts("7"))
    assert redacted.items == [0]
    assert redacted.oldest_at is None
    page = a_page(7, a_retweet(1, of="17"), included=[a_post(17, id="17")])
    assert redact(page, posts("18")) == page


def test_all_versions_of_an_edited_post_go_together() -> None:
    """Else an older one would come to light as soon as the newest is gone."""
    versions = ["1990000000000000001", "1990000000000000002"]
    old, new = (a_post(number, edit_history_tweet_ids=versions) for number in (1, 2))
    page = a_page(new, old, a_post(3))
    for version in versions:
        assert redact(page, posts(version)).items == [TOMBSTONE, TOMBSTONE, a_post(3)]
        assert related(page, posts(version)) == set(versions)


@pytest.mark.parametrize("words", [dict, in_new_words])
def test_a_retweet_goes_with_its_original_and_an_original_with_its_last_retweet(words: Any) -> None:
    originals = [words(a_post(17, id="17")), words(a_post(18, id="18"))]
    retweets = [words(a_retweet(1, of="17")), words(a_retweet(2, of="18"))]
    page = a_page(*retweets, included=originals)

    assert redact(page, posts("17")).items == [TOMBSTONE, retweets[1]]
    assert redact(page, posts(retweets[0]["id"])).included == [TOMBSTONE, originals[1]]
    assert related(page, posts("17")) == {retweets[0]["id"]}


def test_a_user_whose_id_has_the_digits_of_a_forgotten_post_stays() -> None:
    page = a_page(a_retweet(1, of="17"), included=[a_post(17, id="17")])
    page.body["includes"]["users"] = [{"id": "20", "username": "nasa"}]
    assert redact(page, posts("20")) == page


def test_a_quote_of_a_forgotten_post_stays_and_no_longer_tells_its_id() -> None:
    quote = a_post(
        2,
        referenced_tweets=[{"type": "quoted", "id": ONE}],
        entities={"urls": [{"url": "https://t.co/a", "expanded_url": f"https://x.com/nasa/status/{ONE}"}]},
    )
    (item,) = redact(a_page(quote), posts(ONE)).items
    assert item["referenced_tweets"] == [{"type": "quoted", "id": "0"}]
    assert item["entities"]["urls"][0]["expanded_url"] == "https://x.com/nasa/status/0"
    assert item["text"] == quote["text"]


def test_an_id_within_a_longer_number_is_another() -> None:
    page = a_page(a_post(1, text=f"0{ONE} {ONE}9"))
    assert redact(page, posts("90000000000000000")) == page
    assert redact(a_page(a_post(2, text=f"1{ONE} {ONE}1")), posts(ONE)) == a_page(
        a_post(2, text=f"1{ONE} {ONE}1")
    )


def test_the_ids_in_a_pages_meta_are_corrected() -> None:
    page = a_page(a_post(1), a_post(2))
    page.body["meta"] |= {"newest_id": ONE, "oldest_id": a_post(2)["id"]}
    page.body["errors"] = [{"resource_id": ONE, "detail": f"Could not find tweet: [{ONE}]."}]
    redacted = redact(page, posts(ONE)).body
    assert redacted["meta"]["newest_id"] == "0"
    assert redacted["meta"]["oldest_id"] == a_post(2)["id"]
    assert redacted["errors"] == [{"resource_id": "0", "detail": "Could not find tweet: [0]."}]


def test_what_a_forgotten_account_wrote_goes_and_what_is_said_of_it_stays() -> None:
    nasa = ErasureTarget(accounts=frozenset({"nasa"}), user_ids=frozenset({"11348282"}))
    originals = [a_post(17, id="17", author_id="11348282"), a_post(18, id="18")]
    retweets = [a_retweet(1, of="17", text="RT @NASA: Words…"), a_retweet(2, of="18")]
    mention = a_post(3, text="Hello @nasa", in_reply_to_user_id="11348282")
    page = a_page(*retweets, mention, included=originals)
    redacted = redact(page, nasa)
    assert redacted.items == [TOMBSTONE, retweets[1], mention]
    assert redacted.included == [TOMBSTONE, originals[1]]


def test_a_retweet_without_its_text_does_not_tell_whose_copy_it_is_and_stays() -> None:
    page = a_page(a_retweet(1, of="17", text=None))
    assert redact(page, ErasureTarget(accounts=frozenset({"nasa"}))) == page


def test_what_repeats_another_post_is_a_retweet_and_nothing_else_is() -> None:
    quote = a_post(3, referenced_tweets=[{"type": "quoted", "id": "17"}])
    found = [item for item in (a_retweet(1), a_post(2), quote, TOMBSTONE, 7, None) if is_retweet(item)]
    assert found == [a_retweet(1)]


def test_a_text_is_left_without_the_ids_alone() -> None:
    text = f"It was https://x.com/nasa/status/{ONE}, and 20 planes."
    assert redact_text(text, posts(ONE, "20")) == text.replace(ONE, "0")


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=6, unique=True),
    st.sets(st.integers(1, 8)),
    st.data(),
)
def test_nothing_is_told_of_what_is_forgotten_and_everything_is_counted(
    numbers: list[int], forgotten: set[int], data: st.DataObject
) -> None:
    items = [
        a_post(number, referenced_tweets=[{"type": data.draw(_TYPES), "id": a_post(other)["id"]}])
        for number in numbers
        if (other := data.draw(st.integers(1, 8)))
    ]
    ids = {a_post(number)["id"] for number in forgotten}
    page = a_page(*items, a_post(7))
    redacted = redact(page, ErasureTarget(frozenset(ids)))

    assert not any(post_id in json.dumps(redacted.body) for post_id in ids)
    assert not mentioned_ids(redacted) & ids
    assert redact(redacted, ErasureTarget(frozenset(ids))) == redacted
    day = derive([redacted], work(include=("posts", "quotes", "replies", "retweets")))
    counts = day.counts
    assert counts.fetched == len(page.items) == counts.kept + counts.forgotten
    assert counts.forgotten >= sum(item["id"] in ids for item in page.items)


_TYPES = st.sampled_from(["replied_to", "quoted", "retweeted"])


@given(st.sets(st.integers(1, 5)))
def test_posts_made_of_a_redacted_page_are_the_redacted_posts(forgotten: set[int]) -> None:
    """So it is all the same whether raw pages have expired."""
    items = [
        a_post(number, conversation_id=a_post(1)["id"], text=f"Look: https://x.com/a/status/{ONE}")
        for number in range(1, 6)
    ]
    target = posts(*(a_post(number)["id"] for number in forgotten))
    page = a_page(*items)
    before = derive([page], work()).posts
    after = derive([redact(page, target)], work()).posts
    assert_frame_equal(redact_frame(before, target).drop("clean_text"), after.drop("clean_text"))


def test_a_stored_retweet_is_told_by_what_it_repeats() -> None:
    frame = stored_posts(
        {"kind": "retweet", "text": "RT @NASA: Liftoff!"},
        {"kind": "retweet", "text": "RT @esa: Liftoff!"},
        {"kind": "post", "text": "RT @NASA: Liftoff!"},
    )
    redacted = redact_frame(frame, ErasureTarget(copies=frozenset({copy_of("nasa", "Liftoff!")})))
    assert_frame_equal(redacted, frame[1:])
    assert_frame_equal(
        redact_frame(frame, ErasureTarget(accounts=frozenset({"esa"}))),
        frame.filter(pl.col("post_id") != "2"),
    )


def test_a_stored_post_is_told_by_any_of_its_versions() -> None:
    """Its raw page may have expired, and the link that somebody sends may be of an older version."""
    stored = stored_posts({"post_id": "12", "edit_history": ["11", "12"]}, {"post_id": "13"})
    assert redact_frame(stored, posts("11"))["post_id"].to_list() == ["13"]
    assert related_in(stored, posts("11")) == {"12"}


def test_a_row_of_a_forgotten_user_is_told_by_the_user_s_id_in_either_column() -> None:
    rows = [{"author_id": "77"}, {"user_id": "77"}, {"author_id": "78"}, {"user_id": "78"}]
    assert redact_rows(rows, ErasureTarget(user_ids=frozenset({"77"}))) == rows[2:]


def test_a_quarantined_post_is_told_by_what_x_sent() -> None:
    frame = pl.DataFrame({"post_id": [None, "5"], "item": [json.dumps(a_post(1, text=None)), '"no object"']})
    assert_frame_equal(redact_frame(frame, posts(ONE)), frame[1:])
    assert related_in(frame, posts(ONE)) == set()
