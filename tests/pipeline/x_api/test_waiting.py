"""One wait after a 429: from all its headers, by X's own clock, with a floor that grows and a ceiling."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import clock
from pipeline.errors import RateLimited, RunStopped
from pipeline.x_api.problems import error_for_response
from pipeline.x_api.waiting import CEILING, FLOOR, RATE_WINDOW, RequestGate, told_wait, wait_after
from tests.conftest import Answer, StubServer
from tests.pipeline.x_api.asking import failure, response

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def at(instant: datetime) -> str:
    return str(int(instant.timestamp()))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, RATE_WINDOW),
        ({"x-rate-limit-reset": at(NOW + 5 * MINUTE)}, 5 * MINUTE),
        ({"x-rate-limit-reset": at(NOW - 20 * MINUTE)}, timedelta()),
        ({"x-rate-limit-reset": "soon"}, RATE_WINDOW),
        ({"x-rate-limit-reset": "9" * 5000}, RATE_WINDOW),
        ({"retry-after": "3"}, timedelta(seconds=3)),
        ({"retry-after": "-3"}, timedelta()),
        ({"retry-after": format_datetime(NOW + 4 * MINUTE, usegmt=True)}, 4 * MINUTE),
        ({"retry-after": "Mon, 99 Nov"}, RATE_WINDOW),
        ({"retry-after": "60", "x-rate-limit-reset": at(NOW - HOUR)}, MINUTE),
        ({"retry-after": "60", "x-rate-limit-reset": at(NOW + 5 * MINUTE)}, 5 * MINUTE),
        (
            {
                "x-rate-limit-remaining": "9000",
                "x-rate-limit-reset": at(NOW + 5 * MINUTE),
                "x-app-limit-24hour-remaining": "0",
                "x-app-limit-24hour-reset": at(NOW + 20 * HOUR),
            },
            20 * HOUR,
        ),
        (
            {"x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": at(NOW + 3 * HOUR)},
            3 * HOUR,
        ),
        (
            {
                "x-rate-limit-reset": at(NOW + MINUTE),
                "x-user-limit-24hour-remaining": "7",
                "x-user-limit-24hour-reset": at(NOW + 3 * HOUR),
            },
            MINUTE,
        ),
    ],
)
def test_the_wait_is_that_of_all_headers_by_the_answers_own_date(
    morning_after: str, headers: dict[str, str], wait: timedelta
) -> None:
    assert told_wait(headers) == wait
    # The same when this machine's clock is wrong: X's date decides.
    with clock.frozen(NOW + 7 * HOUR):
        assert told_wait(headers | {"date": format_datetime(NOW, usegmt=True)}) == wait


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "date",
                "retry-after",
                "x-rate-limit-reset",
                "x-app-limit-24hour-remaining",
                "x-app-limit-24hour-reset",
                "x-user-limit-24hour-remaining",
                "x-user-limit-24hour-reset",
            ]
        ),
        st.text(max_size=30) | st.integers().map(str) | st.datetimes().map(format_datetime),
    )
)
def test_any_headers_are_a_wait_or_a_stop(headers: dict[str, str]) -> None:
    assert told_wait(headers) >= timedelta()
    error = error_for_response("@nasa", response(429, headers=headers))
    assert isinstance(error, RateLimited | RunStopped)
    assert isinstance(error, RunStopped) == (told_wait(headers) > CEILING)


def test_the_longest_wait_that_can_be_told_is_a_stop() -> None:
    headers = {"date": "Mon, 01 Jan 0001 00:00:00 GMT", "retry-after": "Fri, 31 Dec 9999 00:00:00 GMT"}
    assert isinstance(error_for_response("@nasa", response(429, headers=headers)), RunStopped)


def test_nobody_waits_for_longer_than_a_day(stub: StubServer) -> None:
    headers = {"x-app-limit-24hour-remaining": "0", "x-app-limit-24hour-reset": at(NOW + timedelta(hours=24))}
    error = failure(stub.x(Answer({"title": "Too Many Requests"}, 429, headers)))
    assert isinstance(error, RateLimited)
    assert str(error) == "@nasa: X's request window is used up until 2026-11-24 06:00:00 UTC"
    headers["x-app-limit-24hour-reset"] = at(NOW + timedelta(hours=24, seconds=1))
    assert isinstance(failure(stub.x(Answer({"title": "Too Many Requests"}, 429, headers))), RunStopped)


def test_the_floor_grows_with_each_repetition_up_to_a_window(morning_after: str) -> None:
    past = RateLimited("used up", NOW - HOUR)
    waits = [wait_after(past, repeated) for repeated in range(100)]
    assert waits[0] >= FLOOR
    assert [later - sooner for sooner, later in pairwise(waits[:4])] == [
        FLOOR, 2 * FLOOR, 4 * FLOOR,
    ]  # fmt: skip
    assert max(waits) < RATE_WINDOW + MINUTE
    told = RateLimited("used up", NOW + 5 * HOUR)
    assert 5 * HOUR < wait_after(told, 0) == wait_after(told, 50) < 5 * HOUR + MINUTE


@pytest.mark.heavy  # Airflow takes seconds to import
def test_airflow_waits_by_the_same_function(morning_after: str) -> None:
    from dags.retries import AviaryRetryPolicy
    from tests.dags.state_store import Store

    past = RateLimited("used up", NOW - HOUR)
    for try_number in (1, 2, 5, 40):
        decision = AviaryRetryPolicy().evaluate(past, try_number, 40, {"task_state_store": Store()})
        assert decision.retry_delay == wait_after(past, try_number - 1)


# --- the gate that all requests of a process pass ------------------------------------------------


class _Clock:
    """A clock that runs, as far as a test moves it: not the frozen one, with which nothing is held back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = NOW
        monkeypatch.delenv(clock.VARIABLE, raising=False)
        monkeypatch.setattr(clock, "now", lambda: self.now)


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    return _Clock(monkeypatch)


