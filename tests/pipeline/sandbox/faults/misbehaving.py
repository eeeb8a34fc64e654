"""What the tests of faults share: a sandbox X API with fault rules, and a day of one account to read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from pipeline.sandbox.app import create_app
from pipeline.sandbox.x.server import serving
from tests.pipeline.sandbox.client import ALL_FIELDS, TOKEN, X

HANDLE = "stadiumfc"


DAY: dict[str, Any] = {"start_time": "2026-11-22T00:00:00Z", "end_time": "2026-11-23T00:00:00Z"}


BY_FIVE: dict[str, Any] = {
    "max_results": 5,
    "tweet_fields": ALL_FIELDS,
    "expansions": "referenced_tweets.id",
} | DAY


def rule(fault: str, handle: str = HANDLE, **more: Any) -> dict[str, Any]:
    return {"handle": handle, "fault": fault} | more


@contextmanager
def misbehaving(*rules: dict[str, Any], **settings: Any) -> Iterator[X]:
    with serving(create_app(TOKEN, fault_rules=rules, **settings)) as address:
        yield X(address)


def ask(x: X, handle: str = HANDLE, **parameters: Any) -> requests.Response:
    return x.answer(f"/2/users/{x.user_id(handle)}/tweets", **(DAY | parameters))


def ids(page: dict[str, Any]) -> list[str]:
    return [post["id"] for post in page.get("data", ())]


def untouched(x: X) -> list[dict[str, Any]]:
    """Return the day's pages of five as they are without any rule."""
    requests.delete(f"{x.address}/sandbox/orders", timeout=10)
    return list(x.walk(HANDLE, **BY_FIVE))


def hits(x: X) -> list[int]:
    listed = requests.get(f"{x.address}/sandbox/orders", timeout=10).json()
    return [active["hits"] for active in listed]
