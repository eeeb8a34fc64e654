"""Posts asked about by their ids: a hundred at a time, within the budget, each answer stored before the next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest

from pipeline.erasure import register
from pipeline.errors import RateLimited, RunStopped, XBadResponse, XError, XRefused, XUnavailable
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.doubts import PostDoubt
from pipeline.lake.raw import read_pages
from pipeline.lake.records import AccountTask
from pipeline.page import TOMBSTONE, Page, pack
from pipeline.refresh.lookups import PostLookups
from pipeline.spend.ledger import Budget, Ledger, spent
from pipeline.spend.writer import read_month
from pipeline.x_api.client import XApi
from pipeline.x_api.prices import Reads, lookups_at_most
from tests.pipeline.given import COLLECTED_AT, DAY, a_body, a_post, work

EVE = DAY - timedelta(days=1)
TASK = work(refresh_days=2)


def doubted(*numbers: int, **changes: Any) -> dict[str, PostDoubt]:
    return {
        str(number): PostDoubt(**({"day": EVE, "absent_at": COLLECTED_AT} | changes)) for number in numbers
    }


@dataclass
class Asked:
    """Stands where `XApi` does: returns the posts in `living`, and remembers what it was asked."""

    living: Sequence[str] = ()
    failures: list[Exception] = field(default_factory=list)  # raised in turn, in place of an answer
    requests: list[list[str]] = field(default_factory=list)

    def posts(self, handle: str, post_ids: Sequence[str]) -> dict[str, Any]:
        self.requests.append(list(post_ids))
        if self.failures:
            raise self.failures.pop(0)
        return a_body(*[a_post(id=post_id) for post_id in post_ids if post_id in self.living])


def lookups(lake: Lake, x: Asked, usd: float = 5.0, task: AccountTask = TASK) -> PostLookups:
    return PostLookups(lake, cast(XApi, x), Ledger(lake, "a-run", Budget(usd, 100.0)), task)


def test_a_hundred_at_a_time_each_answer_stored_under_its_number(lake: Lake, morning_after: str) -> None:
    x = Asked(living=("7", "230"))
    pages, stopped = lookups(lake, x).read_remaining(doubted(*range(1, 251)))

    assert stopped is None
    assert [len(ids) for ids in x.requests] == [100, 100, 50]
    assert x.requests[0][:3] == ["1", "2", "3"]
    assert [page.request["ids"] for page in pages] == x.requests
    assert read_pages(lake, DAY, "nasa", keys.lookup_page) == pages
    assert spent(read_month(lake, "2026-11")) == Reads(posts=2)  # only what X returned is billed


def test_what_was_asked_about_is_not_asked_about_again(lake: Lake, morning_after: str) -> None:
    x = Asked(failures=[])
    first, _ = lookups(lake, x).read_remaining(doubted(*range(1, 101)))
    x.requests.clear()
    pages, _ = lookups(lake, x).read_remaining(doubted(*range(1, 151)))
    assert x.requests == [[str(number) for number in range(101, 151)]]
    assert pages[: len(first)] == first
    assert lookups(lake, x).read_remaining({})[0] == pages


def test_the_most_urgent_come_first_and_no_more_than_a_day_may_cost(lake: Lake, morning_after: str) -> None:
    task = work(max_posts=2, refresh_days=2)
    assert lookups_at_most(2, 2) == 4
    waits = doubted(1, waiting_at=COLLECTED_AT)
    nearly = doubted(9, 10, not_found=(COLLECTED_AT,))
    x = Asked()
    lookups(lake, x, task=task).read_remaining(waits | doubted(5, 6, 7) | nearly)
    assert x.requests == [["9", "10", "5", "6"]]
    lookups(lake, x, task=task).read_remaining(waits | doubted(5, 6, 7) | nearly)
    assert len(x.requests) == 1


def test_a_budget_too_small_leaves_the_others_in_doubt_and_says_so(lake: Lake, morning_after: str) -> None:
    x = Asked(living=[str(number) for number in range(1, 101)])
    pages, stopped = lookups(lake, x, usd=0.7).read_remaining(doubted(*range(1, 151)))
    assert len(pages) == 1  # $0.50 of it are spent, and fifty more may cost $0.25
    assert "budget.usd_per_run $0.70" in (stopped or "")
    assert spent(read_month(lake, "2026-11")) == Reads(posts=100)


@pytest.mark.parametrize("failure", [XRefused("403"), XUnavailable("503"), XBadResponse("no JSON")])
def test_a_look_up_that_fails_says_why_and_keeps_what_came_before(
    lake: Lake, morning_after: str, failure: XError
) -> None:
    class SecondFails(Asked):
        def posts(self, handle: str, post_ids: Sequence[str]) -> dict[str, Any]:
            body = super().posts(handle, post_ids)
            self.failures.append(failure)
            return body

    pages, stopped = lookups(lake, SecondFails()).read_remaining(doubted(*range(1, 151)))
    assert (len(pages), stopped) == (1, str(failure))


@pytest.mark.parametrize("failure", [RunStopped("402"), RateLimited("429", COLLECTED_AT)])
def test_what_concerns_the_whole_run_is_raised(lake: Lake, morning_after: str, failure: XError) -> None:
    with pytest.raises(type(failure)):
        lookups(lake, Asked(failures=[failure])).read_remaining(doubted(1))
    assert spent(read_month(lake, "2026-11")) == Reads()


def test_another_run_s_answer_to_the_same_request_is_the_answer(lake: Lake, morning_after: str) -> None:
    other = Page(request={"ids": ["1"]}, collected_at=COLLECTED_AT, body=a_body(a_post(id="1")))

    class Overtaken(Asked):
        def posts(self, handle: str, post_ids: Sequence[str]) -> dict[str, Any]:
            lake.put(keys.lookup_page(DAY, "nasa", 1), pack(other))
            return super().posts(handle, post_ids)

    pages, _ = lookups(lake, Overtaken()).read_remaining(doubted(1))
    assert pages == [other] == read_pages(lake, DAY, "nasa", keys.lookup_page)


def test_another_run_s_answer_to_another_request_stays_beside_it(lake: Lake, morning_after: str) -> None:
    other = Page(request={"ids": ["2"]}, collected_at=COLLECTED_AT, body=a_body(a_post(id="2")))

    class Overtaken(Asked):
        def posts(self, handle: str, post_ids: Sequence[str]) -> dict[str, Any]:
            lake.put(keys.lookup_page(DAY, "nasa", 1), pack(other))
            return super().posts(handle, post_ids)

    [mine], _ = lookups(lake, Overtaken()).read_remaining(doubted(1))
    assert mine.request == {"ids": ["1"]}
    assert read_pages(lake, DAY, "nasa", keys.lookup_page) == [other, mine]


def test_what_must_stay_forgotten_is_not_stored_again(lake: Lake, morning_after: str) -> None:
    post_id = a_post()["id"]
    register.save(lake, register.begin(lake, [post_id], "asked for"))
    [page], _ = lookups(lake, Asked(living=[post_id])).read_remaining(doubted(int(post_id)))
    assert page.items == [TOMBSTONE]
    assert spent(read_month(lake, "2026-11")) == Reads(posts=1)  # X has billed it
