"""A day beyond what X shows of a timeline is told apart from a day without posts, and asked about only in doubt."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.analyze import analyze
from pipeline.collect import collect
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.raw import find_manifest, read_pages
from pipeline.read import depth
from pipeline.read.timeline import TimelineRange
from pipeline.status import Status
from tests.conftest import Answer, StubServer
from tests.pipeline.given import DAY, NOON, a_body, a_page, a_post, work

MADE = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
START = datetime(2026, 11, 22, tzinfo=UTC)
# 3,200 posts are reached within a day at 13 times this account's average.
PROLIFIC: dict[str, Any] = {"post_count": 100_000, "created_at": MADE}


def stretch(start: datetime = START, include: tuple[str, ...] = ("posts", "replies")) -> TimelineRange:
    return TimelineRange("nasa", "1", start, start + timedelta(days=1), include, 200)


def doubtful(
    *posts: Any, start: datetime = START, include: tuple[str, ...] = ("posts", "replies"), **known: Any
) -> bool:
    known = PROLIFIC | known
    return depth.is_doubtful(
        stretch(start, include), [a_page(*posts)], known["post_count"], known["created_at"], NOW
    )


def test_a_quiet_yesterday_is_no_reason_to_ask() -> None:
    assert not doubtful()


def test_an_old_day_of_an_account_that_posts_much_is() -> None:
    assert doubtful(start=START - timedelta(days=5))  # 4 x 307 a day x 6.25 days > 3,200


def test_a_day_of_many_posts_is_whatever_the_average() -> None:
    assert doubtful(*(a_post(number) for number in range(700)), post_count=3200)
    assert not doubtful(*(a_post(number) for number in range(600)), post_count=3200)


def test_without_replies_x_shows_a_quarter_only() -> None:
    two_days_ago = START - timedelta(days=1)
    assert not doubtful(start=two_days_ago)
    assert doubtful(start=two_days_ago, include=("posts",))
    assert depth.reach(stretch(include=("posts",))) == 800


@pytest.mark.parametrize(
    "known",
    [
        pytest.param({"post_count": 3199}, id="X shows all of its posts"),
        pytest.param({"created_at": START - timedelta(days=89)}, id="made later"),
        pytest.param({"post_count": None}, id="X did not tell how many"),
        pytest.param({"created_at": None}, id="X did not tell since when"),
    ],
)
def test_where_nothing_can_be_missing_or_known_nothing_is_bought(known: dict[str, Any]) -> None:
    assert not doubtful(start=START - timedelta(days=90), **known)


# --- as collected and analyzed -------------------------------------------------------------------


@pytest.fixture
def months_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVIARY_NOW", "2027-03-01T06:00:00Z")


def test_when_x_shows_nothing_from_before_the_day_is_partial_and_says_so(
    lake: Lake, stub: StubServer, months_later: None
) -> None:
    item = work(**PROLIFIC)
    collect(lake, stub.x(Answer(a_body(a_post())), Answer(a_body())), item)
    analyzed = analyze(lake, item)
    assert analyzed.status == Status.PARTIAL
    outcome = lake.get(keys.outcome(DAY, "nasa")).decode()
    assert "X shows no posts from before these" in outcome
    probe = stub.asked()[1]
    assert (probe["end_time"], probe["max_results"]) == ("2026-11-22T00:00:00Z", "5")
    assert "start_time" not in probe


def test_posts_from_before_the_day_settle_it_and_are_accounted_for(
    lake: Lake, stub: StubServer, months_later: None
) -> None:
    item = work(**PROLIFIC)
    older = a_post(2, at=NOON - timedelta(days=1))
    collect(lake, stub.x(Answer(a_body(a_post())), Answer(a_body(older, token="more"))), item)
    analyzed = analyze(lake, item)
    assert analyzed.status == Status.OK
    assert (analyzed.counts.fetched, analyzed.counts.kept, analyzed.counts.filtered) == (2, 1, 1)
    manifest = find_manifest(lake, DAY, "nasa")
    assert manifest is not None
    assert not manifest.depth_reached


def test_killed_after_the_question_it_is_not_asked_again(
    lake: Lake, stub: StubServer, months_later: None
) -> None:
    item = work(**PROLIFIC)
    collect(lake, stub.x(Answer(a_body(a_post())), Answer(a_body())), item)
    lake.delete(keys.raw_manifest(DAY, "nasa"))
    collect(lake, stub.x(), item)
    assert stub.requests == []
    assert [page.is_probe for page in read_pages(lake, DAY, "nasa")] == [False, True]
    manifest = find_manifest(lake, DAY, "nasa")
    assert manifest is not None
    assert manifest.depth_reached
