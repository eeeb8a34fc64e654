"""How often others mention an account is counted once, after its posts; what is not counted costs only the count."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline import clock
from pipeline.analyze import analyze
from pipeline.collect import collect
from pipeline.errors import RunStopped
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.counts import PostCount
from pipeline.lake.records import AccountTask, ErasureRecord, Outcome
from pipeline.spend.ledger import spent
from pipeline.spend.month import held, perhaps_billed
from pipeline.spend.writer import read_month
from pipeline.status import Status
from pipeline.x_api.prices import Reads
from tests.conftest import Answer, StubServer
from tests.pipeline.given import COLLECTED_AT, DAY, work
from tests.pipeline.read.days import pages_of

KEY = keys.mentions(DAY, "nasa")
HOUR = {"start": "2026-11-22T05:00:00.000Z", "end": "2026-11-22T06:00:00.000Z"}
NOT_ENROLLED = Answer({"title": "Client Forbidden", "reason": "client-not-enrolled"}, 403)


def counted(posts: int) -> Answer:
    return Answer({"data": [HOUR | {"tweet_count": posts}], "meta": {"total_tweet_count": posts}})


def asked_for(**changes: Any) -> AccountTask:
    return work(mentions=True, **changes)


def run(lake: Lake, stub: StubServer, *answers: Answer, **changes: Any) -> Outcome:
    task = asked_for(**changes)
    collected = collect(lake, stub.x(*answers), task)
    analyze(lake, task, collected.raw_day)
    outcome = lake.find_model(keys.outcome(DAY, "nasa"), Outcome)
    assert outcome is not None
    return outcome


def stored(lake: Lake) -> PostCount:
    found = lake.find_model(KEY, PostCount)
    assert found is not None
    return found


def paths(stub: StubServer) -> list[str]:
    return [request.url.path.rpartition("/")[2] for request in stub.requests]


def test_mentions_are_counted_with_one_request_after_the_posts(lake: Lake, stub: StubServer) -> None:
    outcome = run(lake, stub, *pages_of(2), counted(7))
    assert paths(stub) == ["tweets", "recent"]
    assert stub.asked()[1]["query"] == "(@NASA OR to:NASA) -from:NASA -is:retweet"
    assert (outcome.status, outcome.mention_count, outcome.mentions_not_counted_because) == (
        Status.OK,
        7,
        None,
    )
    assert outcome.cost_usd == 0.015
    november = read_month(lake, "2026-11")
    assert spent(november) == Reads(posts=2, count_requests=1)
    assert held(november) == perhaps_billed(november) == Reads()
    [hour] = stored(lake).hours
    assert (hour.start, hour.end - hour.start, hour.posts) == (
        datetime(2026, 11, 22, 5, tzinfo=UTC),
        timedelta(hours=1),
        7,
    )


def test_nobody_is_counted_unasked(lake: Lake, stub: StubServer) -> None:
    collect(lake, stub.x(*pages_of(2)), work())
    assert paths(stub) == ["tweets"]
    assert not lake.exists(KEY)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (NOT_ENROLLED, "X does not let the app count posts (403)"),
        (Answer({"title": "Forbidden"}, 403), "X refuses the request (403: Forbidden)"),
        (Answer({"title": "Too Many Requests"}, 429), "X's request window is used up until"),
        (Answer({"title": "Invalid Request"}, 400), "X refuses the request (400"),
        (Answer("", 503), "X answered 503"),
        (Answer("<html>"), "not JSON"),
        (Answer({"data": [HOUR | {"tweet_count": 3}], "meta": {"total_tweet_count": 9}}), "do not add up"),
    ],
)
def test_a_count_that_is_not_had_changes_no_status_and_says_why(
    lake: Lake, stub: StubServer, answer: Answer, why: str
) -> None:
    outcome = run(lake, stub, *pages_of(2), answer)
    assert (outcome.status, outcome.reason, outcome.counts.kept) == (Status.OK, None, 2)
    assert outcome.mention_count is None
    assert why in (outcome.mentions_not_counted_because or "")
    assert outcome.cost_usd == 0.01
    assert stored(lake).posts is None


def test_an_answer_that_was_lost_may_have_been_billed_and_one_that_was_refused_is_not(
    lake: Lake, stub: StubServer
) -> None:
    run(lake, stub, *pages_of(2), NOT_ENROLLED)
    assert spent(read_month(lake, "2026-11")) == Reads(posts=2)
    lake.delete(keys.outcome(DAY, "nasa"))
    lake.delete(KEY)
    run(lake, stub, Answer("<html>"))
    assert spent(read_month(lake, "2026-11")) == Reads(posts=2, count_requests=1)


def test_beyond_the_budget_the_day_is_kept_without_its_count(lake: Lake, stub: StubServer) -> None:
    # A page may cost $0.025 with at most one post wanted, and this one does.
    outcome = run(lake, stub, *pages_of(5), counted(7), usd_per_run=0.029, max_posts=1)
    assert paths(stub) == ["tweets"]
    assert (outcome.status, outcome.mention_count) == (Status.OK, None)
    assert "budget.usd_per_run $0.03 is used" in (outcome.mentions_not_counted_because or "")


@pytest.mark.parametrize(("later", "requests"), [(timedelta(), 1), (timedelta(seconds=1), 0)])
def test_a_day_that_began_more_than_seven_days_ago_is_not_asked_about(
    lake: Lake, stub: StubServer, later: timedelta, requests: int
) -> None:
    with clock.frozen(datetime(2026, 11, 29, tzinfo=UTC) + later):
        outcome = run(lake, stub, *pages_of(2), counted(7))
    assert paths(stub)[1:] == ["recent"] * requests
    why = None if requests else "the day began more than 7 days ago, and X counts no earlier posts"
    assert outcome.mentions_not_counted_because == why
    assert outcome.status == Status.OK


@pytest.mark.parametrize("stop", [Answer({"title": "CreditsDepleted"}, 402), Answer({}, 401)])
def test_what_stops_every_request_stops_the_run_and_the_next_one_counts(
    lake: Lake, stub: StubServer, stop: Answer
) -> None:
    with pytest.raises(RunStopped):
        run(lake, stub, *pages_of(2), stop)
    outcome = run(lake, stub, counted(7), run_id="the-next")
    assert paths(stub) == ["recent"]
    assert (outcome.status, outcome.mention_count) == (Status.OK, 7)


def test_what_was_counted_is_not_bought_again(lake: Lake, stub: StubServer) -> None:
    run(lake, stub, *pages_of(2), counted(7))
    before = lake.find(KEY)
    lake.delete(keys.outcome(DAY, "nasa"))
    outcome = run(lake, stub, counted(9))
    assert (paths(stub), outcome.mention_count) == ([], 7)
    assert lake.find(KEY) == before


def test_a_refetch_counts_again_and_keeps_what_it_cannot_replace(lake: Lake, stub: StubServer) -> None:
    run(lake, stub, *pages_of(2), counted(7))
    later = COLLECTED_AT + timedelta(hours=1)
    with clock.frozen(later):
        assert run(lake, stub, *pages_of(2), counted(9), refetch=True).mention_count == 9
    with clock.frozen(later + timedelta(hours=1)):
        kept = run(lake, stub, *pages_of(2), NOT_ENROLLED, refetch=True)
    assert (kept.mention_count, kept.mentions_not_counted_because) == (9, None)
    task = work(refetch=True)  # by settings that count nobody any more
    with clock.frozen(later + timedelta(hours=2)):
        collected = collect(lake, stub.x(*pages_of(2)), task)
    assert paths(stub) == ["tweets"]
    analyze(lake, task, collected.raw_day)
    outcome = lake.find_model(keys.outcome(DAY, "nasa"), Outcome)
    assert outcome
    assert outcome.mention_count == 9


def test_a_refetch_that_was_killed_before_it_counted_is_completed(lake: Lake, stub: StubServer) -> None:
    run(lake, stub, *pages_of(2), counted(7))
    with clock.frozen(COLLECTED_AT + timedelta(hours=1)):
        with pytest.raises(RunStopped):
            run(lake, stub, *pages_of(2), Answer({}, 401), refetch=True, refetch_id="once")
        outcome = run(lake, stub, counted(9), refetch=True, refetch_id="once", run_id="the-next")
    assert (paths(stub), outcome.mention_count) == (["recent"], 9)


def test_a_count_that_left_the_lake_is_null_and_says_so(lake: Lake, stub: StubServer) -> None:
    run(lake, stub, *pages_of(2), counted(7))
    lake.delete(KEY)
    analyze(lake, asked_for())
    outcome = lake.find_model(keys.outcome(DAY, "nasa"), Outcome)
    assert outcome
    assert outcome.mention_count is None
    assert outcome.mentions_not_counted_because == "its count is not in the lake any more"


def test_what_is_counted_while_the_account_is_forgotten_does_not_stay(lake: Lake, stub: StubServer) -> None:
    record = ErasureRecord(account="nasa", reason="so", forgotten_at=COLLECTED_AT)
    lake.put_model(keys.erased_account("nasa"), record)
    collect(lake, stub.x(*pages_of(2), counted(7)), asked_for())
    assert "recent" in paths(stub)
    assert not lake.exists(KEY)


def test_where_posts_may_be_missing_x_is_asked_how_many_there_are(lake: Lake, stub: StubServer) -> None:
    answers = [*pages_of(100, 100)[:1], counted(7), counted(231)]
    outcome = run(lake, stub, *answers, max_posts=100, completeness=True)
    assert paths(stub) == ["tweets", "recent", "recent"]
    assert stub.asked()[2]["query"] == "from:NASA -is:retweet"
    assert (outcome.truncated, outcome.counts.fetched, outcome.x_post_count) == (True, 100, 231)
    assert (outcome.mention_count, outcome.cost_usd) == (7, 0.51)
    assert spent(read_month(lake, "2026-11")) == Reads(posts=100, count_requests=2)
    lake.delete(keys.outcome(DAY, "nasa"))
    again = run(lake, stub, counted(9), max_posts=100, completeness=True)
    assert (paths(stub), again.x_post_count) == ([], 231)


def test_where_x_s_depth_was_in_doubt_it_is_asked_too(lake: Lake, stub: StubServer) -> None:
    prolific = {"post_count": 900_000, "created_at": COLLECTED_AT - timedelta(days=400)}
    answers = [*pages_of(2), *pages_of(1), counted(7), counted(2)]
    outcome = run(lake, stub, *answers, completeness=True, **prolific)
    assert paths(stub) == ["tweets", "tweets", "recent", "recent"]
    assert (outcome.truncated, outcome.x_post_count) == (False, 2)


def test_a_day_that_was_read_to_its_end_is_not_counted(lake: Lake, stub: StubServer) -> None:
    outcome = run(lake, stub, *pages_of(2), counted(7), completeness=True)
    assert paths(stub) == ["tweets", "recent"]
    assert (outcome.x_post_count, outcome.posts_not_counted_because) == (None, None)
    assert not lake.exists(keys.completeness(DAY, "nasa"))


def test_posts_that_x_does_not_count_leave_the_day_as_it_is_and_say_why(lake: Lake, stub: StubServer) -> None:
    answers = [*pages_of(100, 100)[:1], counted(7), NOT_ENROLLED]
    outcome = run(lake, stub, *answers, max_posts=100, completeness=True)
    assert (outcome.status, outcome.mention_count, outcome.x_post_count) == (Status.OK, 7, None)
    assert outcome.posts_not_counted_because == (
        "@NASA: counting its posts: X does not let the app count posts (403); see its access in X's developer console"
    )


@pytest.mark.parametrize(("written", "requests"), [(False, ["recent"]), (True, [])])
def test_killed_around_the_write_of_a_count_it_is_bought_once_or_booked_twice(
    lake: Lake, stub: StubServer, monkeypatch: pytest.MonkeyPatch, written: bool, requests: list[str]
) -> None:
    put_model_if = Lake.put_model_if

    def killed(self: Lake, key: str, *arguments: Any) -> str | None:
        if key == KEY:
            if written:
                put_model_if(self, key, *arguments)
            raise KeyboardInterrupt
        return put_model_if(self, key, *arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Lake, "put_model_if", killed)
        run(lake, stub, *pages_of(2), counted(7))
    outcome = run(lake, stub, counted(7))
    assert (paths(stub), outcome.mention_count, outcome.cost_usd) == (requests, 7, 0.015)
    assert spent(read_month(lake, "2026-11")) == Reads(posts=2, count_requests=1 + len(requests))


@pytest.mark.parametrize(("theirs", "ours", "kept"), [(None, counted(7), 7), (9, NOT_ENROLLED, 9)])
def test_of_two_runs_that_count_at_once_the_one_that_had_a_count_is_kept(
    lake: Lake,
    stub: StubServer,
    monkeypatch: pytest.MonkeyPatch,
    theirs: int | None,
    ours: Answer,
    kept: int,
) -> None:
    put_model_if = Lake.put_model_if
    other = [PostCount(day=DAY, account="nasa", query="", asked_at=COLLECTED_AT, posts=theirs)]

    def after_another(self: Lake, key: str, *arguments: Any) -> str | None:
        if key == KEY and other:
            self.put_model(KEY, other.pop())
        return put_model_if(self, key, *arguments)

    monkeypatch.setattr(Lake, "put_model_if", after_another)
    collect(lake, stub.x(*pages_of(2), ours), asked_for())
    assert not other
    assert stored(lake).posts == kept
