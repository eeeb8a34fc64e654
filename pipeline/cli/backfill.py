"""The command `backfill`: many days, oldest first."""

from contextlib import nullcontext
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import clock
from pipeline.cli.console import Bars, bars
from pipeline.cli.options import Accounts
from pipeline.errors import ConfigError, RunFailed
from pipeline.window import Window, parse_day

if TYPE_CHECKING:
    from pipeline.run import DayRun


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
    from pipeline.cli.reporter import Reporter
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

        def tell(day: date, ended: "DayRun | RunFailed") -> None:
            if isinstance(ended, RunFailed):
                failed.append(day)
            progress.console.print(f"{day}: {ended}" if isinstance(ended, RunFailed) else str(ended))

        with Reporter(tell) as reporter:
            for day in days:
                morning_after = Window(day, config.timezone).collect_at(config.collect_at)
                with clock.frozen(morning_after) if as_if_daily else nullcontext():
                    done = runner.run_accounts(day, account or (), Bars(progress, str(day)))
                    reporter.make(done)
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
