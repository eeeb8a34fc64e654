"""Posts by their ids: what is returned, and in X's words why something is not."""

from typing import Any

import pytest

from tests.pipeline.sandbox.client import ALL_FIELDS, X
from tests.pipeline.sandbox.faults.misbehaving import misbehaving, rule

PROBLEMS = "https://api.twitter.com/2/problems"
HANDLE = "stadiumfc"
EARLIER = "2026-11-22T12:00:00Z"


def lookup(x: X, *ids: str, **parameters: Any) -> dict[str, Any]:
    return x.get("/2/tweets", ids=",".join(ids), **parameters)


def titles(body: dict[str, Any]) -> dict[str, str]:
    return {error["resource_id"]: error["title"] for error in body.get("errors", ())}


def posts_of(x: X, **parameters: Any) -> list[dict[str, Any]]:
    posts: list[dict[str, Any]] = x.timeline(HANDLE, **({"max_results": 10} | parameters))["data"]
    return posts


def test_posts_come_as_the_timeline_shows_them_each_once(x: X) -> None:
    shown = posts_of(x, tweet_fields=ALL_FIELDS)
    ids = [post["id"] for post in shown]
    assert lookup(x, *ids, ids[0], tweet_fields=ALL_FIELDS) == {"data": shown}


@pytest.mark.parametrize(("spelling", "word"), [("tweet_fields", "tweet"), ("post_fields", "post")])
def test_what_never_was_is_not_found_in_the_words_of_the_request(x: X, spelling: str, word: str) -> None:
    body = lookup(x, "20", **{spelling: "created_at"})
    assert body == {
        "errors": [
            {
                "value": "20",
                "resource_id": "20",
                "parameter": "ids",
                "resource_type": word,
                "detail": f"Could not find {word} with ids: [20].",
                "title": "Not Found Error",
                "type": f"{PROBLEMS}/resource-not-found",
            }
        ]
    }
    [post] = lookup(x, posts_of(x)[0]["id"], **{spelling: "created_at"})["data"]
    assert f"edit_history_{word}_ids" in post


def test_what_is_not_published_yet_is_not_found(x: X) -> None:
    newest = posts_of(x)[0]["id"]
    assert titles(lookup(x, newest, now=EARLIER)) == {newest: "Not Found Error"}


def test_posts_of_suspended_and_protected_accounts_are_refused() -> None:
    with misbehaving() as x:
        ids = [post["id"] for post in posts_of(x)]
        for fault, title in (
            ("suspended", "Authorization Error"),
            ("protected", "Authorization Error"),
            ("missing", "Not Found Error"),
        ):
            with misbehaving(rule(fault, endpoint="lookup")) as other:
                assert titles(lookup(other, ids[0])) == {ids[0]: title}


def test_deleted_posts_are_gone_from_timelines_and_look_ups() -> None:
    with misbehaving(rule("gone", posts=3)) as x:
        left = [post["id"] for post in posts_of(x)]
        with misbehaving() as before:
            all_ids = [post["id"] for post in posts_of(before)]
        assert left == all_ids[3:]
        body = lookup(x, *all_ids)
        assert titles(body) == dict.fromkeys(all_ids[:3], "Not Found Error")
        assert [post["id"] for post in body["data"]] == left


@pytest.mark.parametrize(
    ("fault", "told"),
    [("not_found", "Not Found Error"), ("withheld", "Authorization Error"), ("left_out", None)],
)
def test_a_look_up_misbehaves_for_the_account_it_was_ordered_for_as_often(
    fault: str, told: str | None
) -> None:
    with misbehaving(rule(fault, times=1)) as x:
        other = x.timeline("tideandco", max_results=5)["data"][0]["id"]
        post_id = posts_of(x)[0]["id"]
        body = lookup(x, post_id, other)
        assert titles(body) == ({post_id: told} if told else {})
        assert [post["id"] for post in body["data"]] == [other]
        assert len(lookup(x, post_id)["data"]) == 1
        assert lookup(x, other)["data"]


@pytest.mark.parametrize(("fault", "status"), [("401", 401), ("402", 402), ("503", 503), ("429", 429)])
def test_other_faults_meet_a_look_up_where_that_was_ordered(fault: str, status: int) -> None:
    with misbehaving(rule(fault, endpoint="lookup")) as x:
        post_id = posts_of(x)[0]["id"]
        assert x.answer("/2/tweets", ids=post_id).status_code == status
        assert x.answer("/2/tweets", ids="20").status_code == 200  # about nobody's post


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "can not be empty"),
        ({"ids": "x"}, "value [x] does not match ^[0-9]{1,19}$"),
        ({"ids": "12345678901234567890"}, "does not match"),
        ({"ids": ",".join(map(str, range(1, 102)))}, "has 101 values, not between 1 and 100"),
        ({"ids": "20", "max_results": "5"}, "The query parameter [max_results] is not one of"),
        ({"ids": "20", "tweet_fields": "likes"}, "value [likes] is not one of"),
    ],
)
def test_a_wrong_request_is_refused_in_x_s_words(x: X, parameters: dict[str, str], said: str) -> None:
    answer = x.answer("/2/tweets", **parameters)
    assert answer.status_code == 400
    assert said in answer.text


def test_what_a_look_up_returns_counts_as_served_and_once_a_day_as_used() -> None:
    with misbehaving() as x:
        ids = [post["id"] for post in posts_of(x)]
        lookup(x, *ids, "20")
        counts = x.answer("/sandbox/served").json()
        assert counts["endpoints"]["lookup"] == {"requests": 1, "posts": len(ids)}
        assert x.get("/2/usage/tweets")["data"]["project_usage"] == str(len(ids))
