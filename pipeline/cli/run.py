"""The command `run`: one day, from plan to verdict."""

from typing import Annotated

import typer

from pipeline.cli.console import Bars, bars
from pipeline.cli.options import Accounts
from pipeline.window import parse_day


def run(
    day: Annotated[str, typer.Option(metavar="DAY", help="Local day to run, such as 2026-11-22.")],
    account: Annotated[
        list[str] | None, typer.Option(metavar="HANDLE", help="Run only this account; repeat for more.")
    ] = None,
    refetch: Annotated[
        bool, typer.Option(help="Read a finished day from X again; X bills it again.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="With --refetch: replace the day even where X shows little of it.")
    ] = False,
    accounts: Accounts = None,
) -> None:
    """Run one day, as the DAG does. The stages are plan, collect, analyze, report and verdict."""
    from pipeline.accounts import load_accounts
    from pipeline.cli.day import run_day
    from pipeline.cli.readers import try_all_readers
    from pipeline.lake.client import Lake
    from pipeline.settings import load_settings

    wanted = parse_day(day)
    settings = load_settings()
    load_accounts(settings.accounts_path)  # a mistake in it comes first
    settings.token()
    try_all_readers(Lake(settings.lake_url()))
    with bars() as progress:
        done = run_day(
            wanted,
            accounts=account or (),
            refetch=refetch,
            confirmed=yes,
            progress=Bars(progress, str(wanted)),
        )
    typer.echo(done)
    typer.echo(f"report: {done.report}")
