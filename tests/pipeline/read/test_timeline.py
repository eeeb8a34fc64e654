"""A timeline is read page by page to its end, around expired tokens and odd pages."""

from typing import Any

import pytest

from pipeline.collect import collect
from pipeline.errors import RunStopped, XRefused, XUnavailable
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.raw import find_manifest
from pipeline.page import pack, unpack
from pipeline.spend.ledger import spent
from pipeline.spend.writer import read_month
from pipeline.status import Status
from pipeline.x_api.prices import Reads
from tests.conftest import Answer, StubServer
from tests.pipeline.given import DAY, a_body, a_post, a_retweet, work
from tests.pipeline.read.days import EXPIRED, outcome_of, pages_of


def test_short_and_empty_pages_with_a_token_are_gone_through(lake: Lake, stub: StubServer) -> None:
    result = collect(lake, stub.x(*pages_of(2, 0, 0, 1)), work())
    assert (result.pages, result.posts, result.truncated) == (4, 3, False)


def test_empty_pages_without_end_have_one(lake: Lake, stub: StubServer) -> None:
    answers = [Answer(a_body(token=f"token-{number}")) for number in range(100)]
    with pytest.raises(XUnavailable, match="X sent 21 empty pages in a row"):
        collect(lake, stub.x(*answers), work())
    assert len(stub.requests) == 21


@pytest.mark.parametrize("sizes", [[1, 0] * 12 + [1], [1, *[0] * 20, 1]])
def test_only_more_than_twenty_empty_pages_in_a_row_are_too_many(
    lake: Lake, stub: StubServer, sizes: list[int]
) -> None:
    result = collect(lake, stub.x(*pages_of(*sizes)), work())
    assert (result.pages, result.posts) == (len(sizes), sum(sizes))


def test_a_page_after_a_gap_is_read_again(lake: Lake, stub: StubServer) -> None:
    answers = pages_of(1, 1, 1)
    collect(lake, stub.x(*answers), work())
    lake.delete(keys.raw_manifest(DAY, "nasa"))
    lake.delete(keys.raw_page(DAY, "nasa", 2))
    result = collect(lake, stub.x(*answers[1:]), work())
    assert (result.pages, len(stub.requests)) == (3, 2)


def test_an_expired_token_is_gone_around_by_the_oldest_post_so_far(lake: Lake, stub: StubServer) -> None:
    first, second = pages_of(3, 2)
    result = collect(lake, stub.x(first, EXPIRED, second), work())
    assert (result.pages, result.posts, result.truncated) == (2, 5, False)
    asked = stub.asked()[2]
    assert "pagination_token" not in asked
    assert asked["until_id"] == min(post["id"] for post in first.body["data"])
    assert (asked["start_time"], asked["end_time"]) == ("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z")
    assert spent(read_month(lake, "2026-11")) == Reads(posts=5)


def test_a_token_that_expired_while_nobody_read_is_found_out_at_no_cost(lake: Lake, stub: StubServer) -> None:
    first, second, third = pages_of(3, 2, 1)
    with pytest.raises(RunStopped):
        collect(lake, stub.x(first, Answer({}, 402)), work())
    later = work(run_id="another-run")
    result = collect(lake, stub.x(EXPIRED, second, EXPIRED, third), later)
    assert (result.pages, result.posts) == (3, 6)
    assert spent(read_month(lake, "2026-11")) == Reads(posts=6)


def test_after_empty_pages_an_expired_token_begins_the_window_anew(lake: Lake, stub: StubServer) -> None:
    empty = Answer(a_body(token="t"))
    collect(lake, stub.x(empty, EXPIRED, *pages_of(2)), work())
    assert not {"until_id", "pagination_token"} & set(stub.asked()[2])


def test_a_token_that_expires_whenever_asked_ends_the_account_and_not_in_a_loop(
    lake: Lake, stub: StubServer
) -> None:
    with pytest.raises(XRefused, match="no longer takes its own page token"):
        collect(lake, stub.x(*pages_of(3, 2)[:1], EXPIRED), work())
    assert len(stub.requests) == 3


def sizes_asked(stub: StubServer) -> list[int]:
    return [int(query["max_results"]) for query in stub.asked()]


def test_pages_are_no_larger_than_what_is_still_wanted(lake: Lake, stub: StubServer) -> None:
    collect(lake, stub.x(*pages_of(100, 60, 30, 10)), work(max_posts=230))
    assert sizes_asked(stub) == [100, 100, 70, 40]


def test_reading_stops_at_max_posts_and_says_that_there_is_more(lake: Lake, stub: StubServer) -> None:
    result = collect(lake, stub.x(*pages_of(7, 5)), work(max_posts=7))
    assert (sizes_asked(stub), result.posts, result.truncated) == ([7], 7, True)


