"""An account's day comes into `raw/` page by page, is paid once, and a retry goes on where the last one ended."""

import json
from typing import Any

import pytest

from pipeline.collect import Collected, collect
from pipeline.errors import LakeError, RateLimited, RunStopped, XError, XRefused, XUnavailable
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, put_outcome
from pipeline.lake.raw import find_manifest, read_pages
from pipeline.lake.records import AccountTask, Counts, Outcome
from pipeline.spend.ledger import Reads, read_month, spent
from pipeline.status import Status
from pipeline.x_api.client import XApi
from tests.conftest import Answer, StubServer
from tests.pipeline.given import COLLECTED_AT, DAY, a_body, a_post, a_retweet, work

FOLDER = "raw/day=2026-11-22/account=nasa/"


def posts(first: int, last: int) -> list[dict[str, Any]]:
    """Return posts as X orders them: newest first."""
    return [a_post(number) for number in range(last, first - 1, -1)]


def pages_of(*sizes: int) -> list[Answer]:
    """Return the answers of a day in pages of these sizes, each leading to the next."""
    answers, left = [], sum(sizes)
    for number, size in enumerate(sizes, 1):
        token = f"token-{number}" if number < len(sizes) else None
        answers.append(Answer(a_body(*posts(left - size + 1, left), token=token)))
        left -= size
    return answers


def outcome_of(lake: Lake) -> Outcome:
    outcome = find_outcome(lake, DAY, "nasa")
    assert outcome is not None
    return outcome


def stored(lake: Lake) -> list[str]:
    return [key.removeprefix(FOLDER) for key in lake.keys(FOLDER)]


# --- page by page --------------------------------------------------------------------------------


def test_a_day_is_stored_page_by_page_as_x_said_it(lake: Lake, stub: StubServer) -> None:
    answers = pages_of(3, 2)
    result = collect(lake, stub.x(*answers), work())
    assert result == Collected(raw=FOLDER, pages=2, posts=5)
    assert stored(lake) == ["manifest.json", "page-0001.json.zst", "page-0002.json.zst"]
    pages = read_pages(lake, DAY, "nasa")
    assert [page.body for page in pages] == [answer.body for answer in answers]
    assert {page.collected_at for page in pages} == {COLLECTED_AT}
    assert pages[1].request == {
        "user_id": "2244994945",
        "start_time": "2026-11-22T00:00:00+00:00",
        "end_time": "2026-11-23T00:00:00+00:00",
        "max_results": 100,
        "exclude": ["retweets"],
        "expansions": [],
        "token": "token-1",
    }


def test_each_page_is_stored_before_the_next_is_asked_for(lake: Lake, stub: StubServer) -> None:
    heard = []

    def on_page(pages: int, count: int) -> None:
        heard.append((pages, count, len(stub.requests), len(stored(lake))))

    collect(lake, stub.x(*pages_of(3, 2, 1)), work(), on_page)
    assert heard == [(1, 3, 1, 1), (2, 5, 2, 2), (3, 6, 3, 3)]


def test_short_and_empty_pages_with_a_token_are_gone_through(lake: Lake, stub: StubServer) -> None:
    result = collect(lake, stub.x(*pages_of(2, 0, 0, 1)), work())
    assert (result.pages, result.posts, result.truncated) == (4, 3, False)


def test_empty_pages_without_end_have_one(lake: Lake, stub: StubServer) -> None:
    answers = [Answer(a_body(token=f"token-{number}")) for number in range(100)]
    with pytest.raises(XUnavailable, match="X sent 21 empty pages in a row"):
        collect(lake, stub.x(*answers), work())
    assert len(stub.requests) == 21


def test_a_day_without_posts_is_one_page(lake: Lake, stub: StubServer) -> None:
    result = collect(lake, stub.x(Answer(a_body())), work())
    assert (result.pages, result.posts) == (1, 0)


