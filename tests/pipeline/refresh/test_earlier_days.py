"""Which days are read again, by which boundaries, and what a reading of them shows to be missing."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import put_outcome, window_of
from pipeline.lake.frames import find_frame
from pipeline.lake.records import Counts, Outcome
from pipeline.refresh.earlier_days import due_days, find_day
from pipeline.schema import METRICS
from pipeline.status import Status
from pipeline.window import Window
from tests.pipeline.given import DAY, work
from tests.pipeline.refresh.account import Timeline, ids_of, outcome_of, post_at, put_plan, run

EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
OF_EVE = [post_at("2026-11-21T10:00:00"), post_at("2026-11-21T20:00:00")]
OF_DAY = [post_at("2026-11-22T12:00:00")]


def id_of(post: dict[str, Any]) -> str:
    return str(post["id"])


def test_after_a_move_from_new_york_to_tokyo_no_living_post_is_doubted(lake: Lake) -> None:
    """By Tokyo's midnights the eve would begin 14 hours earlier, and its last 14 hours would not be asked for."""
    posts = [post_at(f"2026-11-21T{hour:02}:30:00") for hour in range(6, 24, 3)]
    posts += [post_at(f"2026-11-22T{hour:02}:30:00") for hour in range(0, 24, 3)]
    x = Timeline(posts)
    run(lake, x, EVE, "2026-11-22T11:00:00", timezone="America/New_York")
    of_eve = ids_of(lake, EVE)
    assert len(of_eve) == 8
    window = window_of(lake, DAY, "Asia/Tokyo")
    assert window.start == Window(EVE, "America/New_York").end

    run(lake, x, DAY, "2026-11-22T21:00:00", timezone="Asia/Tokyo", start=window.starts, end=window.ends)

    assert x.lookups == []
    assert outcome_of(lake, DAY).doubted == 0
    assert outcome_of(lake, DAY).refreshed == (EVE,)
    counts = find_frame(lake, keys.metrics(NEXT, "nasa"), METRICS)
    assert counts is not None
    assert sorted(counts["post_id"]) == sorted(of_eve)
    assert set(counts["day"]) == {EVE}


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "Europe/Berlin"])
def test_an_earlier_day_has_the_boundaries_of_its_plan_whatever_the_timezone_is_now(
    lake: Lake, zone: str
) -> None:
    put_plan(lake, work(day=EVE, timezone=zone))
    put_outcome(lake, EVE, "nasa", Outcome(status=Status.OK, counts=Counts(fetched=1, kept=1)))
    [found] = due_days(lake, work(refresh_days=3))
    assert (found.window.start, found.window.end) == (Window(EVE, zone).start, Window(EVE, zone).end)
    assert found.kept == 1


def test_the_boundaries_of_an_outcome_come_first(lake: Lake) -> None:
    start, end = Window(EVE, "America/New_York").start, Window(EVE, "UTC").end
    put_plan(lake, work(day=EVE, timezone="Asia/Tokyo"))
    of_odd_length = Outcome(status=Status.OK, counts=Counts(fetched=1, kept=1), start=start, end=end)
    put_outcome(lake, EVE, "nasa", of_odd_length)
    found = find_day(lake, EVE, "nasa")
    assert found is not None
    assert (found.window.day, found.window.start, found.window.end) == (EVE, start, end)


@pytest.mark.parametrize(
    "outcome",
    [
        None,
        Outcome(status=Status.OK),  # without posts
        Outcome(status=Status.FAILED, counts=Counts(fetched=1, kept=1)),
        Outcome(status=Status.PROTECTED),
    ],
)
def test_a_day_without_posts_is_not_read_again(lake: Lake, outcome: Outcome | None) -> None:
    put_plan(lake, work(day=EVE))
    if outcome:
        put_outcome(lake, EVE, "nasa", outcome)
    assert due_days(lake, work(refresh_days=1)) == []


def test_a_day_without_a_plan_or_as_late_as_the_day_itself_is_not_read_again(lake: Lake) -> None:
    with_posts = Outcome(status=Status.OK, counts=Counts(fetched=1, kept=1))
    put_outcome(lake, EVE, "nasa", with_posts)
    assert due_days(lake, work(refresh_days=1)) == []
    put_plan(lake, work(day=EVE))
    assert due_days(lake, work(refresh_days=1, start=Window(EVE, "UTC").start)) == []
    assert len(due_days(lake, work(refresh_days=1))) == 1


