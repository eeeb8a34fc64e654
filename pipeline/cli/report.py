"""Render a day again, from the lake alone."""

from typing import Annotated

import typer

from pipeline.cli.options import Accounts
from pipeline.window import parse_day


def report(
    day: Annotated[str, typer.Option(metavar="DAY", help="The local day to render, like 2026-11-22.")],
    accounts: Accounts = None,
) -> None:
    """Make a day's report again from the lake; nothing is read from X."""
    from pipeline.lake.client import Lake
    from pipeline.lake.health import require_bucket
    from pipeline.report import report as make_report
    from pipeline.settings import load_settings
    from reports import publish

    wanted = parse_day(day)
    lake = Lake(load_settings().lake_url())
    require_bucket(lake)
    made = make_report(lake, wanted, publish)
    typer.echo(f"{wanted}: {made.accounts} accounts, {made.posts:,} posts")
    typer.echo(f"report: {lake.url}/{made.report}")