@pytest.mark.parametrize("done", [1, 2])
def test_a_retry_goes_on_after_the_last_stored_page(lake: Lake, stub: StubServer, done: int) -> None:
    answers = pages_of(3, 2, 1)
    broken = stub.x(*answers[:done], Answer({"title": "Too Many Requests"}, 429))
    with pytest.raises(RateLimited):
        collect(lake, broken, work())
    assert find_manifest(lake, DAY, "nasa") is None
    result = collect(lake, stub.x(*answers[done:]), work())
    assert (result.pages, result.posts) == (3, 6)
    assert stub.asked()[0]["pagination_token"] == f"token-{done}"
    assert len(stub.requests) == 3 - done
    assert spent(read_month(lake, "2026-11")) == Reads(posts=6)


def test_a_page_after_a_gap_is_read_again(lake: Lake, stub: StubServer) -> None:
    answers = pages_of(1, 1, 1)
    collect(lake, stub.x(*answers), work())
    lake.delete(keys.raw_manifest(DAY, "nasa"))
    lake.delete(keys.raw_page(DAY, "nasa", 2))
    result = collect(lake, stub.x(*answers[1:]), work())
    assert (result.pages, len(stub.requests)) == (3, 2)


def test_a_day_read_to_its_end_is_not_read_again(lake: Lake, stub: StubServer) -> None:
    first = collect(lake, stub.x(*pages_of(2)), work())
    assert collect(lake, stub.x(*pages_of(2)), work()) == first
    assert stub.requests == []


@pytest.mark.parametrize("status", [status for status in Status if status.finished])
def test_a_finished_day_is_not_read_again_even_without_its_pages(
    lake: Lake, stub: StubServer, status: Status
) -> None:
    put_outcome(lake, DAY, "nasa", Outcome(status=status, reason="so", counts=Counts(fetched=4), pages=2))
    result = collect(lake, stub.x(*pages_of(2)), work())
    assert stub.requests == []
    assert (result.pages, result.posts) == (2, 4)
    assert result.skipped == (None if status.has_posts else "so")


# --- an expired page token -----------------------------------------------------------------------

EXPIRED = Answer(
    {
        "title": "Invalid Request",
        "errors": [{"parameters": {"pagination_token": ["t"]}, "message": "not valid"}],
    },
    400,
)


def test_an_expired_token_is_gone_around_by_the_oldest_post_so_far(lake: Lake, stub: StubServer) -> None:
    first, second = pages_of(3, 2)
    result = collect(lake, stub.x(first, EXPIRED, second), work())
    assert (result.pages, result.posts, result.truncated) == (2, 5, False)
    asked = stub.asked()[2]
    assert "pagination_token" not in asked
    assert asked["until_id"] == min(post["id"] for post in first.body["data"])
    assert (asked["start_time"], asked["end_time"]) == ("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z")
    assert spent(read_month(lake, "2026-11")) == Reads(posts=5)


def test_a_token_that_expired_while_nobody_read_is_found_out_at_no_cost(lake: Lake, stub: StubServer) -> None:
    first, second, third = pages_of(3, 2, 1)
    with pytest.raises(RunStopped):
        collect(lake, stub.x(first, Answer({}, 402)), work())
    later = work(run_id="another-run")
    result = collect(lake, stub.x(EXPIRED, second, EXPIRED, third), later)
    assert (result.pages, result.posts) == (3, 6)
    assert spent(read_month(lake, "2026-11")) == Reads(posts=6)


def test_after_empty_pages_an_expired_token_begins_the_window_anew(lake: Lake, stub: StubServer) -> None:
    empty = Answer(a_body(token="t"))
    collect(lake, stub.x(empty, EXPIRED, *pages_of(2)), work())
    assert not {"until_id", "pagination_token"} & set(stub.asked()[2])


def test_a_token_that_expires_whenever_asked_ends_the_account_and_not_in_a_loop(
    lake: Lake, stub: StubServer
) -> None:
    with pytest.raises(XRefused, match="no longer takes its own page token"):
        collect(lake, stub.x(*pages_of(3, 2)[:1], EXPIRED), work())
    assert len(stub.requests) == 3


