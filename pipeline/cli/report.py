"""The command `report`: renders a day again from the lake."""

from typing import Annotated

import typer

from pipeline.cli.options import Accounts
from pipeline.window import parse_day


def report(
    day: Annotated[str, typer.Option(metavar="DAY", help="Local day to render, such as 2026-11-22.")],
    accounts: Accounts = None,
) -> None:
    """Render a day's report again from the lake. Reads nothing from X."""
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
