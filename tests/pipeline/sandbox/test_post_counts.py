"""Counts of recent posts, as X's own endpoint gives them."""

from typing import Any

import pytest

from tests.pipeline.sandbox.client import X
from tests.pipeline.sandbox.faults.misbehaving import DAY, hits, misbehaving, rule

PATH = "/2/tweets/counts/recent"
MENTIONS = "(@stadiumfc OR to:stadiumfc) -from:stadiumfc -is:retweet"


def total(x: X, query: str, **parameters: Any) -> int:
    return int(x.get(PATH, query=query, **(DAY | parameters))["meta"]["total_tweet_count"])


def test_the_hours_of_a_day_cover_it_and_add_up(x: X) -> None:
    body = x.get(PATH, query=MENTIONS, **DAY)
    assert len(body["data"]) == 24
    assert body["data"][0]["start"] == "2026-11-22T00:00:00.000Z"
    assert [part["end"] for part in body["data"][:-1]] == [part["start"] for part in body["data"][1:]]
    assert sum(part["tweet_count"] for part in body["data"]) == body["meta"]["total_tweet_count"] > 0
    assert len(x.get(PATH, query=MENTIONS, granularity="day", **DAY)["data"]) == 1


def test_a_day_that_begins_on_the_half_hour_has_partial_hours_at_its_edges(x: X) -> None:
    half = {"start_time": "2026-11-21T18:30:00Z", "end_time": "2026-11-22T18:30:00Z"}
    parts = x.get(PATH, query=MENTIONS, **half)["data"]
    assert len(parts) == 25
    assert (parts[0]["end"], parts[-1]["start"]) == ("2026-11-21T19:00:00.000Z", "2026-11-22T18:00:00.000Z")


def test_an_account_s_own_posts_are_those_of_its_timeline(x: X) -> None:
    shown = x.day("stadiumfc", "2026-11-22", tweet_fields="referenced_tweets")
    assert shown
    kinds = [{each["type"] for each in post.get("referenced_tweets", ())} for post in shown]
    assert total(x, "from:stadiumfc") == len(shown)
    without = sum("retweeted" not in kind for kind in kinds)
    assert total(x, "from:stadiumfc -is:retweet") == without
    plain = sum(not kind for kind in kinds)
    assert total(x, "from:stadiumfc -is:reply -is:quote -is:retweet") == plain < without


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"query": "cats"}, "[cats] is none that the sandbox understands"),
        ({"query": MENTIONS.replace("to:stadiumfc", "to:nasa")}, "is none that the sandbox understands"),
        ({"query": "from:stadiumfc" + " -is:reply" * 60}, "is none that the sandbox understands"),
        ({"granularity": "week"}, "[week] is not one of [day,hour,minute]"),
        ({"start_time": "2026-11-16T05:59:59Z"}, "must be on or after 2026-11-16T06:00Z"),
        ({"end_time": "2026-11-23T05:59:55Z"}, "must be a minimum of 10 seconds prior"),
        ({"max_results": 10}, "The query parameter [max_results] is not one of"),
    ],
)
def test_what_x_would_refuse_is_refused(x: X, parameters: dict[str, Any], words: str) -> None:
    answer = x.answer(PATH, **({"query": MENTIONS} | DAY | parameters))
    assert answer.status_code == 400
    assert words in answer.text


@pytest.mark.heavy
def test_a_window_has_three_hundred_requests() -> None:
    with misbehaving() as x:
        answers = [x.answer(PATH, query=MENTIONS, **DAY) for _ in range(301)]
    assert [answer.status_code for answer in answers] == [200] * 300 + [429]
    assert answers[0].headers["x-rate-limit-limit"] == "300"


def test_faults_of_counts_are_about_the_account_in_the_query() -> None:
    rules = [rule("403", endpoint="counts", times=1), rule("lost_hours", times=1), rule("new_words")]
    with misbehaving(*rules) as x:
        assert x.get(PATH, query=MENTIONS.replace("stadiumfc", "nasa"), **DAY)["data"]
        assert hits(x) == [0, 0, 0]
        assert x.answer(PATH, query=MENTIONS, **DAY).status_code == 403
        body = x.get(PATH, query=MENTIONS, **DAY)
        again = x.get(PATH, query=MENTIONS, **DAY)
    assert sum(part["post_count"] for part in body["data"]) < body["meta"]["total_post_count"]
    assert again["meta"] == body["meta"]
    assert sum(part["post_count"] for part in again["data"]) == again["meta"]["total_post_count"]


def test_counts_are_no_post_reads() -> None:
    with misbehaving() as fresh:
        fresh.get(PATH, query=MENTIONS, **DAY)
        assert fresh.get("/2/usage/tweets", days=1)["data"]["project_usage"] == "0"
