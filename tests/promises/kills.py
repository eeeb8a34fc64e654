"""Ends a run before one of its writes to the lake."""

import os
from collections.abc import Callable
from threading import Lock
from typing import Any

import pytest

from pipeline.lake.client import Lake

# The long tests kill before every eleventh write, and the last; CONTRIBUTING says how to try them all.
EVERY = int(os.environ.get("AVIARY_KILL_EVERY", "11"))
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


def dies_at(last: int) -> Callable[[int], None]:
    """Return what to call before each write: it raises `Killed` at the one with this number, and at all that follow."""

    def die(number: int) -> None:
        if number >= last:
            raise Killed

    return die


def tried(first: int, last: int) -> list[int]:
    """Return the writes, from `first` to `last`, before which a long test kills its command."""
    return sorted({*range(first, last + 1, EVERY), last})
