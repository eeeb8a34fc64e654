"""The command `report`: renders days again from the lake."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.backfill import days_between
from pipeline.cli.console import bars
from pipeline.cli.options import Accounts
from pipeline.errors import ConfigError
from pipeline.window import parse_day

if TYPE_CHECKING:
    from pipeline.lake.client import Lake
    from pipeline.report import Reported


def report(
    day: Annotated[
        str | None, typer.Option(metavar="DAY", help="Local day to render, such as 2026-11-22.")
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First of many days, with --to; oldest first.")
    ] = None,
    to: Annotated[str | None, typer.Option(metavar="DAY", help="Last of many days, with --from.")] = None,
    week: Annotated[
        str | None, typer.Option(metavar="WEEK", help="ISO week to render, such as 2026-W47.")
    ] = None,
    month: Annotated[
        str | None, typer.Option(metavar="MONTH", help="Month to render, such as 2026-11.")
    ] = None,
    again: Annotated[
        bool,
        typer.Option(
            "--score-again",
            help="First score the day's posts again, by the no_tone of accounts.yaml and all scorers.",
        ),
    ] = False,
    accounts: Accounts = None,
) -> None:
    """Make the report of a day, of many, or of a week or a month again from the lake. Reads nothing from X."""
    from pipeline.accounts import load_accounts
    from pipeline.lake.client import Lake
    from pipeline.lake.health import require_bucket
    from pipeline.report import report as make_report
    from pipeline.score_again import score_again
    from pipeline.settings import load_settings
    from reports.publish import publish, publish_day, publish_periods

    if again and not day:
        raise ConfigError("write --score-again with --day DAY")
    if [day, from_ or to, week, month].count(None) != 3 or bool(from_) != bool(to):
        raise ConfigError(
            "write either --day DAY, or --from DAY and --to DAY, or --week WEEK, or --month MONTH"
        )
    if week or month:
        _render_period(week, month)
        return
    days = [parse_day(day)] if day else days_between(parse_day(from_ or ""), parse_day(to or ""))
    settings = load_settings()
    lake = Lake(settings.lake_url())
    config = load_accounts(accounts or settings.accounts_path) if again else None
    require_bucket(lake)
    if not day:
        days = _planned(lake, days)
    if config:
        scored = score_again(lake, config, days[0])
        typer.echo(
            f"{days[0]}: the posts of {scored} accounts are scored again; the reports of later days compare with this "
            "one, and follow when they are made again"
        )
    made = _make_all(days, lambda one: make_report(lake, one, publish if day else publish_day))
    if not day:
        publish_periods(lake, days)
    for one, its in made.items():
        typer.echo(f"{one}: {its.accounts} accounts, {its.posts:,} posts")
    typer.echo(f"report: {lake.url}/{made[days[-1]].report}")


def _render_period(week: str | None, month: str | None) -> None:
    """Render the page of a week or a month. Raises `ConfigError` where it is not over, or none of its days was run."""
    from pipeline.lake.client import Lake
    from pipeline.lake.health import require_bucket
    from pipeline.lake.periods import Unit, parse_period
    from pipeline.settings import load_settings
    from reports.index import days_of, newest
    from reports.publish import publish_period

    period = parse_period(week, Unit.WEEK) if week else parse_period(month or "", Unit.MONTH)
    lake = Lake(load_settings().lake_url())
    require_bucket(lake)
    if not days_of(lake, period.first, period.last):
        raise ConfigError(
            f"no day of {period.name} ({period.first} to {period.last}) has a report in {lake.url}; see backfill"
        )
    last = newest(lake)
    if last < period.last:
        raise ConfigError(
            f"{period.name} is not over: its last day is {period.last}, and the newest report is of {last}; its page "
            "is made with its last day"
        )
    typer.echo(f"report: {lake.url}/{publish_period(lake, period)}")


def _planned(lake: "Lake", days: list[date]) -> list[date]:
    """Return those of the days that were run. Raises `ConfigError` when none was."""
    from pipeline.lake import catalogue, keys

    stored = set(lake.keys(catalogue.PLAN.prefix()))
    planned = [day for day in days if keys.plan(day) in stored]
    if not planned:
        raise ConfigError(f"no day from {days[0]} to {days[-1]} was ever run in {lake.url}; see backfill")
    return planned


def _make_all(days: list[date], make: "Callable[[date], Reported]") -> "dict[date, Reported]":
    made = {}
    with bars() as progress:
        bar = progress.add_task("making reports", total=len(days), doing="")
        for day in days:
            progress.update(bar, doing=str(day))
            made[day] = make(day)
            progress.advance(bar)
    return made
