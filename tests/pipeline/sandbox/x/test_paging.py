"""Pages of a timeline: windows, tokens in both directions, exclusions, and how far back X reaches."""

from typing import Any

import pytest

from pipeline.sandbox.world.snowflakes import first_id
from pipeline.sandbox.world.timelines import World
from pipeline.sandbox.x.paging import page_of
from pipeline.sandbox.x.parameters import FieldSelection
from pipeline.sandbox.x.requests import NO_UPPER_ID, TimelineRequest
from pipeline.x_api.snowflakes import ms_of
from tests.pipeline.sandbox.client import X

WEEK = {"start_time": "2026-11-16T00:00:00Z", "end_time": "2026-11-23T00:00:00Z"}


def _ids(pages: list[dict[str, Any]]) -> list[int]:
    return [int(post["id"]) for page in pages for post in page.get("data", ())]


def test_ten_posts_come_when_no_number_is_given(x: X) -> None:
    assert x.timeline("citymetro")["meta"]["result_count"] == 10


@pytest.mark.parametrize("size", [5, 7, 100])
def test_the_size_of_the_pages_does_not_change_what_is_on_them(x: X, size: int) -> None:
    ids = _ids(list(x.walk("stadiumfc", max_results=size, **WEEK)))
    assert ids == _ids(list(x.walk("stadiumfc", max_results=37, **WEEK)))
    assert ids == sorted(set(ids), reverse=True)


def test_meta_names_the_page_s_ends_and_its_number(x: X) -> None:
    page = x.timeline("stadiumfc", max_results=20)
    ids = _ids([page])
    assert page["meta"]["result_count"] == len(ids)
    assert (int(page["meta"]["newest_id"]), int(page["meta"]["oldest_id"])) == (ids[0], ids[-1])
    assert "previous_token" not in page["meta"]


def test_the_last_page_has_no_next_token(x: X) -> None:
    *_, last = x.walk("stadiumfc", max_results=30, **WEEK)
    assert "next_token" not in last["meta"]
    assert "previous_token" in last["meta"]


def test_previous_tokens_lead_back_over_the_same_pages(x: X) -> None:
    there = list(x.walk("stadiumfc", max_results=20, **WEEK))
    back = [there[-1]]
    while token := back[-1]["meta"].get("previous_token"):
        back.append(x.timeline("stadiumfc", max_results=20, pagination_token=token, **WEEK))
    assert [page["data"] for page in back] == [page["data"] for page in reversed(there)]


def test_a_token_still_leads_to_the_same_page_when_newer_posts_have_come(x: X) -> None:
    first = x.timeline("citymetro", now="2026-11-22T08:00:00Z", max_results=20)
    token = first["meta"]["next_token"]
    early = x.timeline("citymetro", now="2026-11-22T08:00:00Z", max_results=20, pagination_token=token)
    late = x.timeline("citymetro", now="2026-11-22T20:00:00Z", max_results=20, pagination_token=token)
    assert _ids([early]) == _ids([late])


def test_the_start_of_a_window_belongs_to_it_and_its_end_does_not() -> None:
    world = World()
    ms = 1_795_255_200_000  # a whole second
    edge = page_of(world, "stadiumfc", _request(), ms).posts[0]
    at = first_id(ms_of(edge.id))
    assert page_of(world, "stadiumfc", _request(above_id=at - 1), ms).posts[-1].id == edge.id
    below = page_of(world, "stadiumfc", _request(below_id=at), ms).posts
    assert below
    assert edge.id not in [post.id for post in below]


def test_since_id_and_until_id_leave_out_the_posts_they_name(x: X) -> None:
    ids = _ids([x.timeline("stadiumfc", max_results=20)])
    between = x.timeline("stadiumfc", max_results=20, since_id=ids[15], until_id=ids[5])
    assert _ids([between]) == ids[6:15]


def test_days_of_a_window_fit_together_without_gap_or_overlap(x: X) -> None:
    days = [_ids([{"data": x.day("citymetro", f"2026-11-{day}")}]) for day in (21, 20, 19)]
    span = {"start_time": "2026-11-19T00:00:00Z", "end_time": "2026-11-22T00:00:00Z", "max_results": 100}
    # The last second of each day is not in `day`'s windows; nothing was posted in those here.
    assert [i for day in days for i in day] == _ids(list(x.walk("citymetro", **span)))


def test_exclude_leaves_out_replies_and_retweets_and_makes_short_pages_normal(x: X) -> None:
    parameters = {"max_results": 5, "exclude": "replies,retweets", "tweet_fields": "referenced_tweets"} | WEEK
    pages = list(x.walk("northwindair", **parameters))
    kinds = {
        ref["type"]
        for page in pages
        for post in page.get("data", ())
        for ref in post.get("referenced_tweets", ())
    }
    assert kinds <= {"quoted"}
    assert any(page["meta"]["result_count"] < 5 and "next_token" in page["meta"] for page in pages)
    assert any("data" not in page and "next_token" in page["meta"] for page in pages)


def test_exclude_drops_exactly_what_it_names(x: X) -> None:
    everything = list(x.walk("stadiumfc", max_results=100, tweet_fields="referenced_tweets", **WEEK))
    kept = [
        int(post["id"])
        for page in everything
        for post in page["data"]
        if post.get("referenced_tweets", [{}])[0].get("type") != "retweeted"
    ]
    assert kept == _ids(list(x.walk("stadiumfc", max_results=100, exclude="retweets", **WEEK)))


def test_a_timeline_reaches_back_3200_posts_and_then_is_an_empty_success(x: X) -> None:
    pages = list(x.walk("citymetro", max_results=100))
    deleted = 3_200 - len(_ids(pages))
    assert 0 <= deleted < 40
    assert pages[-1]["meta"]["result_count"] == 0
    assert "data" not in pages[-1]
    beyond = x.timeline("citymetro", start_time="2023-01-01T00:00:00Z", end_time="2023-01-08T00:00:00Z")
    assert beyond == {"meta": {"result_count": 0}}


def test_without_replies_it_reaches_back_800_posts(x: X) -> None:
    ids = _ids(list(x.walk("citymetro", max_results=100, exclude="replies")))
    assert 780 < len(ids) <= 800


def test_a_deleted_post_leaves_a_shorter_page_behind(x: X) -> None:
    window = {"start_time": "2026-10-25T00:00:00Z", "end_time": "2026-11-20T00:00:00Z"}
    pages = list(x.walk("citymetro", max_results=100, **window))
    assert any(page["meta"]["result_count"] < 100 for page in pages[:-1])


def test_only_the_newest_version_of_an_edited_post_is_shown(x: X) -> None:
    world = World()
    versions = next(
        post.versions
        for page_start in range(1, 40)
        for post in page_of(
            world, "stadiumfc", _request(max_results=100 * page_start), 1_795_413_600_000
        ).posts
        if len(post.versions) == 2
    )
    first, second = versions
    before, after = ms_of(second) - 1, ms_of(second)
    seen_before = {p.id: p for p in page_of(world, "stadiumfc", _request(), before).posts}
    seen_after = {p.id: p for p in page_of(world, "stadiumfc", _request(), after).posts}
    assert first in seen_before
    assert second not in seen_before
    assert second in seen_after
    assert first not in seen_after
    assert seen_before[first].versions == (first,)
    assert seen_after[second].versions == (first, second)


def _request(above_id: int = 0, below_id: int = NO_UPPER_ID, max_results: int = 100) -> TimelineRequest:
    return TimelineRequest(FieldSelection(), max_results, above_id, below_id, frozenset(), None)