def test_as_many_days_are_read_again_as_asked_for_oldest_first(lake: Lake) -> None:
    days = [DAY - timedelta(days=back) for back in (3, 2, 1)]
    for day in days:
        put_plan(lake, work(day=day))
        put_outcome(lake, day, "nasa", Outcome(status=Status.PARTIAL, counts=Counts(fetched=1, kept=1)))
    assert [day.window.day for day in due_days(lake, work(refresh_days=2))] == days[1:]


def test_only_the_last_full_day_takes_its_earlier_days_along(lake: Lake) -> None:
    x = Timeline(OF_EVE + OF_DAY)
    run(lake, x, EVE, "2026-11-24T06:00:00")
    run(lake, x, DAY, "2026-11-24T06:00:00")
    assert lake.keys("metrics/") == []
    assert outcome_of(lake, DAY).refreshed == ()


def test_what_is_not_shown_is_asked_about_by_its_id(lake: Lake) -> None:
    run(lake, Timeline(OF_EVE), EVE, "2026-11-22T06:00:00")
    x = Timeline(OF_EVE[1:] + OF_DAY)
    run(lake, x, DAY, "2026-11-23T06:00:00")
    assert x.lookups == [[id_of(OF_EVE[0])]]
    assert (outcome_of(lake, DAY).doubted, outcome_of(lake, DAY).doubted_days) == (1, (EVE,))
    assert ids_of(lake, EVE) == [id_of(post) for post in OF_EVE]


@pytest.mark.parametrize(
    "known", [{"post_count": None, "created_at": None}, {"post_count": None}, {"post_count": 10_000_000}]
)
def test_x_s_depth_is_not_taken_for_deletion(lake: Lake, known: dict[str, Any]) -> None:
    """Five days of 9 posts, of which X shows 32: none of the first day, and few of the next one."""
    days = [date(2026, 11, day) for day in range(18, 23)]
    posts = [
        post_at((datetime(day.year, day.month, day.day) + timedelta(hours=2 * n)).isoformat())
        for day in days
        for n in range(9)
    ]
    kept = []
    for day in days:
        x = Timeline([post for post in posts if post["created_at"][:10] <= str(day)], depth=32)
        refresh = {"refresh_days": 4 if day == days[-1] else 0}
        run(lake, x, day, f"{day + timedelta(days=1)}T06:00:00", **known, **refresh)
        kept.append(ids_of(lake, day))

    assert x.lookups == []
    assert [ids_of(lake, day) for day in days] == kept
    assert outcome_of(lake, days[-1]).doubted == 0


def test_with_an_unknown_number_of_posts_days_that_the_pages_reach_are_judged(lake: Lake) -> None:
    before = [post_at("2026-11-20T10:00:00"), post_at("2026-11-20T11:00:00")]
    for day, posts in ((EVE - timedelta(days=1), before), (EVE, OF_EVE)):
        run(lake, Timeline(posts), day, f"{day + timedelta(days=1)}T06:00:00", refresh_days=0)
    x = Timeline([before[1], OF_EVE[1], *OF_DAY])  # one of each earlier day is gone
    run(lake, x, DAY, "2026-11-23T06:00:00", post_count=None)
    assert x.lookups == [[id_of(OF_EVE[0])]]  # the day before it may have been read in part


def test_with_an_unknown_number_of_posts_an_empty_success_judges_nothing(lake: Lake) -> None:
    run(lake, Timeline(OF_EVE), EVE, "2026-11-22T06:00:00")
    x = Timeline([])
    run(lake, x, DAY, "2026-11-23T06:00:00", created_at=None)
    assert x.lookups == []


def test_a_post_that_was_edited_over_midnight_is_one_post_and_living(lake: Lake) -> None:
    """Read at ten past midnight, edited at twenty past: the new version has its own id, and the next day."""
    first = post_at("2026-11-21T23:50:00")
    second = post_at("2026-11-22T00:20:00", earlier_version=id_of(first))
    run(lake, Timeline([*OF_EVE, first]), EVE, "2026-11-22T00:10:00")
    assert id_of(first) in ids_of(lake, EVE)
    x = Timeline([*OF_EVE, *OF_DAY, second])
    run(lake, x, DAY, "2026-11-23T00:10:00")
    assert id_of(second) in ids_of(lake, DAY)

    run(lake, x, NEXT, "2026-11-24T00:10:00")
    run(lake, x, NEXT + timedelta(days=1), "2026-11-25T00:10:00")

    assert x.lookups == []
    assert id_of(first) in ids_of(lake, EVE)
    assert id_of(second) in ids_of(lake, DAY)


