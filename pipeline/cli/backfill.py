"""Many days, oldest first."""

from datetime import date, timedelta
from typing import Annotated

import typer

from pipeline import clock
from pipeline.cli.console import Bars, bars
from pipeline.cli.options import Accounts
from pipeline.errors import ConfigError, RunFailed
from pipeline.window import Window, parse_day


def backfill(
    from_: Annotated[
        str, typer.Option("--from", metavar="DAY", help="The first local day, like 2026-10-26.")
    ],
    to: Annotated[str, typer.Option(metavar="DAY", help="The last local day.")],
    account: Annotated[
        list[str] | None, typer.Option(metavar="HANDLE", help="Only this account; repeatable.")
    ] = None,
    as_if_daily: Annotated[
        bool,
        typer.Option(
            help="Sandbox only: read each day as of the morning after it, so that counts are as old as a daily "
            "run would have found them."
        ),
    ] = False,
    accounts: Accounts = None,
) -> None:
    """Run many days, oldest first. A day that fails is told, and the next one runs; exit 1 at the end."""
    from pipeline.accounts import load_accounts
    from pipeline.cli.day import run_day
    from pipeline.cli.readers import try_all_readers
    from pipeline.lake.client import Lake
    from pipeline.settings import load_settings

    settings = load_settings()
    config = load_accounts(settings.accounts_path)
    days = days_between(parse_day(from_), parse_day(to))
    Window(days[-1], config.timezone).require_closed(clock.now())
    if as_if_daily and not settings.sample:
        raise ConfigError("--as-if-daily needs the sandbox: X itself tells only today's counts")
    settings.token()
    try_all_readers(Lake(settings.lake_url()))
    failed = []
    with bars() as progress:
        for day in days:
            window = Window(day, config.timezone)
            try:
                if as_if_daily:
                    with clock.frozen(window.collect_at(config.collect_at)):
                        done = run_day(day, accounts=account or (), progress=Bars(progress, str(day)))
                else:
                    done = run_day(day, accounts=account or (), progress=Bars(progress, str(day)))
            except RunFailed as failure:
                failed.append(day)
                progress.console.print(f"{day}: {failure}")
            else:
                progress.console.print(str(done))
    if failed:
        raise RunFailed(f"{len(failed)} of {len(days)} days failed: {', '.join(map(str, failed))}")
    typer.echo(f"{len(days)} days are in the lake, {days[0]} to {days[-1]}")


def days_between(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included. Raises `ConfigError` when they are the wrong way."""
    if last < first:
        raise ConfigError(f"--from {first} is after --to {last}")
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