# --- how much ------------------------------------------------------------------------------------


def sizes_asked(stub: StubServer) -> list[int]:
    return [int(query["max_results"]) for query in stub.asked()]


def test_pages_are_no_larger_than_what_is_still_wanted(lake: Lake, stub: StubServer) -> None:
    collect(lake, stub.x(*pages_of(100, 60, 30, 10)), work(max_posts=230))
    assert sizes_asked(stub) == [100, 100, 70, 40]


def test_reading_stops_at_max_posts_and_says_that_there_is_more(lake: Lake, stub: StubServer) -> None:
    result = collect(lake, stub.x(*pages_of(7, 5)), work(max_posts=7))
    assert (sizes_asked(stub), result.posts, result.truncated) == ([7], 7, True)


def test_a_day_of_just_max_posts_is_not_truncated(lake: Lake, stub: StubServer) -> None:
    assert not collect(lake, stub.x(*pages_of(7)), work(max_posts=7)).truncated


def test_fewer_than_x_gives_at_least_are_asked_for_as_five(lake: Lake, stub: StubServer) -> None:
    collect(lake, stub.x(*pages_of(3, 4)), work(max_posts=4))
    assert sizes_asked(stub) == [5, 5]


@pytest.mark.parametrize(
    ("include", "exclude", "expansions"),
    [
        (("posts",), "replies,retweets", None),
        (("posts", "quotes", "replies"), "retweets", None),
        (("posts", "retweets"), "replies", "referenced_tweets.id"),
        (("replies", "retweets"), None, "referenced_tweets.id"),
    ],
)
def test_x_is_asked_for_no_more_than_what_is_included(
    lake: Lake, stub: StubServer, include: tuple[str, ...], exclude: str | None, expansions: str | None
) -> None:
    collect(lake, stub.x(*pages_of(1)), work(include=include))
    [query] = stub.asked()
    assert (query.get("exclude"), query.get("expansions")) == (exclude, expansions)


def test_posts_and_the_originals_of_retweets_are_both_in_the_book(lake: Lake, stub: StubServer) -> None:
    original = {"id": "17", "text": "whole"}
    body = a_body(a_retweet(2), a_post(1), included=[original])
    collect(lake, stub.x(Answer(body)), work(include=("posts", "retweets")))
    assert spent(read_month(lake, "2026-11")) == Reads(posts=3)


# --- the budget ----------------------------------------------------------------------------------


def test_before_a_page_the_budget_would_not_pay_reading_stops(lake: Lake, stub: StubServer) -> None:
    today = work(usd_per_run=0.9)  # one page of a hundred may cost $0.50
    result = collect(lake, stub.x(*pages_of(100, 100)), today)
    assert len(stub.requests) == 1
    outcome = outcome_of(lake)
    assert outcome.status == Status.OVER_BUDGET
    assert result.skipped == outcome.reason
    assert "the next read may cost $0.50, and $0.50 of budget.usd_per_run $0.90 is used" in str(
        outcome.reason
    )


def test_with_a_larger_budget_the_day_is_read_on(lake: Lake, stub: StubServer) -> None:
    answers = pages_of(100, 100)
    collect(lake, stub.x(*answers), work(usd_per_run=0.9))
    result = collect(lake, stub.x(answers[1]), work(usd_per_run=1.0))
    assert (len(stub.requests), result.pages, result.skipped) == (1, 2, None)


def test_the_dearest_page_is_one_with_the_originals_of_retweets(lake: Lake, stub: StubServer) -> None:
    today = work(include=("posts", "retweets"), usd_per_run=0.9)
    assert "may cost $1.00" in str(collect(lake, stub.x(*pages_of(1)), today).skipped)
    assert stub.requests == []


# --- what goes wrong -----------------------------------------------------------------------------


