"""The records of the lake."""

import json
from typing import Any

import pytest

from pipeline.lake.no_tone import NO_LISTS, NoToneLists
from pipeline.lake.records import AccountTask
from pipeline.schema import SCORERS
from tests.pipeline.given import DAY, NOON, work

RUN = "scheduled__2026-11-27T00:00:00.123456+00:00_abcdefgh"


def test_what_is_handed_on_of_an_account_stays_under_600_bytes() -> None:
    """In Airflow, which confirms nothing, the longest: of a renamed account, with all settings and an odd window."""
    longest = AccountTask(
        account="a" * 15,
        handle="B" * 15,
        user_id="9" * 19,
        post_count=99_999_999,
        created_at=NOON,
        day=DAY,
        timezone="America/Argentina/ComodRivadavia",
        start=NOON,
        end=NOON,
        include=("posts", "replies", "quotes", "retweets"),
        max_posts=100_000,
        refresh_days=30,
        mentions=True,
        completeness=True,
        no_tone="0" * 16,
        quarantined_posts=0.05,
        sums="compensated",
        scorers=SCORERS,
        run_id=RUN,
        refetch=True,
        refetch_id=RUN,
        usd_per_run=1000.25,
        usd_per_month=10000.25,
    )
    handed_on = longest.mapping()
    assert len(json.dumps(handed_on, separators=(",", ":"))) <= 600
    assert AccountTask.model_validate(handed_on) == longest


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"account": "nasa_before"},
        {"no_tone": "0123456789abcdef"},
        {"unchanged": True},
        {"scorers": SCORERS},
        {"refetch": True},
        {"refetch": True, "refetch_id": "a-run"},
        {"refetch": True, "refetch_id": "another", "confirmed": True},
    ],
)
def test_what_is_handed_on_reads_back_equal_whole_and_short(changes: dict[str, Any]) -> None:
    task = work(**changes)
    assert AccountTask.model_validate(json.loads(json.dumps(task.mapping()))) == task
    assert AccountTask.model_validate(task.model_dump(mode="json")) == task


def test_each_distinct_list_of_phrases_is_kept_once_whatever_its_order() -> None:
    lists = NO_LISTS.replaced({"nasa": ["b", "a", "a"], "esa": ["a", "b"], "jaxa": ["c"], "cnsa": []})
    assert sorted(lists.lists.values()) == [("a", "b"), ("c",)]
    assert [each.account for each in lists.accounts] == ["esa", "jaxa", "nasa"]
    assert lists.hash_of("nasa") == lists.hash_of("esa") != lists.hash_of("jaxa")
    assert (lists.phrases_of("nasa"), lists.phrases_of("cnsa"), lists.hash_of("cnsa")) == (
        ("a", "b"),
        (),
        None,
    )


def test_a_list_that_no_account_has_any_more_goes() -> None:
    lists = NO_LISTS.replaced({"nasa": ["a"], "esa": ["b"]})
    replaced = lists.replaced({"nasa": ["b"]})
    assert list(replaced.lists.values()) == [("b",)]
    assert replaced.replaced({"nasa": (), "esa": ()}) == NO_LISTS
    assert NoToneLists.model_validate_json(lists.model_dump_json(by_alias=True)) == lists
