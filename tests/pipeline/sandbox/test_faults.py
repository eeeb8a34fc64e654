"""The sandbox misbehaves as ordered: each fault over real HTTP, for whom it was ordered and as often."""

import http.client
import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests

from pipeline.sandbox.faults.rules import Fault
from pipeline.sandbox.x.api import create_app
from pipeline.sandbox.x.server import serving
from tests.pipeline.sandbox.conftest import ALL_FIELDS, MORNING_AFTER, TOKEN, X

HANDLE = "stadiumfc"
DAY = {"start_time": "2026-11-22T00:00:00Z", "end_time": "2026-11-23T00:00:00Z"}
BY_FIVE = {"max_results": 5, "tweet_fields": ALL_FIELDS, "expansions": "referenced_tweets.id"} | DAY


def order(fault: str, handle: str = HANDLE, **more: Any) -> dict[str, Any]:
    return {"handle": handle, "fault": fault} | more


@contextmanager
def misbehaving(*orders: dict[str, Any], **settings: Any) -> Iterator[X]:
    with serving(create_app(TOKEN, fault_rules=orders, **settings)) as address:
        yield X(address)


def ask(x: X, handle: str = HANDLE, **parameters: Any) -> requests.Response:
    return x.answer(f"/2/users/{x.user_id(handle)}/tweets", **(DAY | parameters))


def ids(page: dict[str, Any]) -> list[str]:
    return [post["id"] for post in page.get("data", ())]


def untouched(x: X) -> list[dict[str, Any]]:
    """Return the day's pages of five as they are without any order."""
    requests.delete(f"{x.address}/sandbox/orders", timeout=10)
    return list(x.walk(HANDLE, **BY_FIVE))


def hits(x: X) -> list[int]:
    listed = requests.get(f"{x.address}/sandbox/orders", timeout=10).json()
    return [standing["hits"] for standing in listed]


