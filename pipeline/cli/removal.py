"""What the ways to forget share: the question, the progress, and rendering again what was made of the days."""

import sys
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

import typer

from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from rich.progress import Progress

    from pipeline.erasure.posts import Removed
    from pipeline.lake.client import Lake


def account_named(option: str, text: str) -> str:
    """Return the lower-case handle that an option names. Raises `ConfigError`."""
    from pipeline.ids import is_handle

    handle = text.removeprefix("@").lower()
    if not is_handle(handle):
        raise ConfigError(
            f"{option} {text[:60]!r} is not an X handle; write 1 to 15 of the characters A-Z a-z 0-9 _"
        )
    return handle


def render_again(lake: "Lake", days: Collection[date], on_day: Callable[[int, int], None]) -> None:
    """Run the stage report for these days again, then render the later pages that compare with them."""
    from pipeline.lake import keys
    from pipeline.lake.catalogue import KINDS, day_of
    from pipeline.lake.kinds import Redaction
    from pipeline.lake.periods import Unit, showing
    from pipeline.report import report
    from reports import periods
    from reports.publish import publish_day, publish_period
    from reports.thresholds import READ_DAYS

    if not days:
        return
    derived = (Redaction.DAY, Redaction.RENDERED)
    after = str(min(days) - timedelta(days=1))
    stored = {
        day
        for prefix in dict.fromkeys(kind.date_prefix for kind in KINDS if kind.redaction in derived)
        for key in lake.keys(prefix, after=f"{prefix}{after}0")
        if (day := day_of(key))
    }
    affected = [
        day
        for day in sorted(stored)
        if any(earlier <= day <= earlier + timedelta(days=READ_DAYS) for earlier in days)
    ]
    for done, day in enumerate(affected, 1):
        if day in days:
            report(lake, day, publish_day)
        elif lake.exists(keys.report(day)):
            publish_day(lake, day)
        on_day(done, len(affected))
    shown = showing(days)
    for period in [period for unit in Unit for period in periods.stored_periods(lake, unit, shown)]:
        publish_period(lake, period)


def add_bar(progress: "Progress", label: str) -> Callable[[int, int], None]:
    """Add a bar and return what moves it: called with how much is done, and of how much."""
    bar = progress.add_task(label, total=None, doing="")
    return lambda done, total: progress.update(bar, completed=done, total=total)


def confirm(yes: bool) -> None:
    """Ask on a terminal before anything is removed. Raises `ConfigError` for a no."""
    if not yes and sys.stdin.isatty() and not typer.confirm("Remove this permanently?", err=True):
        raise ConfigError("nothing was removed, because the question was not answered with yes")


def counted(objects: Mapping[str, int]) -> str:
    """Return how many objects there are, by kind."""
    total = sum(objects.values())
    by_kind = ", ".join(f"{count} in {kind}" for kind, count in sorted(objects.items()))
    return f"{total} object{'' if total == 1 else 's'} ({by_kind})"


def print_summary(name: str, removed: "Removed", searched: int) -> None:
    """Say what was removed, and what was searched for the proof."""
    if removed.objects:
        typer.echo(f"{name}: removed from {counted(removed.objects)}")
    else:
        typer.echo(f"{name}: not found in the lake; if X sends it from now on, it is left out")
    days = removed.record.days
    if days:
        when = str(days[0]) if len(days) == 1 else f"{len(days)} days from {days[0]} to {days[-1]}"
        typer.echo(
            f"rendered again: everything derived from {when}, and the later reports that compare with it"
        )
        typer.echo(
            f"verified: nothing is left in the {searched} objects of {when} and in the index, older versions included"
        )
