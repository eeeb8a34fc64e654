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

from pipeline.progress import DayProgress

if TYPE_CHECKING:
    from pipeline.lake.records import AccountTask  # it brings polars, which --help does not need

ERRORS = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


class Bars(DayProgress):
    """One bar a day: accounts done, and what is being read."""

    def __init__(self, progress: Progress, label: str) -> None:
        self._progress = progress
        self._task = progress.add_task(label, total=None, doing="planning")

    @override
    def planned(self, tasks: "Sequence[AccountTask]") -> None:
        self._progress.update(self._task, total=len(tasks), doing="reading")

    @override
    def page(self, task: "AccountTask", pages: int, posts: int) -> None:
        self._progress.update(self._task, doing=f"@{task.handle}: page {pages}, {posts} posts")

    @override
    def waiting(self, reason: str, seconds: int) -> None:
        self._progress.update(self._task, doing=f"{reason}: {seconds} s")

    @override
    def done(self, task: "AccountTask", ended: str) -> None:
        self._progress.update(self._task, advance=1, doing=f"@{task.handle}: {ended}")

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