def ask(gate: RequestGate, sent: list[datetime], *, refuse: bool = True, endpoint: str = "timeline") -> None:
    with gate.passing(endpoint, "@nasa"):
        sent.append(clock.now())
        if refuse:
            raise RateLimited("used up", NOW - HOUR)


def test_at_most_one_request_is_sent_within_each_floor_however_many_want_to(moved: _Clock) -> None:
    gate = RequestGate()
    sent: list[datetime] = []
    for second in range(600):
        moved.now = NOW + timedelta(seconds=second)
        for _ in range(8):
            with pytest.raises(RateLimited) as limited:
                ask(gate, sent)
            assert limited.value.reset_at > moved.now - timedelta(seconds=2)
    gaps = [later - sooner for sooner, later in pairwise(sent)]
    assert min(gaps) >= FLOOR
    assert gaps == sorted(gaps)
    assert len(sent) <= 8


def test_requests_under_way_together_are_one_refusal(moved: _Clock) -> None:
    gate = RequestGate()
    waits = []
    together = [gate.passing("timeline", "@nasa") for _ in range(8)]
    for entered in together:
        entered.__enter__()
    for entered in together:
        limited = RateLimited("used up", NOW - HOUR)
        with pytest.raises(RateLimited) as raised:
            entered.__exit__(RateLimited, limited, None)
        waits.append(raised.value.reset_at)
    assert set(waits) == {NOW + FLOOR}


def test_once_a_request_is_answered_the_others_follow(moved: _Clock) -> None:
    gate = RequestGate()
    sent: list[datetime] = []
    with pytest.raises(RateLimited):
        ask(gate, sent)
    ask(gate, sent, refuse=False, endpoint="users")  # has a window of its own
    moved.now += MINUTE
    with gate.passing("timeline", "@first"), pytest.raises(RateLimited), gate.passing("timeline", "@second"):
        pass
    for _ in range(8):
        ask(gate, sent, refuse=False)
    assert len(sent) == 10


def test_an_answer_to_what_was_under_way_before_opens_nothing(moved: _Clock) -> None:
    gate = RequestGate()
    sent: list[datetime] = []
    with gate.passing("timeline", "@slow"), pytest.raises(RateLimited):
        ask(gate, sent)
    with pytest.raises(RateLimited):
        ask(gate, sent)
    assert len(sent) == 1


def test_a_429_is_asked_again_by_nobody_at_once(stub: StubServer, moved: _Clock) -> None:
    x = stub.x(Answer({"title": "Too Many Requests"}, 429, {"x-rate-limit-reset": at(NOW - HOUR)}))
    for _ in range(5):
        assert isinstance(failure(x), RateLimited)
    assert len(stub.requests) == 1
    moved.now += MINUTE
    assert isinstance(failure(x), RateLimited)
    assert len(stub.requests) == 2
