"""A token that expires behind forgotten posts: reading goes on behind them, and nothing is bought twice."""

import pytest

from pipeline.collect import collect
from pipeline.erasure import register
from pipeline.erasure.post_ids import NO_POST
from pipeline.erasure.posts import forget_posts
from pipeline.errors import RunStopped
from pipeline.lake.client import Lake
from pipeline.lake.raw import read_pages
from pipeline.page import is_tombstone
from pipeline.transform.metrics import seen_ids
from pipeline.x_api.client import XApi
from tests.conftest import Answer, FaultRules, RequestStats, StubServer
from tests.pipeline.given import DAY, a_post, work
from tests.pipeline.read.days import EXPIRED, pages_of

pytestmark = pytest.mark.slow

START, END = "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"


@pytest.fixture
def pages_of_five(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.read.timeline.PAGE_MAX", 5)


@pytest.mark.parametrize("tokens_left", [0, 1])
@pytest.mark.parametrize(
    "forgotten",
    [slice(0, 5), slice(2, 5), slice(0, 10), slice(4, 6), slice(9, 10), slice(0, 2), slice(0, None)],
    ids=lambda positions: f"{positions.start}-{positions.stop}",
)
def test_every_post_is_bought_once_and_none_is_missed(
    forgotten: slice,
    tokens_left: int,
    lake: Lake,
    x: XApi,
    request_stats: RequestStats,
    fault_rules: FaultRules,
    pages_of_five: None,
) -> None:
    user_id = x.users(["citymetro"])[0]["citymetro"].user_id
    task = work(account="citymetro", handle="citymetro", user_id=user_id)
    whole = Lake(f"{lake.url}-undisturbed")
    collect(whole, x, task)
    all_posts = [item["id"] for page in read_pages(whole, DAY, "citymetro") for item in page.items]
    assert len(all_posts) > 10
    bought = request_stats.counts()["endpoints"]["timeline"]["posts"]

    gone = all_posts[forgotten]
    register.save(lake, register.begin(lake, gone, "asked for"))
    fault_rules.add("citymetro", "expired_token", times=1, after=tokens_left)
    result = collect(lake, x, task)

    assert fault_rules.hits() == {"citymetro": 1}
    assert (result.posts, result.truncated) == (len(all_posts), False)
    assert request_stats.counts()["endpoints"]["timeline"]["posts"] == 2 * bought
    pages = read_pages(lake, DAY, "citymetro")
    assert sum(is_tombstone(item) for page in pages for item in page.items) == len(gone)
    assert seen_ids(pages) == set(all_posts) - set(gone)


def test_posts_whose_ids_do_not_tell_the_time_are_gone_around_by_the_second_they_were_written_in(
    lake: Lake, stub: StubServer
) -> None:
    first, second, third = pages_of(3, 2, 1)
    oldest = min(post["id"] for post in first.body["data"])
    register.save(lake, register.begin(lake, [oldest], "asked for"))

    result = collect(lake, stub.x(first, EXPIRED, second, third), work())

    assert (result.posts, result.truncated) == (6, False)
    around, following = stub.asked()[2:]
    written = a_post(4)["created_at"]
    assert a_post(4)["id"] == oldest
    assert (around["start_time"], around["end_time"]) == (START, written)
    assert not {"until_id", "pagination_token"} & set(around)
    # A token belongs to the request that it was given for.
    assert (following["pagination_token"], following["end_time"]) == ("token-2", written)


def test_a_token_is_sent_with_the_post_that_it_was_given_behind(lake: Lake, stub: StubServer) -> None:
    first, second, third = pages_of(3, 2, 1)
    collect(lake, stub.x(first, EXPIRED, second, third), work())
    around, following = stub.asked()[2:]
    assert around["until_id"] == following["until_id"] == min(post["id"] for post in first.body["data"])
    assert following["end_time"] == END


def test_a_token_is_sent_without_the_post_that_it_was_given_behind_once_that_is_forgotten(
    lake: Lake, stub: StubServer
) -> None:
    """What replaces its id is that of no post, and nothing is older."""
    first, second, third = pages_of(3, 2, 1)
    with pytest.raises(RunStopped):
        collect(lake, stub.x(first, EXPIRED, second, Answer({}, 402)), work())
    oldest = min(post["id"] for post in first.body["data"])
    forget_posts(lake, "nasa", [oldest], [DAY], "asked for")
    assert read_pages(lake, DAY, "nasa")[1].request["until_id"] == NO_POST

    result = collect(lake, stub.x(third), work(run_id="another-run"))

    assert result.posts == 6
    [following] = stub.asked()
    assert following["pagination_token"] == "token-2"
    assert "until_id" not in following


def test_where_the_oldest_post_was_written_in_the_first_second_of_the_day_nothing_is_before_it(
    lake: Lake, stub: StubServer
) -> None:
    """X refuses an end that is not after the start."""
    oldest = a_post(1, created_at=START)
    register.save(lake, register.begin(lake, [oldest["id"]], "asked for"))
    first = Answer({"data": [oldest], "meta": {"result_count": 1, "next_token": "token-1"}})

    collect(lake, stub.x(first, EXPIRED, *pages_of(0)), work())

    around = stub.asked()[2]
    assert (around["start_time"], around["end_time"]) == (START, END)
    assert "until_id" in around
