"""Faults that replace or truncate X's response, over real HTTP."""

import http.client
import socket
from datetime import UTC, datetime

import pytest
import requests

from tests.pipeline.sandbox.client import MORNING_AFTER, TOKEN
from tests.pipeline.sandbox.faults.misbehaving import (
    HANDLE,
    ask,
    hits,
    misbehaving,
    rule,
)

PROBLEMS = "https://api.twitter.com/2/problems"


EXPECTED = {
    "429": (429, "Too Many Requests", "about:blank"),
    "429_without_reset": (429, "Too Many Requests", "about:blank"),
    "monthly_cap": (429, "UsageCapExceeded", f"{PROBLEMS}/usage-capped"),
    "401": (401, "Unauthorized", "about:blank"),
    "402": (402, "CreditsDepleted", f"{PROBLEMS}/credits"),
    "403": (403, "Client Forbidden", f"{PROBLEMS}/client-forbidden"),
    "spend_cap": (403, "SpendCapReached", f"{PROBLEMS}/credits"),
    "400": (400, "Invalid Request", f"{PROBLEMS}/invalid-request"),
    "500": (500, "Internal Server Error", "about:blank"),
    "503": (503, "Service Unavailable", "about:blank"),
}


@pytest.mark.parametrize("fault", EXPECTED)
def test_an_error_has_x_s_status_and_body_once_and_costs_no_post(fault: str) -> None:
    with misbehaving(rule(fault, times=1)) as x:
        answer = ask(x)
        body = answer.json()
        assert (answer.status_code, body["title"], body["type"]) == EXPECTED[fault]
        assert body["detail"]
        assert answer.headers["x-aviary-sandbox"] == "1"
        assert x.answer("/sandbox/served").json()["posts"] == 0
        assert ask(x).status_code == 200


def test_the_kinds_of_429_differ_in_their_headers() -> None:
    rules = [rule(fault, times=1) for fault in ("429", "429_without_reset", "monthly_cap")]
    with misbehaving(*rules, rate_limit=100) as x:
        with_reset, without_reset, cap = (ask(x, now="2026-11-23T06:07:00Z").headers for _ in rules)
    reset = int(datetime(2026, 11, 23, 6, 15, tzinfo=UTC).timestamp())
    assert (with_reset["x-rate-limit-remaining"], int(with_reset["x-rate-limit-reset"])) == ("0", reset)
    assert not [name for name in without_reset if name.startswith("x-rate-limit")]
    assert cap["x-rate-limit-remaining"] == "97"


def test_a_401_has_no_rate_limit_headers_and_a_403_names_the_missing_enrolment() -> None:
    with misbehaving(rule("401", times=1), rule("403", times=1)) as x:
        unauthorized, forbidden = ask(x), ask(x)
    assert not [name for name in unauthorized.headers if name.startswith("x-rate-limit")]
    assert forbidden.json()["reason"] == "client-not-enrolled"


def test_a_400_lists_the_values_that_would_be_accepted() -> None:
    with misbehaving(rule("400")) as x:
        (error,) = ask(x).json()["errors"]
    assert "is not one of [" in error["message"]


def test_html_comes_with_status_200() -> None:
    with misbehaving(rule("html")) as x:
        answer = ask(x)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_list_comes_with_status_200() -> None:
    with misbehaving(rule("list")) as x:
        answer = ask(x)
    assert answer.status_code == 200
    assert isinstance(answer.json(), list)


def test_a_truncated_response_is_complete_by_its_headers_and_its_posts_count_as_served() -> None:
    with misbehaving(rule("truncated", times=1)) as x:
        answer = ask(x)
        assert (answer.status_code, int(answer.headers["content-length"])) == (200, len(answer.content))
        served = x.answer("/sandbox/served").json()["posts"]
        whole = ask(x)
    assert whole.content.startswith(answer.content)
    assert len(answer.content) == len(whole.content) // 2
    assert served == whole.json()["meta"]["result_count"] == 10
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_reset_is_not_an_orderly_end_of_the_connection() -> None:
    with misbehaving(rule("reset", times=1)) as x:
        user_id = x.user_id(HANDLE)
        connection = http.client.HTTPConnection(x.address.removeprefix("http://"), timeout=10)
        with pytest.raises(ConnectionResetError) as raised:
            _get(connection, user_id)
        assert raised.type is ConnectionResetError  # RemoteDisconnected, of an orderly end, is one as well
        assert _get(connection, user_id).status == 200
        connection.close()
        assert x.answer("/sandbox/served").json()["statuses"] == {"200": 2, "reset": 1}


def _get(connection: http.client.HTTPConnection, user_id: str) -> http.client.HTTPResponse:
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Aviary-Now": MORNING_AFTER}
    connection.request("GET", f"/2/users/{user_id}/tweets", headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer


def test_a_hang_lasts_until_the_client_gives_up_and_blocks_no_other_request() -> None:
    with misbehaving(rule("hang", times=1)) as x:
        path = f"{x.address}/2/users/{x.user_id(HANDLE)}/tweets"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with pytest.raises(requests.ReadTimeout):
            requests.get(path, headers=headers, timeout=(10, 0.2))
        assert ask(x).status_code == 200
        assert x.answer("/sandbox/served").json()["statuses"]["hang"] == 1


def test_a_drip_never_ends_though_every_byte_comes_in_time() -> None:
    with misbehaving(rule("drip", times=1)) as x:
        path = f"{x.address}/2/users/{x.user_id(HANDLE)}/tweets"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with requests.get(path, headers=headers, timeout=10, stream=True) as answer:
            assert answer.status_code == 200
            assert "content-length" not in answer.headers
            dripped = answer.iter_content(1)
            assert [next(dripped) for _ in range(5)] == [b" "] * 5
        assert ask(x).status_code == 200


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_the_server_stops_without_a_message_during_a_response(
    fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with misbehaving(rule(fault)) as x:
        host, port = x.address.removeprefix("http://").split(":")
        client = socket.create_connection((host, int(port)), timeout=10)
        user_id = x.user_id(HANDLE)
        request = (
            f"GET /2/users/{user_id}/tweets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        )
        client.sendall(request.encode())
        for _ in range(1000):
            if hits(x) == [1]:
                break
        else:
            pytest.fail("the request has not come")
    with client:
        try:
            while client.recv(1024):
                pass
        except ConnectionResetError:
            pass
    assert capfd.readouterr().err == ""


def test_an_expired_token_is_refused_only_where_one_is_sent() -> None:
    with misbehaving(rule("expired_token", times=1)) as x:
        first = ask(x, max_results=5)
        token = first.json()["meta"]["next_token"]
        refused = ask(x, max_results=5, pagination_token=token)
        (error,) = refused.json()["errors"]
        assert (first.status_code, refused.status_code) == (200, 400)
        assert error["parameters"] == {"pagination_token": [token]}
        assert f"[{token}] is not valid" in error["message"]
        assert ask(x, max_results=5, pagination_token=token).status_code == 200
