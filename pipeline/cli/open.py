"""The reports of a private bucket, in the browser."""

import webbrowser
from datetime import date, timedelta
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Accounts
from pipeline.errors import ReportError
from pipeline.window import parse_day

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

_MOST_SPANS = 5


def open_reports(
    day: Annotated[
        str | None, typer.Option(metavar="DAY", help="This day's report, not the list of all.")
    ] = None,
    link: Annotated[
        bool,
        typer.Option(
            "--link", help="Only print a link to one report, which works for a while, for whoever has it."
        ),
    ] = False,
    accounts: Accounts = None,
) -> None:
    """Show the reports of a private bucket in the browser, links between days included. Ends with ctrl-c."""
    from pipeline.lake import keys
    from pipeline.lake.client import Lake
    from pipeline.lake.health import require_bucket
    from pipeline.settings import load_settings
    from reports.index import days

    wanted = parse_day(day) if day else None
    lake = Lake(load_settings().lake_url())
    require_bucket(lake)
    there = days(lake)
    if not there:
        raise ReportError(
            f"there is no report in {lake.url} yet; run a day first: python -m pipeline run --day DAY"
        )
    if wanted and wanted not in there:
        raise ReportError(f"there is no report of {wanted} in {lake.url}; there are those of {spans(there)}")
    if link:
        _print_link(lake, keys.report(wanted or there[-1]), wanted or there[-1])
        return
    from pipeline.local.viewer import Viewer

    viewer = Viewer(lake)
    address = viewer.address(keys.report(wanted) if wanted else keys.REPORTS_INDEX)
    typer.echo(address)
    typer.echo(f"shows the reports of {lake.url} to you alone; ctrl-c ends it", err=True)
    # In a thread: a browser for the terminal would keep this one from serving it.
    Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    viewer.serve()


def _print_link(lake: "Lake", key: str, day: date) -> None:
    from pipeline.lake.access import LINK_HOURS, access_to, link_to

    typer.echo(link_to(lake, key))
    typer.echo(
        f"opens the report of {day} for {LINK_HOURS} hours, for whoever has the link; links to other pages do not work "
        "through it",
        err=True,
    )
    if access_to(lake).temporary:
        typer.echo(
            "the credentials are temporary (a role's, or a session's): the link ends when they do, which may be sooner",
            err=True,
        )


def spans(days: list[date]) -> str:
    """Return days, the oldest first, as unbroken spans: `2026-11-01 to 2026-11-08, 2026-11-10`."""
    found: list[list[date]] = []
    for day in days:
        if found and found[-1][1] == day - timedelta(days=1):
            found[-1][1] = day
        else:
            found.append([day, day])
    told = [str(first) if first == last else f"{first} to {last}" for first, last in found]
    return ", ".join([*(["earlier days"] if len(told) > _MOST_SPANS else []), *told[-_MOST_SPANS:]])
