"""The records of the lake."""

from pipeline.lake.no_tone import NO_LISTS, NoToneLists
from pipeline.lake.records import AccountTask
from tests.pipeline.given import DAY, NOON


def test_what_is_handed_on_of_an_account_stays_under_600_bytes() -> None:
    longest = AccountTask(
        account="a" * 15,
        handle="A" * 15,
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
        quarantined_posts=0.05,
        sums="compensated",
        run_id="scheduled__2026-11-27T00:00:00.123456+00:00_abcdefgh",
        refetch=True,
        refetch_id="scheduled__2026-11-27T00:00:00.123456+00:00",
        usd_per_run=1000.25,
        usd_per_month=10000.25,
    )
    assert len(longest.model_dump_json(exclude_defaults=True)) <= 600


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
