"""What people see while work goes on: a progress display on a terminal, plain lines elsewhere."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from typing_extensions import override

if TYPE_CHECKING:
    from pipeline.planned import AccountDay  # it brings polars and boto3, which --help does not need

ERRORS = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


class DayProgress:
    """Hears how one day goes. This one says nothing: the silent default of `run_day`."""

    def planned(self, work: "Sequence[AccountDay]") -> None:
        """The day is planned; `work` is about to start."""

    def page(self, work: "AccountDay", pages: int, posts: int) -> None:
        """Another page of an account is stored."""

    def waiting(self, reason: str, seconds: int) -> None:
        """X asks to wait; `seconds` are left."""

    def done(self, work: "AccountDay", ended: str) -> None:
        """An account is done with, as `ended` says."""

    def stage(self, name: str) -> None:
        """A stage of the whole day begins."""


class Bars(DayProgress):
    """One bar a day: accounts done, and what is being read."""

    def __init__(self, progress: Progress, label: str) -> None:
        self._progress = progress
        self._task = progress.add_task(label, total=None, doing="planning")

    @override
    def planned(self, work: "Sequence[AccountDay]") -> None:
        self._progress.update(self._task, total=len(work), doing="reading")

    @override
    def page(self, work: "AccountDay", pages: int, posts: int) -> None:
        self._progress.update(self._task, doing=f"@{work.handle}: page {pages}, {posts} posts")

    @override
    def waiting(self, reason: str, seconds: int) -> None:
        self._progress.update(self._task, doing=f"{reason}: {seconds} s")

    @override
    def done(self, work: "AccountDay", ended: str) -> None:
        self._progress.update(self._task, advance=1, doing=f"@{work.handle}: {ended}")

    @override
    def stage(self, name: str) -> None:
        self._progress.update(self._task, doing=name)


@contextmanager
def bars() -> Iterator[Progress]:
    """Show progress on stderr, on a terminal; elsewhere the lines that commands print of each day must do."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[doing]}", markup=False),
    )
    with Progress(*columns, console=ERRORS, transient=True, disable=not ERRORS.is_terminal) as progress:
        yield progress
