"""How work in progress reports itself; the command line draws it, everything else stays silent."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.lake.records import AccountTask

OnProgress = Callable[[int, int], None]  # called with how many are done, of how many
OnPage = Callable[[int, int], None]  # called with pages and posts stored so far


def no_progress(done: int, total: int) -> None:
    """Ignore progress."""


class DayProgress:
    """Follows how one day goes. This one ignores everything: the silent default of `run_day`."""

    def planned(self, tasks: "Sequence[AccountTask]") -> None:
        """The day is planned; `tasks` are about to start."""

    def page(self, task: "AccountTask", pages: int, posts: int) -> None:
        """Another page of an account is stored."""

    def waiting(self, reason: str, seconds: int) -> None:
        """X asks to wait; `seconds` are left."""

    def done(self, task: "AccountTask", ended: str) -> None:
        """An account is done with, as `ended` says."""

    def stage(self, name: str) -> None:
        """A stage of the whole day begins."""
