"""A day's roll-up, against one worked out by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipeline.lake.no_tone import NO_LISTS, NoToneLists
from pipeline.lake.records import Counts, Outcome, Plan, PlannedAccount
from pipeline.schema import ROLLUP, SCHEMA_VERSION
from pipeline.status import Status
from pipeline.transform.rollup import roll_up
from tests.pipeline.given import COLLECTED_AT, DAY, stored_posts

FIGURES = (
    "posts", "retweets", "likes", "reposts", "replies", "quotes", "bookmarks", "engagement", "impressions",
    "impressions_known", "engagement_seen", "median_engagement", "scored", "positive", "neutral", "negative",
    "compound", "age_hours", "post_ids", "post_hours", "post_engagements",
)  # fmt: skip


def at(hour: int, minute: int = 0, *, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def a_plan(*accounts: str, timezone: str = "UTC", day: date = DAY) -> Plan:
    entries = [
        PlannedAccount(account=account, handle=account.upper(), include=("posts",), max_posts=200)
        for account in accounts
    ]
    return Plan(
        day=day,
        timezone=timezone,
        sample=True,
        failed_accounts=0.2,
        quarantined_posts=0.05,
        accounts=tuple(entries),
    )


def rolled_up(
    plan: Plan,
    outcomes: dict[str, Outcome],
    *posts: dict[str, Any],
    lists: NoToneLists = NO_LISTS,
) -> list[dict[str, Any]]:
    frame = roll_up(plan, outcomes, stored_posts(*posts), lists)
    assert frame.schema == ROLLUP
    return frame.rows(named=True)


def post(number: int, when: datetime, *counts: int, **more: Any) -> dict[str, Any]:
    """Return a post with its likes, reposts, replies and quotes."""
    names = ("like_count", "repost_count", "reply_count", "quote_count")
    told = dict(zip(names, counts, strict=True))
    return {"post_id": str(number), "created_at": when, "engagement": sum(counts)} | told | more


OK = Outcome(status=Status.OK)


def test_a_day_worked_out_by_hand() -> None:
    outcome = Outcome(
        status=Status.PARTIAL,
        reason="so",
        counts=Counts(fetched=9, kept=5, filtered=1, duplicates=1, quarantined=1, forgotten=1),
        doubted=3,
        doubted_days=(DAY - timedelta(days=2), DAY - timedelta(days=1)),
        posts_refused=1,
        deletions_waiting=12,
        mention_count=31,
        x_post_count=11,
        truncated=True,
        cost_usd=0.045,
        collected_at=COLLECTED_AT,
    )
    tone = {"compound": 0.6, "sentiment": "positive"}
    [row] = rolled_up(
        a_plan("nasa"),
        {"nasa": outcome},
        post(4, at(20), 100, 50, 30, 20, impression_count=4000, bookmark_count=7, age_hours=10.0, **tone),
        post(
            1,
            at(9, 5),
            1,
            2,
            3,
            4,
            impression_count=1000,
            age_hours=21.0,
            compound=-0.5,
            sentiment="negative",
        ),
        post(2, at(9, 59), 0, 0, 0, 0, bookmark_count=3, age_hours=20.0, compound=0.0, sentiment="neutral"),
        post(3, at(12), 5, 0, 0, 0, kind="reply", age_hours=18.0),
        # The original's 900 reposts and its score are nobody's here.
        post(
            5,
            at(13),
            0,
            900,
            0,
            0,
            kind="retweet",
            engagement=None,
            impression_count=9,
            bookmark_count=9,
            **tone,
        ),
    )
    assert row == {
        "day": DAY,
        "account": "nasa",
        "handle": "NASA",
        "name": None,
        "group": None,
        "user_id": None,
        "followers": None,
        "followers_on": None,
        "status": "partial",
        "reason": "so",
        "truncated": True,
        "fetched": 9,
        "kept": 5,
        "filtered": 1,
        "duplicates": 1,
        "quarantined": 1,
        "forgotten": 1,
        "doubted": 3,
        "doubted_days": [DAY - timedelta(days=2), DAY - timedelta(days=1)],
        "posts_refused": 1,
        "deletions_waiting": 12,
        "mention_count": 31,
        "mentions_not_counted_because": None,
        "x_post_count": 11,
        "posts": 4,
        "retweets": 1,
        "likes": 106,  # 100 + 1 + 0 + 5
        "reposts": 52,  # 50 + 2
        "replies": 33,  # 30 + 3
        "quotes": 24,  # 20 + 4
        "bookmarks": 10,  # 7 + 3, of the two where X tells
        "engagement": 215,  # 200 + 10 + 0 + 5
        "impressions": 5000,  # 4000 + 1000
        "impressions_known": 2,
        "engagement_seen": 210,  # 200 + 10
        "median_engagement": 7.5,  # of 0, 5, 10, 200
        "median_post": 10.0,  # of 0, 10, 200
        "scored": 3,
        "positive": 1,
        "neutral": 1,
        "negative": 1,
        "compound": pytest.approx(0.1 / 3),  # (0.6 - 0.5 + 0) / 3
        "no_tone_posts": None,
        "age_hours": 19.0,  # of 10, 18, 20, 21
        "post_ids": ["1", "2", "3", "4"],
        "post_hours": [9, 9, 12, 20],
        "post_engagements": [10, 0, 5, 200],
        "post_kinds": ["post", "post", "reply", "post"],
        "collected_at": COLLECTED_AT,
        "cost_usd": 0.045,
        "timezone": "UTC",
        "sample": True,
        "schema_version": SCHEMA_VERSION,
        "window_hours": None,
    }


def test_posts_that_hold_a_phrase_without_tone_are_counted_where_there_is_a_list() -> None:
    lists = NO_LISTS.replaced(
        {"esa": ["War Zone"], "jaxa": ["calm"], "nasa": ["calm", "War Zone"], "roscosmos": ["calm"]}
    )
    ok = Outcome(status=Status.OK)
    rows = rolled_up(
        a_plan("cnsa", "esa", "jaxa", "nasa", "roscosmos"),
        {"cnsa": ok, "esa": ok, "jaxa": ok, "nasa": ok},
        {"account": "cnsa"},
        {"account": "esa"},
        {"account": "nasa"},
        {"account": "nasa", "text": "war zone, war zone"},
        {"account": "nasa", "text": "neither", "clean_text": "calm"},
        {"account": "nasa", "text": "RT @esa: calm", "kind": "retweet"},
        lists=lists,
    )
    assert {row["account"]: row["no_tone_posts"] for row in rows} == {
        "cnsa": None,
        "esa": 0,
        "jaxa": 0,
        "nasa": 2,
        "roscosmos": None,
    }


@pytest.mark.parametrize("status", [status for status in Status if not status.has_posts])
def test_an_account_without_a_day_has_nulls_and_not_noughts(status: Status) -> None:
    # Posts of an earlier, better run may still lie there.
    [row] = rolled_up(
        a_plan("nasa"), {"nasa": Outcome(status=status, reason="so")}, post(1, at(9), 1, 1, 1, 1)
    )
    assert {name: row[name] for name in FIGURES} == dict.fromkeys(FIGURES)
    assert (row["status"], row["reason"], row["fetched"]) == (status, "so", 0)


def test_an_account_that_posted_nothing_has_noughts() -> None:
    [row] = rolled_up(a_plan("nasa"), {"nasa": OK})
    noughts = {
        "posts", "retweets", "likes", "reposts", "replies", "quotes", "engagement", "impressions_known", "scored",
        "positive", "neutral", "negative",
    }  # fmt: skip
    assert {name for name in FIGURES if row[name] == 0} == noughts
    assert {name for name in FIGURES if row[name] == []} == {"post_ids", "post_hours", "post_engagements"}
    assert {name for name in FIGURES if row[name] is None} == {
        "bookmarks", "impressions", "engagement_seen", "median_engagement", "compound", "age_hours",
    }  # fmt: skip


def test_where_x_tells_no_views_of_any_post_they_are_null_and_not_nought() -> None:
    [row] = rolled_up(a_plan("nasa"), {"nasa": OK}, post(1, at(9), 1, 2, 3, 4))
    assert (row["engagement"], row["impressions_known"]) == (10, 0)
    assert (row["impressions"], row["engagement_seen"], row["bookmarks"]) == (None, None, None)


def test_an_account_that_only_retweeted_has_no_figures_of_its_own() -> None:
    [row] = rolled_up(
        a_plan("nasa"), {"nasa": OK}, post(1, at(9), 0, 900, 0, 0, kind="retweet", engagement=None)
    )
    assert (row["posts"], row["retweets"], row["reposts"], row["median_engagement"]) == (0, 1, 0, None)
    assert row["post_ids"] == []


def test_an_account_without_an_outcome_has_failed() -> None:
    [row] = rolled_up(a_plan("nasa"), {})
    assert (row["status"], row["posts"]) == ("failed", None)
    assert row["reason"].startswith("its task ended without leaving an outcome")


def test_every_planned_account_has_one_row_in_order() -> None:
    rows = rolled_up(
        a_plan("nasa", "007", "esa"),
        {"nasa": OK, "esa": Outcome(status=Status.FAILED), "left": OK},
        post(1, at(9), 1, 0, 0, 0, account="007"),
        post(2, at(9), 2, 0, 0, 0, account="nasa"),
    )
    assert [(row["account"], row["likes"]) for row in rows] == [("007", None), ("esa", None), ("nasa", 2)]


def test_hours_are_local_on_the_day_the_clock_is_set_back() -> None:
    october = date(2026, 10, 25)
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    last = datetime(2026, 10, 25, 22, 59, tzinfo=UTC)
    [row] = rolled_up(
        a_plan("nasa", timezone="Europe/Berlin", day=october),
        {"nasa": OK},
        *(post(number, when, 0, 0, 0, 0) for number, when in enumerate([first, second, last])),
    )
    assert row["post_hours"] == [2, 2, 23]  # half past two comes twice


def test_a_day_that_is_no_whole_local_day_says_how_long_it_is() -> None:
    whole = a_plan("nasa", timezone="Asia/Tokyo")
    short = whole.model_copy(update={"end": whole.window.end - timedelta(hours=9.5)})
    assert [rolled_up(plan, {"nasa": OK})[0]["window_hours"] for plan in (whole, short)] == [None, 14.5]


def test_the_order_of_posts_and_accounts_changes_nothing() -> None:
    posts = [post(number, at(number), number, 0, 0, 0, compound=0.1 * number) for number in range(1, 6)]
    one, other = (
        rolled_up(a_plan(*names), {"nasa": OK, "esa": OK}, *order)
        for names, order in ((("nasa", "esa"), posts), (("esa", "nasa"), posts[::-1]))
    )
    assert one == other


def test_the_plan_is_not_dumped_again_for_each_account(monkeypatch: pytest.MonkeyPatch) -> None:
    dumped, dump = list[Plan](), Plan.model_dump

    def counted(plan: Plan, **options: Any) -> dict[str, Any]:
        dumped.append(plan)
        return dump(plan, **options)

    monkeypatch.setattr(Plan, "model_dump", counted)
    names = [f"a{number}" for number in range(10)]
    assert [row["account"] for row in rolled_up(a_plan(*names), {})] == names
    assert len(dumped) == 1