def test_a_day_of_just_max_posts_is_not_truncated(lake: Lake, stub: StubServer) -> None:
    assert not collect(lake, stub.x(*pages_of(7)), work(max_posts=7)).truncated


def test_fewer_than_x_gives_at_least_are_asked_for_as_five(lake: Lake, stub: StubServer) -> None:
    collect(lake, stub.x(*pages_of(3, 4)), work(max_posts=4))
    assert sizes_asked(stub) == [5, 5]


@pytest.mark.parametrize(
    ("include", "exclude", "expansions"),
    [
        (("posts",), "replies,retweets", None),
        (("posts", "quotes", "replies"), "retweets", None),
        (("posts", "retweets"), "replies", "referenced_tweets.id"),
        (("replies", "retweets"), None, "referenced_tweets.id"),
    ],
)
def test_x_is_asked_for_no_more_than_what_is_included(
    lake: Lake, stub: StubServer, include: tuple[str, ...], exclude: str | None, expansions: str | None
) -> None:
    collect(lake, stub.x(*pages_of(1)), work(include=include))
    [query] = stub.asked()
    assert (query.get("exclude"), query.get("expansions")) == (exclude, expansions)


def test_posts_and_the_originals_of_retweets_are_both_in_the_book(lake: Lake, stub: StubServer) -> None:
    original = {"id": "17", "text": "whole"}
    body = a_body(a_retweet(2), a_post(1), included=[original])
    collect(lake, stub.x(Answer(body)), work(include=("posts", "retweets")))
    assert spent(read_month(lake, "2026-11")) == Reads(posts=3)


def test_a_page_without_any_counts_stops_and_nothing_more_is_bought(lake: Lake, stub: StubServer) -> None:
    body = a_body(*(a_post(number, public_metrics=None) for number in (2, 1)), token="next")
    for asked in (1, 0):  # the second time, too, and for nothing
        with pytest.raises(XRefused, match="none of the 2 posts of a page has public_metrics"):
            collect(lake, stub.x(Answer(body)), work())
        assert len(stub.requests) == asked
    assert outcome_of(lake).status == Status.FAILED
    assert find_manifest(lake, DAY, "nasa") is None


def test_a_single_post_without_counts_does_not_stop_the_page(lake: Lake, stub: StubServer) -> None:
    result = collect(lake, stub.x(Answer(a_body(a_post(2, public_metrics=None), a_post(1), 7))), work())
    assert result.posts == 3


def test_a_page_that_leads_to_itself_is_not_followed_for_ever(lake: Lake, stub: StubServer) -> None:
    with pytest.raises(XUnavailable, match="X's next page is one that it gave before"):
        collect(lake, stub.x(Answer(a_body(token="again"))), work())
    assert len(stub.requests) == 2


def test_a_page_of_another_request_behind_a_gap_is_replaced(lake: Lake, stub: StubServer) -> None:
    """It is of a reading that had other tokens: followed, it would leave posts out or bring them twice."""
    answers = pages_of(1, 1, 1)
    collect(lake, stub.x(*answers), work())
    foreign = unpack(lake.get(keys.raw_page(DAY, "nasa", 3)))
    lake.delete(keys.raw_manifest(DAY, "nasa"))
    lake.delete(keys.raw_page(DAY, "nasa", 2))
    other = foreign.model_copy(update={"request": foreign.request | {"token": "of another reading"}})
    lake.put(keys.raw_page(DAY, "nasa", 3), pack(other))
    collect(lake, stub.x(*answers[1:]), work())
    assert unpack(lake.get(keys.raw_page(DAY, "nasa", 3))).request == foreign.request


def test_another_runs_answer_to_the_same_request_is_kept_and_continued_from(
    lake: Lake, stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs at once follow one sequence of pages: the one that was stored first."""
    answers = pages_of(1, 1)
    collect(lake, stub.x(*answers), work())
    theirs = lake.get(keys.raw_page(DAY, "nasa", 1))
    for key in lake.keys(keys.raw_folder(DAY, "nasa")):
        lake.delete(key)
    put_if = Lake.put_if

    def put_after_them(self: Lake, key: str, body: bytes, etag: str | None, **options: Any) -> str | None:
        if key == keys.raw_page(DAY, "nasa", 1):
            self.put(key, theirs)
        return put_if(self, key, body, etag, **options)

    monkeypatch.setattr(Lake, "put_if", put_after_them)
    different = Answer(answers[0].body | {"data": [a_post(77)]})
    collect(lake, stub.x(different, answers[1]), work())
    assert lake.get(keys.raw_page(DAY, "nasa", 1)) == theirs
