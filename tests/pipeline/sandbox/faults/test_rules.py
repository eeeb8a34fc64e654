"""How a fault rule is written, and refused."""

import json
import re
from pathlib import Path

import pytest
import requests

from pipeline.sandbox.faults.rules import Fault
from tests.pipeline.sandbox.faults.misbehaving import (
    HANDLE,
    ask,
    hits,
    misbehaving,
    rule,
)


def test_the_documentation_lists_every_fault() -> None:
    page = Path(__file__).parents[4] / "docs" / "sandbox.md"
    listed = re.findall(r"^\| `(\w+)` \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [*Fault]


def test_rules_are_added_listed_and_removed_over_http() -> None:
    with misbehaving() as x:
        url = f"{x.address}/sandbox/orders"
        posted = requests.post(url, json=[rule("503", handle="StadiumFC", times=2)], timeout=10)
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
    ("sent", "message"),
    [
        ("{", "send fault rules as a JSON list of objects with handle and fault"),
        (
            {"handle": HANDLE, "fault": "503"},
            "send fault rules as a JSON list of objects with handle and fault",
        ),
        (["503"], "a fault rule is an object with handle and fault, not '503'"),
        (
            [rule("teapot")],
            "there is no fault 'teapot'; the faults are 429, 429_without_reset, monthly_cap, 401, ",
        ),
        (
            [{"fault": "503"}],
            "None is not a handle: 1 to 15 letters, digits or _, without @; * means every account",
        ),
        ([rule("503", handle="@nasa")], "'@nasa' is not a handle"),
        ([rule("503", handle="nasa\n")], "'nasa\\n' is not a handle"),
        (
            [rule("503", time=1)],
            "a fault rule has no 'time'; it has handle, fault, times, after, endpoint, posts",
        ),
        ([rule("503", times=0)], "times must be a whole number of at least 1, not 0"),
        ([rule("503", times=True)], "times must be a whole number of at least 1, not True"),
        ([rule("503", after=-1)], "after must be a whole number of at least 0, not -1"),
        ([rule("503", posts=5)], "posts belongs to the faults depth and gone only, not to 503"),
        (
            [rule("503", endpoint="likes")],
            "cannot occur at endpoint 'likes', only at timeline, users_by, lookup, usage, counts",
        ),
        (
            [rule("gone", endpoint="users_by")],
            "fault gone cannot occur at endpoint 'users_by', only at timeline",
        ),
        (
            [rule("renamed", endpoint="timeline")],
            "fault renamed cannot occur at endpoint 'timeline', only at users_by",
        ),
    ],
)
def test_a_wrong_rule_is_refused_in_one_line_and_none_of_its_list_is_added(
    sent: object, message: str
) -> None:
    body = sent if isinstance(sent, str) else json.dumps(sent)
    if isinstance(sent, list):
        body = json.dumps([rule("500"), *sent])
    with misbehaving() as x:
        answer = requests.post(f"{x.address}/sandbox/orders", data=body, timeout=10)
        assert hits(x) == []
    assert answer.status_code == 400
    assert message in answer.json()["detail"]
    assert "\n" not in answer.json()["detail"]
