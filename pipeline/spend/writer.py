"""Reads the ledger's months, and changes them with one writer a process, so that its workers do not race each other.

A month is one object, changed only by conditional writes, so processes lose no update either. While one worker writes,
the changes of the others gather; the next write makes them all.
"""

import json
import random
import time
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from pipeline.errors import LakeError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.damage import damaged
from pipeline.lake.stored import StoredObject
from pipeline.spend.month import MonthLedger

Answer = TypeVar("Answer")
# Changes a month in place and says how that ended. A repetition changes nothing: what is held or settled has an id.
Change = Callable[[MonthLedger], Answer]

_MAX_CONFLICTS = 40  # lost races before giving up; sixteen processes at once were seen to need under ten


class _Wanted:
    """A change that a worker wants, and how it ended."""

    def __init__(self, change: Change[Any]) -> None:
        self.change = change
        self.done = False
        self.answer: Any = None
        self.error: BaseException | None = None


class _Shared:
    """What a process's writers of one month have in common. It does not know the lake, or no lake would be freed."""

    def __init__(self) -> None:
        self.writing = Lock()
        self.gathering = Lock()
        self.wanted: list[_Wanted] = []
        self.known: StoredObject | None = None  # the month as this process left it


class MonthWriter:
    """Changes a month together with all other writers of it in this process."""

    def __init__(self, lake: Lake, month: str, shared: _Shared) -> None:
        self._lake = lake
        self._key = keys.spend(month)
        self._shared = shared

    def change(self, change: Change[Answer]) -> Answer:
        """Make a change, together with those of other workers that wait, and return what it says.

        Raises what the change raises, with nothing of it kept; and the lake's errors, for all that were made together.
        """
        wanted = _Wanted(change)
        with self._shared.gathering:
            self._shared.wanted.append(wanted)
        with self._shared.writing:
            if not wanted.done:  # no other worker has made it meanwhile
                self._make_all()
        if wanted.error:
            raise wanted.error
        answer: Answer = wanted.answer
        return answer

    def _make_all(self) -> None:
        with self._shared.gathering:
            together, self._shared.wanted = self._shared.wanted, []
        try:
            self._write(together)
        except BaseException as error:
            for each in together:
                each.error = error
            raise
        finally:
            for each in together:
                each.done = True

    def _write(self, together: list[_Wanted]) -> None:
        """Read the month, unless it is known, change and write it; when another process has written, start over."""
        for _ in range(_MAX_CONFLICTS):
            known, self._shared.known = self._shared.known, None
            found = known or self._lake.find(self._key)
            month_ledger = _parse(self._lake, self._key, found.body if found else None)
            before = json.dumps(month_ledger)
            after = _changed(before, together)
            if after == before:
                if known:
                    continue  # what was said of it may be out of date
                self._shared.known = found
                return
            # The answer of a write may be lost; the month that is read next then has the changes.
            etag = self._lake.put_if(
                self._key, after.encode(), found.etag if found else None, knows_its_own=True
            )
            if etag:
                self._shared.known = StoredObject(after.encode(), etag)
                return
            time.sleep(random.uniform(0, 0.05))  # so that losers of a race do not meet again
        raise LakeError(
            f"cannot write {self._key}: lost {_MAX_CONFLICTS} races for it; fewer workers at once would help"
        )


_shared: WeakKeyDictionary[Lake, dict[str, _Shared]] = WeakKeyDictionary()
_shared_lock = Lock()


def writer_of(lake: Lake, month: str) -> MonthWriter:
    """Return a writer of a UTC month such as 2026-11."""
    with _shared_lock:
        shared = _shared.setdefault(lake, {}).setdefault(month, _Shared())
    return MonthWriter(lake, month, shared)


def read_month(lake: Lake, month: str) -> MonthLedger:
    """Return a UTC month such as 2026-11; empty when nothing was spent. Raises `LakeDamaged`."""
    found = lake.find(keys.spend(month))
    return _parse(lake, keys.spend(month), found.body if found else None)


def _changed(before: str, together: list[_Wanted]) -> str:
    """Return the month after all changes that raise nothing, and note how each ended."""
    after = before
    for each in together:
        month_ledger: MonthLedger = json.loads(after)
        each.error = None
        try:
            each.answer = each.change(month_ledger)
        except Exception as error:  # noqa: BLE001  # raised again by its own worker
            each.error = error
        else:
            after = json.dumps(month_ledger)
    return after


def _parse(lake: Lake, key: str, body: bytes | None) -> MonthLedger:
    try:
        month_ledger: MonthLedger = {"runs": {}} if body is None else json.loads(body)
    except ValueError as error:
        raise damaged(lake.url, key, f"it is not JSON: {error}") from None
    if not isinstance(month_ledger, dict) or not isinstance(month_ledger.get("runs"), dict):
        raise damaged(lake.url, key, "it has no runs")
    return month_ledger