def test_a_stored_version_lives_where_x_shows_an_earlier_one_again(lake: Lake) -> None:
    first = post_at("2026-11-21T12:00:00")
    second = post_at("2026-11-21T12:20:00", earlier_version=id_of(first))
    run(lake, Timeline([second]), EVE, "2026-11-22T06:00:00")
    x = Timeline([first, *OF_DAY])
    run(lake, x, DAY, "2026-11-23T06:00:00")
    assert x.lookups == []


def test_a_day_whose_posts_were_removed_by_hand_misses_nothing(lake: Lake) -> None:
    run(lake, Timeline(OF_EVE), EVE, "2026-11-22T06:00:00")
    lake.delete(keys.posts(EVE, "nasa"))
    x = Timeline(OF_DAY)
    run(lake, x, DAY, "2026-11-23T06:00:00")
    assert x.lookups == []


def test_kinds_that_are_not_asked_for_any_more_are_not_missing(lake: Lake) -> None:
    reply = post_at("2026-11-21T12:00:00", in_reply_to_user_id="17")
    run(lake, Timeline([*OF_EVE, reply]), EVE, "2026-11-22T06:00:00")
    assert len(ids_of(lake, EVE)) == 3
    x = Timeline(OF_EVE + OF_DAY)
    run(lake, x, DAY, "2026-11-23T06:00:00", include=("posts",))
    assert x.lookups == []


@pytest.mark.parametrize("time", ["00:00:00", "03:00:00"])
def test_of_days_that_overlap_only_what_was_asked_for_is_missing(lake: Lake, time: str) -> None:
    """In lakes of the first release, a day may reach into the next one."""
    late = post_at(f"2026-11-22T{time}")
    long = {"start": Window(EVE, "UTC").start, "end": Window(EVE, "UTC").end + timedelta(hours=6)}
    run(lake, Timeline([*OF_EVE, late]), EVE, "2026-11-22T06:10:00", **long)
    assert id_of(late) in ids_of(lake, EVE)
    x = Timeline([*OF_EVE, *OF_DAY])
    run(lake, x, DAY, "2026-11-23T06:00:00", max_posts=5)
    assert x.lookups == []


def test_as_many_posts_are_read_again_as_the_days_may_have_and_no_day_is_judged_by_less(lake: Lake) -> None:
    """Of the eve X has five posts more than were stored, so the reading ends before it comes to the day before."""
    before = [post_at(f"2026-11-20T1{n}:00:00") for n in range(5)]
    of_eve = [post_at(f"2026-11-21T1{n}:00:00") for n in range(5)]
    more = [post_at(f"2026-11-21T0{n}:00:00") for n in range(5)]
    for day, posts in ((EVE - timedelta(days=1), before), (EVE, of_eve)):
        run(lake, Timeline(posts), day, f"{day + timedelta(days=1)}T06:00:00", refresh_days=0, max_posts=5)
    x = Timeline([*before, *more, *of_eve, *OF_DAY])
    run(lake, x, DAY, "2026-11-23T06:00:00", max_posts=5)
    assert x.lookups == []
    counts = find_frame(lake, keys.metrics(NEXT, "nasa"), METRICS)
    assert counts is not None
    assert counts.height == 10


def test_pages_of_a_range_that_was_read_before_another_day_was_stored_are_read_anew(lake: Lake) -> None:
    """An attempt that saw one earlier day has read less than one that sees two, and is not taken for it."""
    before = EVE - timedelta(days=1)
    of_before = post_at("2026-11-20T10:00:00")
    x = Timeline([of_before, *OF_EVE, *OF_DAY])
    run(lake, x, EVE, "2026-11-22T06:00:00", refresh_days=0)
    run(lake, x, DAY, "2026-11-23T06:00:00")
    lake.delete(keys.refresh_manifest(DAY, "nasa"))  # as if it had been killed just before
    lake.delete(keys.outcome(DAY, "nasa"))
    run(lake, x, before, "2026-11-23T06:00:00", refresh_days=0)

    run(lake, x, DAY, "2026-11-23T07:00:00")

    assert x.lookups == []
    assert outcome_of(lake, DAY).refreshed == (before, EVE)
    counts = find_frame(lake, keys.metrics(NEXT, "nasa"), METRICS)
    assert counts is not None
    assert counts.select("day", "post_id").rows() == [
        (before, id_of(of_before)),
        *((EVE, id_of(post)) for post in OF_EVE),
    ]
