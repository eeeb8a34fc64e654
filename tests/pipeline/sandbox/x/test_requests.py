"""Which parameters the sandbox's X API accepts, and in which words it refuses the others."""

from typing import Any

import pytest

from tests.pipeline.sandbox.client import X

INVALID = "https://api.twitter.com/2/problems/invalid-request"


def _messages(x: X, path: str, **parameters: Any) -> list[str]:
    answer = x.answer(path, **parameters)
    body = answer.json()
    assert answer.status_code == 400, body
    assert (body["title"], body["type"]) == ("Invalid Request", INVALID)
    return [error["message"] for error in body["errors"]]


@pytest.mark.parametrize("names", ["nasa,not-a-name", "nasa,", "nasa,sixteen_letters_", "nasa, esa", "@nasa"])
def test_one_malformed_name_refuses_the_whole_look_up(x: X, names: str) -> None:
    (message,) = _messages(x, "/2/users/by", usernames=names)
    assert "does not match ^[A-Za-z0-9_]{1,15}$" in message


def test_a_look_up_takes_one_to_a_hundred_names(x: X) -> None:
    assert len(x.get("/2/users/by", usernames=",".join(f"n{i}" for i in range(100)))["data"]) == 100
    assert (
        "not between 1 and 100"
        in _messages(x, "/2/users/by", usernames=",".join(f"n{i}" for i in range(101)))[0]
    )
    assert "can not be empty" in _messages(x, "/2/users/by")[0]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"max_results": 4}, "[4] is not between 5 and 100"),
        ({"max_results": 101}, "[101] is not between 5 and 100"),
        ({"max_results": "ten"}, "[ten] is not a number"),
        ({"tweet_fields": "created_at,likes"}, "[likes] is not one of [article,attachments,author_id,"),
        ({"tweet_fields": "note_post"}, "[note_post] is not one of"),
        ({"post_fields": "note_tweet"}, "[note_tweet] is not one of"),
        ({"expansions": "everything"}, "[everything] is not one of"),
        ({"exclude": "quotes"}, "[quotes] is not one of [replies,retweets]"),
        ({"start_time": "2026-11-22"}, "is not a valid RFC3339 date-time"),
        ({"start_time": "2026-13-22T00:00:00Z"}, "is not a valid RFC3339 date-time"),
        ({"end_time": "2026-11-23T05:59:51Z"}, "must be a minimum of 10 seconds prior to the request time"),
        ({"start_time": "2026-11-22T00:00:00Z", "end_time": "2026-11-22T00:00:00Z"}, "must be earlier than"),
        ({"since_id": "12x"}, "[12x] does not match ^[0-9]{1,19}$"),
        ({"pagination_token": "nonsense"}, "[nonsense] is not valid"),
        ({"colour": "blue"}, "The query parameter [colour] is not one of [end_time,exclude,"),
        ({"tweet_fields": "id", "post_fields": "id"}, "cannot be mixed"),
        ({"tweet_fields": "id", "expansions": "referenced_posts"}, "cannot be mixed"),
    ],
)
def test_a_wrong_parameter_is_refused_with_what_is_accepted(
    x: X, parameters: dict[str, Any], expected: str
) -> None:
    messages = _messages(x, f"/2/users/{x.user_id('nasa')}/tweets", **parameters)
    assert any(expected in message for message in messages), messages


def test_all_errors_of_a_request_are_reported_at_once(x: X) -> None:
    assert len(_messages(x, "/2/users/1/tweets", max_results=4, exclude="all", colour="blue")) == 3


def test_an_id_that_is_not_a_number_is_refused(x: X) -> None:
    assert "[abc] is not valid" in _messages(x, "/2/users/abc/tweets")[0]


def test_end_time_may_be_ten_seconds_ago(x: X) -> None:
    x.timeline("nasa", end_time="2026-11-23T05:59:50Z")
