"""On the command line a used-up window is counted down, by the wait that Airflow uses; nothing is asked meanwhile."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline import clock
from pipeline.lake.client import Lake
from pipeline.progress import DayProgress
from pipeline.run import run_stages
from reports import publish
from tests.conftest import Answer, StubServer
from tests.pipeline.given import AUTHOR, DAY, a_body, a_post, config

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
FULL = {"title": "Too Many Requests"}
PROFILE = Answer({"data": [{"id": AUTHOR, "username": "nasa", "name": "NASA"}]})
PAGE = Answer(a_body(a_post()))


class Progress(DayProgress):
    def __init__(self) -> None:
        self.left: list[int] = []

    def waiting(self, reason: str, seconds: int) -> None:
        assert "X's request window is used up until" in reason
        self.left.append(seconds)


@pytest.fixture
def progress(stub: StubServer, monkeypatch: pytest.MonkeyPatch) -> Progress:
    """Follow a run whose clock only moves while it waits."""
    moved = {"now": NOW}

    def sleep(seconds: float) -> None:
        moved["now"] += timedelta(seconds=seconds)

    monkeypatch.delenv(clock.VARIABLE)
    monkeypatch.setattr(clock, "now", lambda: moved["now"])
    monkeypatch.setattr(time, "sleep", sleep)
    return Progress()


def run(lake: Lake, stub: StubServer, progress: Progress, *answers: Answer) -> Any:
    x = stub.x(*answers)
    return run_stages(lake, x, config("nasa"), DAY, publish, sample=True, progress=progress)


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 32),
        ({"x-rate-limit-reset": str(int(NOW.timestamp()) - 1200)}, 7),
        (
            {"x-rate-limit-reset": str(int(NOW.timestamp()) + 300), "date": "Mon, 23 Nov 2026 06:00:00 GMT"},
            302,
        ),
        (
            {"x-rate-limit-reset": str(int(NOW.timestamp()) + 300), "date": "Mon, 23 Nov 2026 05:00:00 GMT"},
            3902,
        ),
        ({}, 902),
    ],
)
def test_looking_up_and_reading_wait_alike(
    lake: Lake, stub: StubServer, progress: Progress, place: int, headers: dict[str, str], seconds: int
) -> None:
    answers = [PROFILE, PAGE]
    answers.insert(place, Answer(FULL, 429, headers))
    assert run(lake, stub, progress, *answers).statuses == {"ok": 1}
    assert progress.left == list(range(seconds, 0, -1))
    assert len(stub.requests) == 3


def test_waits_grow_while_x_goes_on_refusing(lake: Lake, stub: StubServer, progress: Progress) -> None:
    past = Answer(FULL, 429, {"x-rate-limit-reset": "1"})
    run(lake, stub, progress, PROFILE, past, past, past, PAGE)
    begins = [left for left, before in zip(progress.left, [0, *progress.left], strict=False) if left > before]
    assert begins == [7, 12, 22]
    assert len(stub.requests) == 5