PROBLEMS = "https://api.twitter.com/2/problems"
SAID = {
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


@pytest.mark.parametrize("fault", SAID)
def test_an_ordered_error_has_x_s_status_and_words_once_and_costs_no_post(fault: str) -> None:
    with misbehaving(order(fault, times=1)) as x:
        answer = ask(x)
        body = answer.json()
        assert (answer.status_code, body["title"], body["type"]) == SAID[fault]
        assert body["detail"]
        assert answer.headers["x-aviary-sandbox"] == "1"
        assert x.answer("/sandbox/served").json()["posts"] == 0
        assert ask(x).status_code == 200


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


def test_an_empty_page_loses_nothing_and_its_tokens_differ() -> None:
    with misbehaving(order("empty_page", times=3, after=1)) as x:
        pages = list(x.walk(HANDLE, **BY_FIVE))
        tokens = [page["meta"].get("next_token") for page in pages]
        plain = untouched(x)
    assert [len(ids(page)) for page in pages] == [5, 0, 0, 0, *(len(ids(page)) for page in plain[1:])]
    assert pages[1]["meta"].keys() >= {"result_count", "next_token"}
    assert len(set(tokens)) == len(tokens)
    assert [post for page in pages for post in ids(page)] == [post for page in plain for post in ids(page)]


def test_a_first_page_may_be_empty_too() -> None:
    with misbehaving(order("empty_page", times=1)) as x:
        pages = list(x.walk(HANDLE, **BY_FIVE))
        plain = untouched(x)
    assert ids(pages[0]) == []
    assert [ids(page) for page in pages[1:]] == [ids(page) for page in plain]


def test_a_repeated_post_ends_one_page_and_begins_the_next() -> None:
    with misbehaving(order("repeated_post")) as x:
        pages = list(x.walk(HANDLE, **BY_FIVE))
        counters = x.answer("/sandbox/served").json()
        usage = x.get("/2/usage/tweets")["data"]["project_usage"]
        plain = untouched(x)
    served = [post for page in pages for post in ids(page)]
    for before, after in pairwise(pages):
        assert ids(after)[0] == ids(before)[-1]
        assert len(ids(after)) <= 5
    assert len(pages) > 2
    assert list(dict.fromkeys(served)) == [post for page in plain for post in ids(page)]
    assert counters["posts"] == len(served)
    assert int(usage) == len(set(served))


def test_posts_out_of_order_are_the_same_posts_and_the_walk_goes_on() -> None:
    with misbehaving(order("out_of_order")) as x:
        pages = list(x.walk(HANDLE, **BY_FIVE))
        plain = untouched(x)
    for page, right in zip(pages, plain, strict=True):
        assert sorted(ids(page), reverse=True) == ids(right)
        assert page["meta"] == right["meta"]
    assert ids(pages[0]) != ids(plain[0])


def test_an_expired_token_refuses_those_who_bring_one() -> None:
    with misbehaving(order("expired_token", times=1)) as x:
        first = ask(x, max_results=5)
        token = first.json()["meta"]["next_token"]
        refused = ask(x, max_results=5, pagination_token=token)
        (error,) = refused.json()["errors"]
        assert (first.status_code, refused.status_code) == (200, 400)
        assert error["parameters"] == {"pagination_token": [token]}
        assert f"[{token}] is not valid" in error["message"]
        assert ask(x, max_results=5, pagination_token=token).status_code == 200


def test_new_words_answer_a_request_in_the_old() -> None:
    with misbehaving(order("new_words")) as x:
        (page, *_) = x.walk(HANDLE, **(BY_FIVE | {"max_results": 100}))
        (plain, *_) = untouched(x)
    assert page["includes"].keys() == {"posts"}
    for post in page["data"]:
        assert {"edit_history_post_ids", "public_metrics"} <= post.keys()
        assert "repost_count" in post["public_metrics"]
        assert "referenced_tweets" not in post
    assert ids(page)[:5] == ids(plain)


def test_mixed_words_change_from_row_to_row_and_include_everything() -> None:
    with misbehaving(order("mixed_words", times=1)) as x:
        mixed, plain = (ask(x, **(BY_FIVE | {"max_results": 100})).json() for _ in range(2))
    assert ["edit_history_post_ids" in post for post in mixed["data"]] == [
        place % 2 == 1 for place in range(len(mixed["data"]))
    ]
    assert mixed["includes"].keys() == {"tweets", "posts"}
    assert {post["id"] for kind in mixed["includes"].values() for post in kind} == {
        post["id"] for post in plain["includes"]["tweets"]
    }


def test_without_metrics_no_row_has_any() -> None:
    with misbehaving(order("without_metrics")) as x:
        posts = ask(x, **BY_FIVE).json()["data"]
    assert not [post for post in posts if "public_metrics" in post]
    assert all("created_at" in post for post in posts)


def test_a_gone_post_is_absent_from_every_later_read_and_from_no_other() -> None:
    with misbehaving(order("gone", after=1)) as x:
        before, *later = (ids(ask(x, max_results=100).json()) for _ in range(3))
        other = {"start_time": "2026-11-21T00:00:00Z", "end_time": "2026-11-22T00:00:00Z"}
        day_before = ids(ask(x, **other).json())
        untouched(x)
        assert ids(ask(x, **other).json()) == day_before
        assert ids(ask(x, max_results=100).json()) == before
    assert later == [before[1:], before[1:]]


def test_the_timeline_ends_at_an_ordered_depth_with_an_empty_success() -> None:
    with misbehaving(order("depth", posts=12)) as x:
        pages = list(x.walk(HANDLE, max_results=5))
        beyond = ask(x, start_time="2026-10-01T00:00:00Z", end_time="2026-10-02T00:00:00Z")
    assert sum(len(ids(page)) for page in pages) == 12
    assert beyond.json() == {"meta": {"result_count": 0}}


@pytest.mark.parametrize(
    ("fault", "title"),
    [("suspended", "Forbidden"), ("missing", "Not Found Error"), ("protected", "Authorization Error")],
)
def test_an_account_can_become_unreadable_in_the_middle_of_its_day(fault: str, title: str) -> None:
    with misbehaving(order(fault, handle="StadiumFC", after=2)) as x:
        user_id = x.user_id(HANDLE)
        first = x.get(f"/2/users/{user_id}/tweets", **DAY, max_results=5)
        body = x.get(
            f"/2/users/{user_id}/tweets", **DAY, max_results=5, pagination_token=first["meta"]["next_token"]
        )
        asked = x.get("/2/users/by", usernames=f"{HANDLE},citymetro")
    assert body.keys() == {"errors"}
    assert body["errors"][0]["title"] == asked["errors"][0]["title"] == title
    assert [user["username"] for user in asked["data"]] == ["citymetro"]


def test_a_renamed_handle_belongs_to_another_id_whose_timeline_is_another() -> None:
    with misbehaving(order("renamed", after=1)) as x:
        before, after = x.user_id(HANDLE), x.user_id(HANDLE)
        (user,) = x.get("/2/users/by", usernames=HANDLE)["data"]
        old, new = (
            x.get(f"/2/users/{user_id}/tweets", **BY_FIVE)["data"][0]["author_id"]
            for user_id in (before, after)
        )
    assert before != after
    assert user["username"] == HANDLE
    assert (old, new) == (before, after)


def test_the_documentation_tells_of_every_fault() -> None:
    page = Path(__file__).parents[3] / "docs" / "sandbox.md"
    told = re.findall(r"^\| `(\w+)` \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert told == [*Fault]


def test_an_order_hits_its_account_only_as_often_as_it_says_after_those_it_lets_pass() -> None:
    with misbehaving(order("503", handle="StadiumFC", after=1, times=2)) as x:
        assert [ask(x).status_code for _ in range(5)] == [200, 503, 503, 200, 200]
        assert ask(x, handle="citymetro").status_code == 200
        assert hits(x) == [2]


def test_an_order_without_a_number_stands_and_a_star_is_every_account() -> None:
    with misbehaving(order("500", handle="*")) as x:
        assert [ask(x, handle).status_code for handle in (HANDLE, "citymetro", HANDLE)] == [500] * 3


def test_orders_for_one_account_are_taken_in_turn_and_alterations_stand_beside_them() -> None:
    with misbehaving(order("503", times=1), order("out_of_order"), order("500", times=1)) as x:
        answers = [ask(x, **BY_FIVE) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [503, 500, 200]
        assert hits(x) == [1, 1, 1]
        assert ids(answers[2].json()) != ids(untouched(x)[0])


def test_a_look_up_is_hit_when_the_handle_is_among_those_asked() -> None:
    with misbehaving(order("503", endpoint="users_by", times=1), order("402", "*", endpoint="usage")) as x:
        assert x.answer("/2/users/by", usernames="citymetro").status_code == 200
        assert x.answer("/2/users/by", usernames="citymetro,STADIUMFC").status_code == 503
        assert x.answer("/2/users/by", usernames="stadiumfc").status_code == 200
        assert x.answer("/2/usage/tweets").status_code == 402


def test_what_a_fault_answers_counts_as_a_request_and_towards_the_window() -> None:
    with misbehaving(order("503", times=2), rate_limit=3) as x:
        answers = [ask(x) for _ in range(4)]
        counters = x.answer("/sandbox/served").json()
    assert [answer.status_code for answer in answers] == [503, 503, 200, 429]
    assert counters["accounts"][HANDLE]["requests"] == counters["endpoints"]["timeline"]["requests"] == 4
    assert counters["statuses"] == {"200": 5, "503": 2, "429": 1}


def test_a_window_may_be_short() -> None:
    with misbehaving(rate_limit=1, rate_window=60) as x:
        passed, refused, later = (ask(x, now=f"2026-11-23T06:0{now}Z") for now in ("7:10", "7:59", "8:00"))
    assert [answer.status_code for answer in (passed, refused, later)] == [200, 429, 200]
    reset = int(datetime(2026, 11, 23, 6, 8, tzinfo=UTC).timestamp())
    assert int(refused.headers["x-rate-limit-reset"]) == reset


def test_orders_come_and_go_over_http() -> None:
    with misbehaving() as x:
        url = f"{x.address}/sandbox/orders"
        posted = requests.post(url, json=[order("503", handle="StadiumFC", times=2)], timeout=10)
        assert posted.status_code == 200
        assert ask(x).status_code == 503
        assert requests.get(url, timeout=10).json() == [
            {
                "handle": HANDLE,
                "fault": "503",
                "times": 2,
                "after": 0,
                "endpoint": None,
                "posts": None,
                "hits": 1,
            }
        ]
        assert requests.delete(url, timeout=10).json() == []
        assert ask(x).status_code == 200


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("{", "orders come as a JSON list of objects with handle and fault"),
        ({"handle": HANDLE, "fault": "503"}, "orders come as a JSON list of objects with handle and fault"),
        (["503"], "an order is an object with handle and fault, not '503'"),
        (
            [order("teapot")],
            "there is no fault 'teapot'; there are 429, 429_without_reset, monthly_cap, 401, ",
        ),
        (
            [{"fault": "503"}],
            "handle None is none: 1 to 15 letters, digits or _, without @; * is every account",
        ),
        ([order("503", handle="@nasa")], "handle '@nasa' is none"),
        ([order("503", handle="nasa\n")], "handle 'nasa\\n' is none"),
        (
            [order("503", time=1)],
            "an order has no 'time'; it has handle, fault, times, after, endpoint, posts",
        ),
        ([order("503", times=0)], "times is a whole number from 1, not 0"),
        ([order("503", times=True)], "times is a whole number from 1, not True"),
        ([order("503", after=-1)], "after is a whole number from 0, not -1"),
        ([order("503", posts=5)], "posts is for the fault depth only, not for 503"),
        ([order("503", endpoint="likes")], "has no endpoint 'likes', only timeline, users_by, usage"),
        ([order("gone", endpoint="users_by")], "fault gone has no endpoint 'users_by', only timeline"),
        ([order("renamed", endpoint="timeline")], "fault renamed has no endpoint 'timeline', only users_by"),
    ],
)
def test_a_wrong_order_is_refused_in_one_line_and_none_of_its_list_is_taken(sent: object, said: str) -> None:
    body = sent if isinstance(sent, str) else json.dumps(sent)
    if isinstance(sent, list):
        body = json.dumps([order("500"), *sent])
    with misbehaving() as x:
        answer = requests.post(f"{x.address}/sandbox/orders", data=body, timeout=10)
        assert hits(x) == []
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert "\n" not in answer.json()["detail"]
