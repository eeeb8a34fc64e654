"""Faults that alter X's own response, over real HTTP: pages and accounts."""

from itertools import pairwise
from typing import Any

import pytest

from tests.pipeline.sandbox.faults.misbehaving import (
    BY_FIVE,
    DAY,
    HANDLE,
    ask,
    ids,
    misbehaving,
    rule,
    untouched,
)


def test_an_empty_page_loses_nothing_and_its_tokens_differ() -> None:
    with misbehaving(rule("empty_page", times=3, after=1)) as x:
        pages = list(x.walk(HANDLE, **BY_FIVE))
        tokens = [page["meta"].get("next_token") for page in pages]
        plain = untouched(x)
    assert [len(ids(page)) for page in pages] == [5, 0, 0, 0, *(len(ids(page)) for page in plain[1:])]
    assert pages[1]["meta"].keys() >= {"result_count", "next_token"}
    assert len(set(tokens)) == len(tokens)
    assert [post for page in pages for post in ids(page)] == [post for page in plain for post in ids(page)]


def test_a_first_page_may_be_empty_too() -> None:
    with misbehaving(rule("empty_page", times=1)) as x:
        pages = list(x.walk(HANDLE, **BY_FIVE))
        plain = untouched(x)
    assert ids(pages[0]) == []
    assert [ids(page) for page in pages[1:]] == [ids(page) for page in plain]


def test_a_repeated_post_ends_one_page_and_begins_the_next() -> None:
    with misbehaving(rule("repeated_post")) as x:
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


def test_posts_out_of_order_are_the_same_posts_on_the_same_pages() -> None:
    with misbehaving(rule("out_of_order")) as x:
        pages = list(x.walk(HANDLE, **BY_FIVE))
        plain = untouched(x)
    for page, right in zip(pages, plain, strict=True):
        assert sorted(ids(page), reverse=True) == ids(right)
        assert page["meta"] == right["meta"]
    assert ids(pages[0]) != ids(plain[0])


def test_new_words_come_though_the_request_uses_the_old() -> None:
    with misbehaving(rule("new_words")) as x:
        (page, *_) = x.walk(HANDLE, **(BY_FIVE | {"max_results": 100}))
        (plain, *_) = untouched(x)
    assert page["includes"].keys() == {"posts"}
    for post in page["data"]:
        assert {"edit_history_post_ids", "public_metrics"} <= post.keys()
        assert "repost_count" in post["public_metrics"]
        assert "referenced_tweets" not in post
    assert ids(page)[:5] == ids(plain)


def test_mixed_words_change_from_post_to_post_and_include_everything() -> None:
    with misbehaving(rule("mixed_words", times=1)) as x:
        mixed, plain = (ask(x, **(BY_FIVE | {"max_results": 100})).json() for _ in range(2))
    assert ["edit_history_post_ids" in post for post in mixed["data"]] == [
        place % 2 == 1 for place in range(len(mixed["data"]))
    ]
    assert mixed["includes"].keys() == {"tweets", "posts"}
    assert {post["id"] for kind in mixed["includes"].values() for post in kind} == {
        post["id"] for post in plain["includes"]["tweets"]
    }


def test_without_metrics_no_post_has_any() -> None:
    with misbehaving(rule("without_metrics")) as x:
        posts = ask(x, **BY_FIVE).json()["data"]
    assert not [post for post in posts if "public_metrics" in post]
    assert all("created_at" in post for post in posts)


def test_a_gone_post_is_absent_from_every_later_read_and_from_no_other() -> None:
    with misbehaving(rule("gone", after=1)) as x:
        before, *later = (ids(ask(x, max_results=100).json()) for _ in range(3))
        other: dict[str, Any] = {"start_time": "2026-11-21T00:00:00Z", "end_time": "2026-11-22T00:00:00Z"}
        day_before = ids(ask(x, **other).json())
        untouched(x)
        assert ids(ask(x, **other).json()) == day_before
        assert ids(ask(x, max_results=100).json()) == before
    assert later == [before[1:], before[1:]]


def test_the_timeline_ends_at_the_rule_s_depth_with_an_empty_success() -> None:
    with misbehaving(rule("depth", posts=12)) as x:
        pages = list(x.walk(HANDLE, max_results=5))
        beyond = ask(x, start_time="2026-10-01T00:00:00Z", end_time="2026-10-02T00:00:00Z")
    assert sum(len(ids(page)) for page in pages) == 12
    assert beyond.json() == {"meta": {"result_count": 0}}


@pytest.mark.parametrize(
    ("fault", "title"),
    [("suspended", "Forbidden"), ("missing", "Not Found Error"), ("protected", "Authorization Error")],
)
def test_an_account_can_become_unreadable_in_the_middle_of_its_day(fault: str, title: str) -> None:
    with misbehaving(rule(fault, handle="StadiumFC", after=2)) as x:
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
    with misbehaving(rule("renamed", after=1)) as x:
        before, after = x.user_id(HANDLE), x.user_id(HANDLE)
        (user,) = x.get("/2/users/by", usernames=HANDLE)["data"]
        old, new = (
            x.get(f"/2/users/{user_id}/tweets", **BY_FIVE)["data"][0]["author_id"]
            for user_id in (before, after)
        )
    assert before != after
    assert user["username"] == HANDLE
    assert (old, new) == (before, after)
