"""What comes in place of X's answer is what X is known to send."""

import http.client
import socket
from datetime import UTC, datetime

import pytest
import requests

from tests.pipeline.sandbox.conftest import MORNING_AFTER, TOKEN
from tests.pipeline.sandbox.faults.misbehaving import HANDLE, ask, hits, misbehaving, order


def test_the_kinds_of_429_differ_in_their_headers() -> None:
    orders = [order(fault, times=1) for fault in ("429", "429_without_reset", "monthly_cap")]
    with misbehaving(*orders, rate_limit=100) as x:
        told, untold, cap = (ask(x, now="2026-11-23T06:07:00Z").headers for _ in orders)
    reset = int(datetime(2026, 11, 23, 6, 15, tzinfo=UTC).timestamp())
    assert (told["x-rate-limit-remaining"], int(told["x-rate-limit-reset"])) == ("0", reset)
    assert not [name for name in untold if name.startswith("x-rate-limit")]
    assert cap["x-rate-limit-remaining"] == "97"


def test_a_401_has_no_rate_limit_headers_and_a_403_says_which_enrolment_is_lacking() -> None:
    with misbehaving(order("401", times=1), order("403", times=1)) as x:
        unauthorized, forbidden = ask(x), ask(x)
    assert not [name for name in unauthorized.headers if name.startswith("x-rate-limit")]
    assert forbidden.json()["reason"] == "client-not-enrolled"


def test_a_400_lists_the_values_that_would_be_accepted() -> None:
    with misbehaving(order("400")) as x:
        (error,) = ask(x).json()["errors"]
    assert "is not one of [" in error["message"]


def test_html_comes_with_status_200() -> None:
    with misbehaving(order("html")) as x:
        answer = ask(x)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_list_comes_with_status_200() -> None:
    with misbehaving(order("list")) as x:
        answer = ask(x)
    assert answer.status_code == 200
    assert isinstance(answer.json(), list)


def test_a_truncated_answer_is_whole_by_its_headers_and_its_posts_count_as_served() -> None:
    with misbehaving(order("truncated", times=1)) as x:
        answer = ask(x)
        assert (answer.status_code, int(answer.headers["content-length"])) == (200, len(answer.content))
        served = x.answer("/sandbox/served").json()["posts"]
        whole = ask(x)
    assert whole.content.startswith(answer.content)
    assert len(answer.content) == len(whole.content) // 2
    assert served == whole.json()["meta"]["result_count"] == 10
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_reset_is_a_reset_and_no_orderly_end() -> None:
    with misbehaving(order("reset", times=1)) as x:
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


def test_a_hang_lasts_until_the_client_gives_up_and_holds_up_nobody_else() -> None:
    with misbehaving(order("hang", times=1)) as x:
        path = f"{x.address}/2/users/{x.user_id(HANDLE)}/tweets"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with pytest.raises(requests.ReadTimeout):
            requests.get(path, headers=headers, timeout=(10, 0.2))
        assert ask(x).status_code == 200
        assert x.answer("/sandbox/served").json()["statuses"]["hang"] == 1


def test_a_drip_never_ends_though_every_byte_comes_in_time() -> None:
    with misbehaving(order("drip", times=1)) as x:
        path = f"{x.address}/2/users/{x.user_id(HANDLE)}/tweets"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with requests.get(path, headers=headers, timeout=10, stream=True) as answer:
            assert answer.status_code == 200
            assert "content-length" not in answer.headers
            dripped = answer.iter_content(1)
            assert [next(dripped) for _ in range(5)] == [b" "] * 5
        assert ask(x).status_code == 200


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_the_server_stops_though_an_answer_is_under_way_and_says_nothing(
    fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with misbehaving(order(fault)) as x:
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
