"""The command `backfill`: many days, oldest first."""

from datetime import date, timedelta
from typing import Annotated

import typer

from pipeline import clock
from pipeline.cli.console import Bars, bars
from pipeline.cli.options import Accounts
from pipeline.errors import ConfigError, RunFailed
from pipeline.window import Window, parse_day


def backfill(
    from_: Annotated[str, typer.Option("--from", metavar="DAY", help="First local day, such as 2026-10-26.")],
    to: Annotated[str, typer.Option(metavar="DAY", help="Last local day.")],
    account: Annotated[
        list[str] | None, typer.Option(metavar="HANDLE", help="Run only this account; repeat for more.")
    ] = None,
    as_if_daily: Annotated[
        bool,
        typer.Option(
            help="Sandbox only: read each day as of the following morning, so that its counts have the age that "
            "a daily run would have seen."
        ),
    ] = False,
    accounts: Accounts = None,
) -> None:
    """Run many days, oldest first. When a day fails, the others still run, and the exit code is 1."""
    from pipeline.accounts import load_accounts
    from pipeline.cli.day import Runner
    from pipeline.cli.readers import try_all_readers
    from pipeline.lake.client import Lake
    from pipeline.settings import load_settings

    settings = load_settings()
    config = load_accounts(settings.accounts_path)
    days = days_between(parse_day(from_), parse_day(to))
    Window(days[-1], config.timezone).require_closed(clock.now())
    if as_if_daily and not settings.sample:
        raise ConfigError(
            "--as-if-daily works only on the sandbox, because X returns today's counts; leave it out"
        )
    settings.token()
    try_all_readers(Lake(settings.lake_url()))
    runner = Runner.open(settings, config)
    failed = []
    with bars() as progress:
        for day in days:
            window = Window(day, config.timezone)
            try:
                if as_if_daily:
                    with clock.frozen(window.collect_at(config.collect_at)):
                        done = runner.run(day, account or (), progress=Bars(progress, str(day)))
                else:
                    done = runner.run(day, account or (), progress=Bars(progress, str(day)))
            except RunFailed as failure:
                failed.append(day)
                progress.console.print(f"{day}: {failure}")
            else:
                progress.console.print(str(done))
    if failed:
        raise RunFailed(
            f"{len(failed)} of {len(days)} days failed: {', '.join(map(str, failed))}; fix what the lines above name "
            "and run the same command again, which reads only what is missing"
        )
    typer.echo(f"{len(days)} days are in the lake, {days[0]} to {days[-1]}")


def days_between(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included. Raises `ConfigError` when `first` is after `last`."""
    if last < first:
        raise ConfigError(f"--from {first} is after --to {last}; swap them")
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
