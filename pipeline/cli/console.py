"""Progress of a running command: bars on a terminal, plain lines elsewhere."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from typing_extensions import override

from pipeline.local.console import ERRORS
from pipeline.progress import DayProgress

if TYPE_CHECKING:
    from pipeline.lake.records import AccountTask  # imports polars, which --help does not need


class Bars(DayProgress):
    """One bar per day: accounts done, and what is being read."""

    def __init__(self, progress: Progress, label: str) -> None:
        self._progress = progress
        self._bar = progress.add_task(label, total=None, doing="planning")

    @override
    def planned(self, tasks: "Sequence[AccountTask]") -> None:
        self._progress.update(self._bar, total=len(tasks), doing="reading")

    @override
    def page(self, task: "AccountTask", pages: int, posts: int) -> None:
        self._progress.update(self._bar, doing=f"@{task.handle}: page {pages}, {posts} posts")

    @override
    def waiting(self, reason: str, seconds: int) -> None:
        self._progress.update(self._bar, doing=f"{reason}: {seconds} s")

    @override
    def done(self, task: "AccountTask", ended: str) -> None:
        self._progress.update(self._bar, advance=1, doing=f"@{task.handle}: {ended}")

    @override
    def stage(self, name: str) -> None:
        self._progress.update(self._bar, doing=name)


@contextmanager
def bars() -> Iterator[Progress]:
    """Show progress on stderr if that is a terminal; elsewhere the commands' own lines show it."""
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
