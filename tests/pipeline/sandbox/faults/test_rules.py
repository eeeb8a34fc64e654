"""Whose requests a fault hits, how often, and how it is ordered."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from pipeline.sandbox.faults.rules import Fault
from tests.pipeline.sandbox.faults.misbehaving import (
    BY_FIVE,
    HANDLE,
    ask,
    hits,
    ids,
    misbehaving,
    order,
    untouched,
)

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
        ("{", "fault rules come as a JSON list of objects with handle and fault"),
        (
            {"handle": HANDLE, "fault": "503"},
            "fault rules come as a JSON list of objects with handle and fault",
        ),
        (["503"], "a fault rule is an object with handle and fault, not '503'"),
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
            "a fault rule has no 'time'; it has handle, fault, times, after, endpoint, posts",
        ),
        ([order("503", times=0)], "times is a whole number from 1, not 0"),
        ([order("503", times=True)], "times is a whole number from 1, not True"),
        ([order("503", after=-1)], "after is a whole number from 0, not -1"),
        ([order("503", posts=5)], "posts is for the faults depth and gone only, not for 503"),
        ([order("503", endpoint="likes")], "has no endpoint 'likes', only timeline, users_by, lookup, usage"),
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
