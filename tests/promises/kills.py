"""Ends a run before one of its writes to the lake."""

from collections.abc import Callable
from threading import Lock
from typing import Any

import pytest

from pipeline.lake.client import Lake

READS = {"get_object", "head_object", "list_objects_v2", "list_object_versions"}


class Killed(BaseException):
    """No `except Exception` stops it: to the code, this is the end of the process."""


def counting(monkeypatch: pytest.MonkeyPatch, before_write: Callable[[int], None]) -> None:
    """Have `before_write` called with the number of each write to the lake, from 1.

    Counted where everything that is asked of S3 passes, so that no kind of write is left out.
    """
    done = 0
    lock = Lock()
    original = Lake._send

    def send(self: Lake, operation: str, **arguments: Any) -> Any:
        nonlocal done
        if operation not in READS:
            with lock:
                done += 1
                number = done
            before_write(number)
        return original(self, operation, **arguments)

    monkeypatch.setattr(Lake, "_send", send)
