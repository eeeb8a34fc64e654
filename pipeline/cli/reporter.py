"""Makes the reports of many days in a process of its own, while the accounts of the next day are read.

Half of a day's work is its report. In one process the two would share an interpreter lock, so a second core would
stay idle.
"""

import multiprocessing
import signal
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, datetime
from multiprocessing.connection import Connection
from types import TracebackType

from pipeline import clock
from pipeline.errors import AviaryError, RunFailed
from pipeline.lake.client import Lake
from pipeline.run import AccountsRun, DayRun, finish
from pipeline.settings import load_settings
from pipeline.x_api.client import XApi
from reports import publish

Tell = Callable[[date, DayRun | RunFailed], None]


class Reporter:
    """Finishes days in the order in which they are given; `tell` is called with how each ended."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._under_way: date | None = None

    def __enter__(self) -> "Reporter":
        # A fork would inherit the threads of polars and the connections of this process.
        context = multiprocessing.get_context("spawn")
        self._days, theirs = context.Pipe()
        self._process = context.Process(target=_finish_days, args=(theirs,), daemon=True)
        # Ctrl-c reaches both processes, and this one decides. The other ignores it from its first instruction on.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._process.start()
        finally:
            signal.signal(signal.SIGINT, before)
        theirs.close()
        return self

    def make(self, done: AccountsRun) -> None:
        """Begin the report of a day, by the clock of now, as soon as the day before is finished.

        Raises the `AviaryError` that ended the day before, unless it is a `RunFailed`, which is told.
        """
        self._finish()
        try:
            self._days.send((done, clock.frozen_at()))
        except BrokenPipeError:
            raise _killed(done.day) from None
        self._under_way = done.day

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            # What stops the next day does not stop the one before; ctrl-c stops both.
            if kind is None or issubclass(kind, AviaryError):
                self._finish()
        finally:
            self._process.terminate()
            self._process.join()
            self._days.close()

    def _finish(self) -> None:
        day, self._under_way = self._under_way, None
        if day is None:
            return
        try:
            ended = self._days.recv()
        except (EOFError, ConnectionResetError):
            raise _killed(day) from None
        if isinstance(ended, AviaryError) and not isinstance(ended, RunFailed):
            raise ended
        self._tell(day, ended)


def _killed(day: date) -> AviaryError:
    return AviaryError(
        f"the process that makes the reports was killed before that of {day}, perhaps for want of memory; run the "
        "same command again, which reads only what is missing"
    )


def _finish_days(days: Connection) -> None:
    """Finish the days that come, until the other end is closed, which the death of its process does too."""
    settings = load_settings()
    lake, x = Lake(settings.lake_url()), XApi(settings.token(), settings.x_api_url)
    while (given := _next(days)) is not None:
        done, instant = given
        try:
            with clock.frozen(instant) if instant else nullcontext():
                ended: DayRun | AviaryError = finish(lake, x, done, publish)
        except AviaryError as error:
            ended = error
        try:
            days.send(ended)
        except BrokenPipeError:
            return


def _next(days: Connection) -> tuple[AccountsRun, datetime | None] | None:
    try:
        given: tuple[AccountsRun, datetime | None] = days.recv()
    except EOFError:
        return None
    return given