def test_an_account_x_does_not_show_is_an_outcome_and_no_failure(lake: Lake, stub: StubServer) -> None:
    error = {
        "title": "Authorization Error",
        "type": "https://api.x.com/2/problems/not-authorized-for-resource",
    }
    result = collect(lake, stub.x(Answer({"errors": [error]})), work())
    assert result.skipped == "@NASA: the account is protected: only its followers may read it"
    assert outcome_of(lake) == Outcome(status=Status.PROTECTED, reason=result.skipped)
    assert stored(lake) == []
    assert spent(read_month(lake, "2026-11")) == Reads()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer({"title": "Unauthorized"}, 401), RunStopped),
        (Answer({"title": "Invalid Request"}, 400), XRefused),
        (Answer({"title": "Too Many Requests"}, 429), RateLimited),
        (Answer("<html>", 503), XUnavailable),
    ],
)
def test_a_failure_leaves_its_outcome_before_it_is_raised(
    lake: Lake, stub: StubServer, answer: Answer, kind: type[XError]
) -> None:
    with pytest.raises(kind) as caught:
        collect(lake, stub.x(answer), work())
    assert outcome_of(lake) == Outcome(status=Status.FAILED, reason=str(caught.value))
    assert spent(read_month(lake, "2026-11")) == Reads()


def test_what_nobody_expected_is_a_failed_outcome_too(
    lake: Lake, stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def surprise(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr(XApi, "timeline_page", surprise)
    with pytest.raises(ZeroDivisionError):
        collect(lake, stub.x(), work())
    assert outcome_of(lake).reason == "ZeroDivisionError: division by zero"


def test_a_page_that_cannot_be_stored_stays_paid_for(
    lake: Lake, stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_if = Lake.put_if

    def no_room(self: Lake, key: str, *arguments: Any) -> bool:
        if key.startswith("raw/"):
            raise LakeError("no room")
        return put_if(self, key, *arguments)

    monkeypatch.setattr(Lake, "put_if", no_room)
    with pytest.raises(LakeError):
        collect(lake, stub.x(*pages_of(3)), work())
    assert spent(read_month(lake, "2026-11")) == Reads(posts=100)


def test_a_page_without_any_counts_stops_and_nothing_more_is_bought(lake: Lake, stub: StubServer) -> None:
    body = a_body(*(a_post(number, public_metrics=None) for number in (2, 1)), token="next")
    for asked in (1, 0):  # the second time, too, and for nothing
        with pytest.raises(XRefused, match="none of the 2 posts of a page has public_metrics"):
            collect(lake, stub.x(Answer(body)), work())
        assert len(stub.requests) == asked
    assert outcome_of(lake).status == Status.FAILED
    assert find_manifest(lake, DAY, "nasa") is None


def test_a_single_post_without_counts_does_not_stop_the_page(lake: Lake, stub: StubServer) -> None:
    result = collect(lake, stub.x(Answer(a_body(a_post(2, public_metrics=None), a_post(1), 7))), work())
    assert result.posts == 3


def test_a_page_that_leads_to_itself_is_not_followed_for_ever(lake: Lake, stub: StubServer) -> None:
    with pytest.raises(XUnavailable, match="X's next page is one it gave before"):
        collect(lake, stub.x(Answer(a_body(token="again"))), work())
    assert len(stub.requests) == 2


@pytest.mark.parametrize(
    ("changes", "words"), [({"stopped": "changed hands"}, "changed hands"), ({"user_id": None}, "id")]
)
def test_what_planning_stopped_is_not_read(
    lake: Lake, stub: StubServer, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(XRefused, match=words):
        collect(lake, stub.x(), work(**changes))
    assert stub.requests == []
    assert outcome_of(lake).status == Status.FAILED


# --- what is handed on ---------------------------------------------------------------------------


def test_what_is_handed_on_holds_no_post(lake: Lake, stub: StubServer) -> None:
    handed = collect(lake, stub.x(*pages_of(50)), work()).model_dump_json()
    assert len(handed) < 300
    assert "lovely" not in handed


def test_a_work_order_survives_the_way_through_json() -> None:
    assert AccountTask.model_validate(json.loads(work().model_dump_json())) == work()
