"""Two commands at once whose requests, to S3 and to X, a test lets through one at a time, or kills one of them at."""

import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from threading import Condition, Thread, current_thread
from typing import Any

import pytest

from pipeline.lake.client import Lake
from pipeline.x_api.client import XApi
from tests.promises.kills import Killed
from tests.promises.memory_s3 import MemoryS3

# Where a command would ask several things at once: in one order, so that a failing example can be repeated.
_POOLS = (
    "pipeline.run",
    "pipeline.lake.days",
    "pipeline.lake.frames",
    "pipeline.erasure.locate",
    "reports.publish",
)


class _Serial:
    """Stands in for `ThreadPoolExecutor`, in one thread."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> "_Serial":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, function: Callable[..., Any], *items: Iterable[Any]) -> Iterator[Any]:
        """Return what the function makes of the items, all of it done by then."""
        return iter([function(*each) for each in zip(*items, strict=False)])


class Command:
    """A command in a thread of its own, which stops before each of its requests until it is told to go on."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.error: BaseException | None = None
        self.done = False
        self._at_request = self._may_go = self._dies = False
        self._changed = Condition()
        self._thread = Thread(target=self._run, args=(work,), daemon=True)

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # told by `error`: the test judges it
            self.error = error
        with self._changed:
            self.done = True
            self._changed.notify_all()

    def start(self) -> None:
        """Run to the first request."""
        _COMMANDS[self._thread] = self
        self._thread.start()
        self._wait()

    def go_on(self, requests: int, *, dies: bool) -> None:
        """Let the next requests through, then stop; with `dies`, at the last of them the process ends."""
        for number in range(requests):
            with self._changed:
                if self.done:
                    return
                self._dies = dies and number == requests - 1
                self._at_request, self._may_go = False, True
                self._changed.notify_all()
            self._wait()

    def _wait(self) -> None:
        with self._changed:
            stopped = self._changed.wait_for(lambda: self.done or self._at_request, timeout=60)
        if not stopped:
            frame = sys._current_frames()[self._thread.ident or 0]
            raise AssertionError("".join(traceback.format_stack(frame)[-6:]))
        if self.done:
            self._thread.join(timeout=10)
            _COMMANDS.pop(self._thread, None)

    def before_request(self) -> None:
        """Stop until the test says what happens; called by the command's own thread. The dead ask nothing more."""
        with self._changed:
            if self._dies:
                raise Killed
            self._at_request = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._may_go)
            self._may_go = False
            if self._dies:
                raise Killed


_COMMANDS: dict[Thread, Command] = {}


@contextmanager
def one_request_at_a_time(bucket: MemoryS3) -> Iterator[None]:
    """Let commands ask `bucket` in place of S3, and stop before each request of theirs."""
    ask_x = XApi._ask_once

    def send(_: Lake, operation: str, **asked: Any) -> dict[str, Any]:
        asked.pop("Bucket", None)
        if command := _COMMANDS.get(current_thread()):
            command.before_request()
        return bucket.answer(operation, **asked)

    def ask_once(self: XApi, *args: Any) -> dict[str, Any]:
        if command := _COMMANDS.get(current_thread()):
            command.before_request()
        return ask_x(self, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lake, "_send", send)
        patch.setattr(XApi, "_ask_once", ask_once)
        for name in _POOLS:
            module = import_module(name)
            assert module.ThreadPoolExecutor is ThreadPoolExecutor
            patch.setattr(module, "ThreadPoolExecutor", _Serial)
        yield
