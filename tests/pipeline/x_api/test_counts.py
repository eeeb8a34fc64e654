"""X's counts of recent posts: one request, and an answer that covers the day or is none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RateLimited, RunStopped, XBadResponse, XError, XRefused, XUnavailable
from pipeline.window import Window
from pipeline.x_api.client import XApi
from pipeline.x_api.counts import PartCount, mentions_query, own_posts_query, parse_counts
from tests.conftest import Answer, StubServer
from tests.pipeline.given import DAY

START, END = Window(DAY, "UTC").start, Window(DAY, "UTC").end
ODD: list[Any] = [None, True, -1, 1.5, "7", "", [], {}, 2**70, "yesterday", "9999-12-31T23:59:59-14:00"]


def part(hour: int, posts: Any = 5, **changes: Any) -> dict[str, Any]:
    start = START + timedelta(hours=hour)
    return {"start": text(start), "end": text(start + timedelta(hours=1)), "tweet_count": posts} | changes


def text(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S.000Z}"


def counted(*parts: Any, total: Any = None) -> dict[str, Any]:
    known = sum(part["tweet_count"] for part in parts) if total is None else total
    return {"data": list(parts), "meta": {"total_tweet_count": known}}


def ask(x: XApi) -> tuple[PartCount, ...]:
    return x.counts("@nasa: counting its mentions", mentions_query("NASA"), START, END)


def test_one_request_asks_for_the_day_by_the_hour(stub: StubServer) -> None:
    found = ask(stub.x(Answer(counted(part(0, 3), part(1, 0)))))
    hour = timedelta(hours=1)
    assert found == (PartCount(START, START + hour, 3), PartCount(START + hour, START + 2 * hour, 0))
    [request] = stub.requests
    assert request.url.path == "/2/tweets/counts/recent"
    assert stub.asked() == [
        {
            "query": "(@NASA OR to:NASA) -from:NASA -is:retweet",
            "start_time": "2026-11-22T00:00:00Z",
            "end_time": "2026-11-23T00:00:00Z",
        }
    ]


@pytest.mark.parametrize(
    ("include", "query"),
    [
        (("posts", "quotes", "replies", "retweets"), "from:nasa"),
        (("posts", "quotes", "replies"), "from:nasa -is:retweet"),
        (("posts",), "from:nasa -is:reply -is:quote -is:retweet"),
        (("replies",), "from:nasa -is:quote -is:retweet"),
    ],
)
def test_own_posts_are_counted_without_the_kinds_that_are_not_included(
    include: tuple[str, ...], query: str
) -> None:
    assert own_posts_query("nasa", include) == query
    assert len(mentions_query("x" * 15)) < 512


def test_new_words_are_read_too() -> None:
    renamed = part(3, post_count=5)
    del renamed["tweet_count"]
    body = {"data": [renamed], "meta": {"total_post_count": 5}}
    assert parse_counts("@nasa", body, START, END)[0].posts == 5


def test_parts_come_in_order_and_keep_their_length() -> None:
    half = part(0, 2, start=text(START), end=text(START + timedelta(minutes=30)))
    found = parse_counts("@nasa", counted(part(5), half), START, END)
    assert [each.posts for each in found] == [2, 5]
    assert found[0].end == datetime(2026, 11, 22, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        counted(part(0), part(1), total=11),  # an hour is missing
        counted(part(0), part(0)),  # one comes twice
        counted(part(-1)),  # before the day
        counted(part(24)),  # after it
        counted(part(3, start=text(END), end=text(START))),
        {"data": [part(0)]},
        {"data": [part(0)], "meta": {}},
        {"meta": {"total_tweet_count": 7}},
        {"errors": [{"title": "Not Found Error"}]},
        {"data": [5, part(0)], "meta": {"total_tweet_count": 5}},
        {"data": [part(0, post_count=5)], "meta": {"total_tweet_count": 5}},
        *({"data": [part(0, odd)], "meta": {"total_tweet_count": 5}} for odd in ODD),
        *({"data": [part(0)], "meta": {"total_tweet_count": odd}} for odd in ODD),
        *({"data": [part(0, start=odd)], "meta": {"total_tweet_count": 5}} for odd in ODD),
    ],
    ids=lambda body: str(body)[:60],
)
def test_an_answer_that_does_not_cover_the_day_is_none_and_may_have_been_billed(
    stub: StubServer, body: dict[str, Any]
) -> None:
    with pytest.raises(XBadResponse) as caught:
        ask(stub.x(Answer(body)))
    assert caught.value.perhaps_billed
    assert str(caught.value).startswith("@nasa: counting its mentions: X")


def test_a_day_without_mentions_is_counted() -> None:
    assert parse_counts("@nasa", {"meta": {"total_tweet_count": 0}}, START, END) == ()


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer({"reason": "client-not-enrolled"}, 403), XRefused, "does not let the app count posts (403)"),
        (Answer({"title": "Forbidden"}, 403), XRefused, "X refuses the request (403: Forbidden)"),
        (Answer({"title": "SpendCapReached"}, 403), RunStopped, "may not read posts"),
        (Answer({"title": "CreditsDepleted"}, 402), RunStopped, "out of credits"),
        (Answer({"title": "Unauthorized"}, 401), RunStopped, "bearer token"),
        (Answer({"title": "UsageCapExceeded"}, 429), RunStopped, "monthly cap"),
        (Answer({"title": "Too Many Requests"}, 429), RateLimited, "window is used up"),
        (Answer({"title": "Invalid Request"}, 400), XRefused, "400"),
        (Answer("", 503), XUnavailable, "503"),
        (Answer("<html>"), XBadResponse, "not JSON"),
    ],
)
def test_failures_are_those_of_every_request_but_that_an_app_may_read_and_not_count(
    stub: StubServer, answer: Answer, error: type[XError], words: str
) -> None:
    with pytest.raises(error) as caught:
        ask(stub.x(answer))
    assert type(caught.value) is error
    assert words in str(caught.value)


def test_a_used_up_window_of_counts_holds_no_timeline_back(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AVIARY_NOW")
    x = stub.x(Answer({"title": "Too Many Requests"}, 429), Answer({"meta": {"result_count": 0}}))
    with pytest.raises(RateLimited):
        ask(x)
    with pytest.raises(RateLimited):
        ask(x)
    assert len(stub.requests) == 1
    assert x.timeline_page("nasa", "11348282", end_time=END, max_results=5)["meta"] == {"result_count": 0}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just("2026-11-22T05:00:00.000Z"),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["start", "end", "tweet_count", "total_tweet_count"]) | st.text(), inner
        )
    ),
)


@given(JSON, JSON)
def test_whatever_x_answers_is_parts_that_add_up_or_one_error(data: Any, meta: Any) -> None:
    try:
        found = parse_counts("@nasa", {"data": data, "meta": meta}, START, END)
    except XBadResponse:
        return
    assert sum(each.posts for each in found) == meta["total_tweet_count"]


def test_the_sandbox_is_asked_the_same_way(x: XApi, morning_after: str) -> None:
    found = x.counts("@northwindair", mentions_query("northwindair"), START, END)
    assert len(found) == 24
    assert sum(each.posts for each in found) > 0
