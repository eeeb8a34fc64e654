"""The command `open`: shows the reports of a private bucket in the browser."""

import webbrowser
from datetime import date, timedelta
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Accounts
from pipeline.errors import ConfigError, ReportError
from pipeline.window import parse_day

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

_MAX_SPANS = 5


def open_reports(
    day: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Open this day's report instead of the list of all days."),
    ] = None,
    link: Annotated[
        bool,
        typer.Option(
            "--link",
            help="Print a link to one report instead; it works for a limited time, for anyone who has it.",
        ),
    ] = False,
    week: Annotated[
        str | None, typer.Option(metavar="WEEK", help="Open the page of this week, such as 2026-W47.")
    ] = None,
    month: Annotated[
        str | None, typer.Option(metavar="MONTH", help="Open the page of this month, such as 2026-11.")
    ] = None,
    accounts: Accounts = None,
) -> None:
    """Show the reports in the browser. The bucket stays private, links between days work, and ctrl-c stops it."""
    from pipeline.lake import keys
    from pipeline.lake.client import Lake
    from pipeline.lake.health import require_bucket
    from pipeline.lake.periods import Unit, parse_period
    from pipeline.settings import load_settings
    from reports.index import days

    if [day, week, month].count(None) < 2 or (link and (week or month)):
        raise ConfigError("write only one of --day, --week and --month; --link is for a day's report")
    wanted = parse_day(day) if day else None
    period = parse_period(week, Unit.WEEK) if week else parse_period(month, Unit.MONTH) if month else None
    lake = Lake(load_settings().lake_url())
    require_bucket(lake)
    there = days(lake)
    if not there:
        raise ReportError(f"there is no report in {lake.url} yet; run a day first: ./aviary run --day DAY")
    if wanted and wanted not in there:
        raise ReportError(
            f"there is no report for {wanted} in {lake.url}; there are reports for {spans(there)}"
        )
    if period and not lake.exists(keys.period_report(period)):
        raise ReportError(
            f"there is no page of {period.name} in {lake.url}; make it: ./aviary report --{period.unit} {period.name}"
        )
    if link:
        _print_link(lake, keys.report(wanted or there[-1]), wanted or there[-1])
        return
    from pipeline.local.viewer import Viewer

    viewer = Viewer(lake)
    key = keys.period_report(period) if period else keys.report(wanted) if wanted else keys.REPORTS_INDEX
    address = viewer.address(key)
    typer.echo(address)
    typer.echo(f"serving the reports of {lake.url} to this machine only; press ctrl-c to stop", err=True)
    # In a thread, because a browser that runs in the terminal would block the server.
    Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    viewer.serve()


def _print_link(lake: "Lake", key: str, day: date) -> None:
    from pipeline.lake.access import LINK_HOURS, access_to, link_to

    typer.echo(link_to(lake, key))
    typer.echo(
        f"the link opens the report of {day} for {LINK_HOURS} hours, for anyone who has it; the page's own links do "
        "not work",
        err=True,
    )
    if access_to(lake).temporary:
        typer.echo(
            "the credentials are temporary (of a role or a session): the link expires with them, which may be sooner",
            err=True,
        )


def spans(days: list[date]) -> str:
    """Return days (oldest first) as spans without gaps: `2026-11-01 to 2026-11-08, 2026-11-10`."""
    found: list[list[date]] = []
    for day in days:
        if found and found[-1][1] == day - timedelta(days=1):
            found[-1][1] = day
        else:
            found.append([day, day])
    named = [str(first) if first == last else f"{first} to {last}" for first, last in found]
    return ", ".join([*(["earlier days"] if len(named) > _MAX_SPANS else []), *named[-_MAX_SPANS:]])
