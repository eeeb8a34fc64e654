"""An account's day comes into `raw/` page by page, is paid once, and a retry goes on where the last one ended."""

import json
from dataclasses import replace
from typing import Any

import pytest

from pipeline.collect import collect
from pipeline.errors import LakeError, RateLimited, RunStopped, XError, XRefused, XUnavailable
from pipeline.lake.client import Lake
from pipeline.lake.days import put_outcome
from pipeline.lake.raw import find_manifest, find_raw_day, read_pages
from pipeline.lake.records import AccountTask, Counts, Outcome
from pipeline.spend.ledger import spent
from pipeline.spend.writer import read_month
from pipeline.status import Status
from pipeline.x_api.client import XApi
from pipeline.x_api.prices import Reads
from tests.conftest import Answer, StubServer
from tests.pipeline.given import COLLECTED_AT, DAY, a_body, work
from tests.pipeline.read.days import outcome_of, pages_of

FOLDER = "raw/day=2026-11-22/account=nasa/"


def stored(lake: Lake) -> list[str]:
    return [key.removeprefix(FOLDER) for key in lake.keys(FOLDER)]


def test_a_day_is_stored_page_by_page_as_x_said_it(lake: Lake, stub: StubServer) -> None:
    answers = pages_of(3, 2)
    result = collect(lake, stub.x(*answers), work())
    assert (result.pages, result.posts, result.truncated, result.skipped) == (2, 5, False, None)
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


def test_a_day_read_to_its_end_is_not_read_again(lake: Lake, stub: StubServer) -> None:
    first = collect(lake, stub.x(*pages_of(2)), work())
    again = collect(lake, stub.x(*pages_of(2)), work())
    assert replace(again, raw_day=None) == replace(first, raw_day=None)
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
    assert "may cost $1.50" in str(collect(lake, stub.x(*pages_of(1)), today).skipped)
    assert stub.requests == []


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
    def surprise(*_: object, **__: Any) -> None:
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr(XApi, "timeline_page", surprise)
    with pytest.raises(ZeroDivisionError):
        collect(lake, stub.x(), work())
    assert (outcome_of(lake).reason or "").startswith(
        "ZeroDivisionError: division by zero at test_collect.py:"
    )


def test_a_page_that_cannot_be_stored_stays_paid_for(
    lake: Lake, stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_if = Lake.put_if

    def no_room(self: Lake, key: str, *arguments: Any, **options: Any) -> str | None:
        if key.startswith("raw/"):
            raise LakeError("no room")
        return put_if(self, key, *arguments, **options)

    monkeypatch.setattr(Lake, "put_if", no_room)
    with pytest.raises(LakeError):
        collect(lake, stub.x(*pages_of(3)), work())
    assert spent(read_month(lake, "2026-11")) == Reads(posts=100)


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


def test_what_was_just_read_is_handed_on_as_it_lies_in_the_lake(lake: Lake, stub: StubServer) -> None:
    handed = collect(lake, stub.x(*pages_of(50, 3)), work()).raw_day
    assert handed is not None
    assert replace(handed, is_first=False) == find_raw_day(lake, DAY, "nasa")


def test_a_task_survives_the_way_through_json() -> None:
    assert AccountTask.model_validate(json.loads(work().model_dump_json())) == work()
