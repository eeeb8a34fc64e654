"""Promise 6: what is told as "at most" is at most, whatever X sends within its own limits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest

from pipeline.collect import collect
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome
from pipeline.lake.records import AccountTask
from pipeline.spend.ledger import spent
from pipeline.spend.writer import read_month
from pipeline.status import Status
from pipeline.x_api.client import XApi
from pipeline.x_api.prices import day_at_most, usd
from tests.pipeline.given import DAY, NOON, a_body, a_post, config, work

EVERYTHING = ("posts", "quotes", "replies", "retweets")
REFERENCES = [{"type": "replied_to", "id": "17"}, {"type": "quoted", "id": "18"}]


@dataclass
class DearestX:
    """X whose every post is a reply that quotes, and which always has a next page; counts what it bills."""

    billed: int = 0
    number: int = 0
    asked: list[int] = field(default_factory=list)

    def timeline_page(
        self, handle: str, user_id: str, *, max_results: int, expansions: Sequence[str] = (), **_: Any
    ) -> dict[str, Any]:
        self.number += max_results
        numbers = range(self.number, self.number - max_results, -1)
        posts = [
            a_post(number, at=NOON + timedelta(milliseconds=number), referenced_tweets=REFERENCES)
            for number in numbers
        ]
        included = [{"id": f"{number}{of}"} for number in numbers for of in (1, 2)] if expansions else []
        self.billed += len(posts) + len(included)
        self.asked.append(max_results)
        return a_body(*posts, token=str(self.number), included=included)


def read(lake: Lake, x: DearestX, task: AccountTask) -> None:
    collect(lake, cast(XApi, x), task)


@pytest.mark.parametrize("include", [("posts", "quotes", "replies"), EVERYTHING])
@pytest.mark.parametrize("max_posts", [1, 4, 5, 100, 103, 200, 204])
def test_a_day_is_billed_no_more_than_it_is_told_to_cost(
    lake: Lake, include: tuple[str, ...], max_posts: int
) -> None:
    x = DearestX()
    settings = {"include": include, "max_posts": max_posts}
    [account] = config({"handle": "nasa", **settings, "include": list(include)}).accounts
    read(lake, x, work(**settings, usd_per_run=day_at_most(account)))
    assert max_posts <= sum(x.asked) <= max_posts + 4
    assert usd(posts=x.billed, users=1) <= day_at_most(account)
    assert spent(read_month(lake, "2026-11")).posts == x.billed


def test_nothing_is_asked_for_that_the_budget_might_not_cover(lake: Lake) -> None:
    x = DearestX()
    read(lake, x, work(include=EVERYTHING, max_posts=100, usd_per_run=1.499))
    outcome = find_outcome(lake, DAY, "nasa")
    assert outcome is not None
    assert (outcome.status, x.asked) == (Status.OVER_BUDGET, [])

    read(lake, x, work(include=EVERYTHING, max_posts=100, usd_per_run=1.5))
    assert (usd(posts=x.billed), x.asked) == (1.5, [100])
