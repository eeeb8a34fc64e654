"""What all requests to the sandbox's X API share: token, clock, rate limit, counters."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from pipeline.sandbox.app import create_app
from pipeline.sandbox.x.server import serving
from tests.pipeline.sandbox.client import TOKEN, X
from tests.pipeline.sandbox.faults.misbehaving import ask, misbehaving


def test_every_response_says_that_it_comes_from_the_sandbox(x: X) -> None:
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


def test_a_window_may_be_short() -> None:
    with misbehaving(rate_limit=1, rate_window=60) as x:
        passed, refused, later = (ask(x, now=f"2026-11-23T06:0{now}Z") for now in ("7:10", "7:59", "8:00"))
    assert [answer.status_code for answer in (passed, refused, later)] == [200, 429, 200]
    reset = int(datetime(2026, 11, 23, 6, 8, tzinfo=UTC).timestamp())
    assert int(refused.headers["x-rate-limit-reset"]) == reset


def test_an_unreadable_instant_in_the_clock_header_is_refused(x: X) -> None:
    assert x.answer("/2/users/by", now="yesterday", usernames="nasa").status_code == 400


def test_the_frozen_clock_counts_when_a_request_names_no_instant(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_the_stats_show_what_was_served_and_can_be_reset() -> None:
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


def test_handles_are_found_in_any_letter_case(x: X) -> None:
    assert x.user_id("StadiumFC") == x.user_id("stadiumfc") == x.user_id("STADIUMFC")


def test_any_handle_at_all_has_an_account_and_posts(x: X) -> None:
    for handle in ("nobody_ever_", "007", "X", "a" * 15):
        assert x.timeline(handle, max_results=5)["meta"]["result_count"] > 0


def test_an_id_is_known_after_a_restart_when_handles_are_stored(tmp_path: Path) -> None:
    kept = tmp_path / "handles.txt"
    with serving(create_app(TOKEN, handles_file=kept)) as address:
        user_id = X(address).user_id("some_new_handle")
    with serving(create_app(TOKEN, handles_file=kept)) as address:
        assert X(address).get(f"/2/users/{user_id}/tweets")["meta"]["result_count"] > 0
