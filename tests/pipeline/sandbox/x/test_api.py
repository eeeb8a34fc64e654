"""The sandbox X API answers as X does: who may ask, what may be asked, and in which words it refuses."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from pipeline.sandbox.x.api import create_app
from pipeline.sandbox.x.server import serving
from tests.pipeline.sandbox.conftest import TOKEN, X

INVALID = "https://api.twitter.com/2/problems/invalid-request"


def _messages(x: X, path: str, **parameters: Any) -> list[str]:
    answer = x.answer(path, **parameters)
    body = answer.json()
    assert answer.status_code == 400, body
    assert (body["title"], body["type"]) == ("Invalid Request", INVALID)
    return [error["message"] for error in body["errors"]]


def test_every_answer_says_that_it_comes_from_the_sandbox(x: X) -> None:
    answers = [
        x.answer("/2/users/by", usernames="nasa"),
        x.answer("/2/users/by", token="wrong", usernames="nasa"),
        x.answer("/2/users/by"),
        x.answer("/nowhere"),
        x.answer("/sandbox/served"),
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 400, 404, 200]
    assert {answer.headers["x-aviary-sandbox"] for answer in answers} == {"1"}


@pytest.mark.parametrize("path", ["/2/users/by?usernames=nasa", "/2/users/1/tweets", "/2/usage/tweets"])
def test_a_wrong_token_gets_x_s_401_and_no_rate_limit_headers(x: X, path: str) -> None:
    answer = x.answer(path, token="wrong")
    assert answer.json() == {
        "title": "Unauthorized",
        "type": "about:blank",
        "status": 401,
        "detail": "Unauthorized",
    }
    assert answer.status_code == 401
    assert not [name for name in answer.headers if name.startswith("x-rate-limit")]


def test_handles_are_found_in_any_letter_case(x: X) -> None:
    assert x.user_id("StadiumFC") == x.user_id("stadiumfc") == x.user_id("STADIUMFC")


def test_any_handle_at_all_has_an_account_and_posts(x: X) -> None:
    for handle in ("nobody_ever_", "007", "X", "a" * 15):
        assert x.timeline(handle, max_results=5)["meta"]["result_count"] > 0


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
    ("parameters", "said"),
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
def test_a_wrong_parameter_is_refused_with_what_would_be_right(
    x: X, parameters: dict[str, object], said: str
) -> None:
    messages = _messages(x, f"/2/users/{x.user_id('nasa')}/tweets", **parameters)
    assert any(said in message for message in messages), messages


def test_all_that_is_wrong_with_a_request_is_said_at_once(x: X) -> None:
    assert len(_messages(x, "/2/users/1/tweets", max_results=4, exclude="all", colour="blue")) == 3


def test_an_id_that_is_no_number_is_refused(x: X) -> None:
    assert "[abc] is not valid" in _messages(x, "/2/users/abc/tweets")[0]


def test_end_time_may_be_ten_seconds_ago(x: X) -> None:
    x.timeline("nasa", end_time="2026-11-23T05:59:50Z")


def test_rate_limit_headers_count_down_and_a_used_up_window_is_a_429() -> None:
    with serving(create_app(TOKEN, rate_limit=2)) as address:
        x = X(address)
        path = f"/2/users/{x.user_id('nasa')}/tweets"
        first, second, third = (x.answer(path, now="2026-11-23T06:07:00Z") for _ in range(3))
        reset = int(datetime(2026, 11, 23, 6, 15, tzinfo=UTC).timestamp())
        assert [(a.status_code, a.headers["x-rate-limit-remaining"]) for a in (first, second, third)] == [
            (200, "1"),
            (200, "0"),
            (429, "0"),
        ]
        assert {a.headers["x-rate-limit-limit"] for a in (first, second, third)} == {"2"}
        assert int(third.headers["x-rate-limit-reset"]) == reset
        body = {
            "title": "Too Many Requests",
            "type": "about:blank",
            "status": 429,
            "detail": "Too Many Requests",
        }
        assert third.json() == body
        assert x.answer(path, now="2026-11-23T06:15:00Z").status_code == 200


def test_an_unreadable_instant_in_the_clock_header_is_refused(x: X) -> None:
    assert x.answer("/2/users/by", now="yesterday", usernames="nasa").status_code == 400


def test_the_frozen_clock_stands_in_when_a_request_brings_no_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVIARY_NOW", "2026-11-10T12:00:00Z")
    with serving(create_app(TOKEN)) as address:
        url = f"{address}/2/users/{X(address).user_id('citymetro')}/tweets"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        body = requests.get(url, params={"tweet.fields": "created_at"}, headers=headers, timeout=10).json()
    assert body["data"][0]["created_at"].startswith("2026-11-10T1")


def test_usage_counts_each_post_once_a_day() -> None:
    with serving(create_app(TOKEN)) as address:
        x = X(address)
        for _ in range(2):
            x.timeline("stadiumfc", max_results=20)
        body = x.get("/2/usage/tweets", days=2, usage_fields="daily_project_usage,cap_reset_day")
    assert body["data"]["project_usage"] == "20"
    assert body["data"]["daily_project_usage"]["usage"] == [
        {"date": "2026-11-22T00:00:00.000Z", "usage": "0"},
        {"date": "2026-11-23T00:00:00.000Z", "usage": "20"},
    ]
    assert "daily_client_app_usage" not in body["data"]


def test_the_counters_tell_what_was_served_and_can_be_reset() -> None:
    with serving(create_app(TOKEN)) as address:
        x = X(address)
        x.timeline("stadiumfc", max_results=20)
        x.answer("/2/users/by", token="wrong")
        counters = x.answer("/sandbox/served").json()
        assert counters["endpoints"]["timeline"] == {"requests": 1, "posts": 20, "included": 0}
        assert counters["accounts"]["stadiumfc"] == {"users": 1, "requests": 1, "posts": 20}
        assert counters["statuses"] == {"200": 2, "401": 1}
        assert (counters["requests"], counters["posts"], counters["users"]) == (3, 20, 1)
        requests.post(f"{address}/sandbox/served/reset", timeout=10)
        assert x.answer("/sandbox/served").json()["requests"] == 0


def test_an_id_is_known_again_after_a_restart_when_handles_are_kept(tmp_path: Path) -> None:
    kept = tmp_path / "handles.txt"
    with serving(create_app(TOKEN, handles_file=kept)) as address:
        user_id = X(address).user_id("some_new_handle")
    with serving(create_app(TOKEN, handles_file=kept)) as address:
        assert X(address).get(f"/2/users/{user_id}/tweets")["meta"]["result_count"] > 0
