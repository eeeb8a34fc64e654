"""One writer a process: workers that change the ledger at once share a write, and each hears how its own ended."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from pipeline.errors import LakeDamaged, LakeError, RunStopped
from pipeline.lake.client import Lake
from pipeline.spend.month import MonthLedger
from pipeline.spend.writer import read_month, writer_of

MONTH = "2026-11"
WORKERS = 8


def stop_of(name: str) -> Callable[[MonthLedger], str]:
    """Return a change that leaves a mark."""

    def change(month: MonthLedger) -> str:
        month.setdefault("stopped", {})[name] = {"at": "", "reason": ""}
        return name

    return change


@contextmanager
def requests_to(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Yield the S3 operations since, in order."""
    made: list[str] = []
    original = Lake._send

    def send(self: Lake, operation: str, **arguments: Any) -> Any:
        made.append(operation)
        return original(self, operation, **arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Lake, "_send", send)
        yield made


def test_what_gathers_while_one_writes_is_made_by_one_more_write(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = writer_of(lake, MONTH)
    others_wait, at_work = threading.Event(), threading.Event()

    def slow(month: MonthLedger) -> str:
        at_work.set()
        others_wait.wait(60)
        return stop_of("slow")(month)

    with requests_to(lake, monkeypatch) as made, ThreadPoolExecutor(WORKERS + 1) as pool:
        first = pool.submit(writer.change, slow)
        at_work.wait(60)
        others = [pool.submit(writer.change, stop_of(str(number))) for number in range(WORKERS)]
        while len(writer._shared.wanted) < WORKERS:
            threading.Event().wait(0.01)
        others_wait.set()
        assert first.result(60) == "slow"
        assert [other.result(60) for other in others] == [str(number) for number in range(WORKERS)]
    assert made == ["get_object", "put_object", "put_object"]
    assert set(read_month(lake, MONTH)["stopped"]) == {"slow", *map(str, range(WORKERS))}


def test_one_change_that_raises_costs_the_others_nothing(lake: Lake) -> None:
    writer = writer_of(lake, MONTH)

    def refuses(month: MonthLedger) -> None:
        month["runs"]["half"] = {"posts": 1, "users": 0, "held_posts": 0, "held_users": 0}
        raise RunStopped("X refuses")

    with ThreadPoolExecutor(WORKERS) as pool:
        ended = [pool.submit(writer.change, refuses if n % 2 else stop_of(str(n))) for n in range(WORKERS)]
    assert [type(each.exception()).__name__ for each in ended] == ["NoneType", "RunStopped"] * (WORKERS // 2)
    month = read_month(lake, MONTH)
    assert month["runs"] == {}
    assert set(month["stopped"]) == {str(n) for n in range(0, WORKERS, 2)}


def test_a_month_that_another_process_changed_is_read_again(lake: Lake, _aws: Any) -> None:
    here, elsewhere = (
        writer_of(lake, MONTH),
        writer_of(Lake(lake.url, _aws, lake.client.meta.endpoint_url), MONTH),
    )
    assert here is not elsewhere
    for number in range(3):
        here.change(stop_of(f"here-{number}"))
        elsewhere.change(stop_of(f"elsewhere-{number}"))
    assert len(read_month(lake, MONTH)["stopped"]) == 6


def test_a_month_whose_every_race_is_lost_is_given_up_and_the_next_write_works(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = writer_of(lake, MONTH)
    with monkeypatch.context() as others:
        others.setattr("pipeline.spend.writer.time.sleep", lambda seconds: None)
        others.setattr(Lake, "put_if", lambda *_, **__: None)  # as when another process has written before
        with pytest.raises(
            LakeError, match=r"cannot write spend/month=2026-11.json: lost 40 races for it; fewer"
        ):
            writer.change(stop_of("lost"))
    assert writer.change(stop_of("won")) == "won"
    assert set(read_month(lake, MONTH)["stopped"]) == {"won"}


def test_what_changes_nothing_is_answered_by_the_month_as_it_is_now(lake: Lake, _aws: Any) -> None:
    """Who is told that the budget is used up is told what others have given back meanwhile."""
    here, elsewhere = (
        writer_of(lake, MONTH),
        writer_of(Lake(lake.url, _aws, lake.client.meta.endpoint_url), MONTH),
    )
    here.change(stop_of("a"))
    elsewhere.change(lambda month: month.pop("stopped"))
    assert here.change(lambda month: "stopped" in month) is False


def test_a_write_that_fails_fails_for_all_that_it_was_for_and_the_next_one_works(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = writer_of(lake, MONTH)

    def unreachable(self: Lake, operation: str, **_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")

    with monkeypatch.context() as patched:
        patched.setattr(Lake, "_send", unreachable)
        with ThreadPoolExecutor(WORKERS) as pool:
            ended = [pool.submit(writer.change, stop_of(str(number))) for number in range(WORKERS)]
        assert all(isinstance(each.exception(), LakeError) for each in ended)
    assert writer.change(stop_of("later")) == "later"


@pytest.mark.parametrize("stored", [b"{}", b"[]", b'{"runs": []}', b"{"])
def test_a_month_that_is_no_ledger_is_one_clear_line(lake: Lake, stored: bytes) -> None:
    lake.put(f"spend/month={MONTH}.json", stored)
    for ask in (lambda: read_month(lake, MONTH), lambda: writer_of(lake, MONTH).change(stop_of("a"))):
        with pytest.raises(LakeDamaged, match=r"spend/month=2026-11\.json.*(it has no runs|it is not JSON)"):
            ask()
    assert lake.get(f"spend/month={MONTH}.json") == stored


def test_a_lake_that_nobody_uses_any_more_is_freed_with_all_that_it_holds(
    environment: dict[str, str],
) -> None:
    """A boto3 client is megabytes: a program that opens a lake a day, and buys, must not keep them all."""
    lake = Lake(environment["AVIARY_LAKE"])
    assert writer_of(lake, MONTH).change(stop_of("a-run")) == "a-run"
    freed = weakref.ref(lake), weakref.ref(lake.client)
    del lake
    gc.collect()
    assert [reference() for reference in freed] == [None, None]
