"""The command `check`: reports every problem of the setup at once and starts nothing."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Accounts
from pipeline.errors import AviaryError, ConfigError, ReportError
from pipeline.x_api.prices import (
    POST_READ_USD,
    USER_READ_USD,
    at_most_text,
    counts_text,
    day_at_most,
    first_run_at_most,
    usd,
)

if TYPE_CHECKING:
    from pipeline.accounts import AccountsConfig
    from pipeline.lake.client import Lake
    from pipeline.settings import Settings
    from pipeline.x_api.client import XApi


def check(
    live: Annotated[
        bool,
        typer.Option(
            help="Also test the token, the bucket and the handles. X bills "
            f"${USER_READ_USD:.2f} for each handle not looked up before: the price is told, and asked about, first. "
            "Results are stored for the first run."
        ),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="With --live: look the handles up without asking.")
    ] = False,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh",
            help="Only for a watchdog: exit with code 1 when the newest report that should be there is not, or the "
            "lake cannot be read. A day's report is expected two hours after its collect_at. Asks X for nothing.",
        ),
    ] = False,
    accounts: Accounts = None,
) -> None:
    """Check accounts.yaml. Reports every problem at once, with line and column."""
    from pipeline.accounts import load_accounts
    from pipeline.settings import load_settings

    if fresh and live:
        raise ConfigError("--fresh looks for a report only and --live buys look-ups; write one of them")
    settings = load_settings()
    config = load_accounts(settings.accounts_path)
    if fresh:
        _check_fresh(settings, config)
        return
    typer.echo(f"{settings.accounts_path}: {len(config.accounts)} accounts, timezone {config.timezone}")
    at_most, first = sum(map(day_at_most, config.accounts)), first_run_at_most(config)
    typer.echo(
        f"a day costs at most {at_most_text(at_most)} (${POST_READ_USD} per post; only existing posts are billed), the "
        f"first run {at_most_text(first)}, both including look-ups (${USER_READ_USD:.2f} per account); a run stops at "
        f"budget.usd_per_run, ${config.budget.usd_per_run:,.2f}"
    )
    if counts := counts_text(config.accounts):
        typer.echo(counts)
    if live:
        _check_live(settings, config, yes=yes)


def _check_fresh(settings: "Settings", config: "AccountsConfig") -> None:
    """Look for the report that should be there. Raises `ReportError` when it is not, and the errors of `Lake`."""
    from pipeline import clock
    from pipeline.lake import keys
    from pipeline.lake.client import Lake
    from pipeline.window import REPORT_WITHIN, expected_report

    lake, now = Lake(settings.lake_url()), clock.now()
    window = expected_report(now, config.timezone, config.collect_at)
    report = keys.report(window.day)
    # A list, because a report that is not there and a bucket that is not there look alike to HEAD.
    if report in lake.keys(report):
        typer.echo(f"{lake.url}/{report} is there")
        return
    due = window.collect_at(config.collect_at) + REPORT_WITHIN
    raise ReportError(
        f"{lake.url}/{report} is not there, although it was due at {due:%Y-%m-%d %H:%M} UTC; Airflow shows what became "
        f"of the run, and ./aviary run --day {window.day} makes up for it"
    )


def _check_live(settings: "Settings", config: "AccountsConfig", *, yes: bool) -> None:
    """Test the lake, the token and the handles. Raises `ConfigError` with everything that is wrong."""
    from pipeline.cli.readers import try_all_readers
    from pipeline.lake.client import Lake
    from pipeline.x_api.client import XApi

    problems: list[str] = []
    lake = None
    try:
        lake = Lake(settings.lake_url())
        try_all_readers(lake)
        _require_hours(lake, config.timezone)
        typer.echo(f"{lake.url}: can be written and read")
    except AviaryError as error:
        problems.append(str(error))
    try:
        x = XApi(settings.token(), settings.x_api_url)
        if lake and not problems:
            _compare_usage(lake, x)
        else:
            x.usage(1)
        typer.echo(f"{settings.x_api_url}: the token works")
        if lake and not problems:
            _check_handles(x, lake, config, yes=yes)
    except AviaryError as error:
        problems.append(str(error))
    if problems:
        raise ConfigError(*problems)


def _require_hours(lake: "Lake", timezone: str) -> None:
    """Raise `ConfigError` when the stored days beside it leave nothing of the last full day, as `run` would."""
    from pipeline import clock
    from pipeline.lake.days import find_plan, window_of
    from pipeline.window import last_full_day

    day = last_full_day(clock.now(), timezone)
    if find_plan(lake, day) is None:
        window_of(lake, day, timezone)


def _compare_usage(lake: "Lake", x: "XApi") -> None:
    """Ask X what was read lately, which tries the token for nothing, and store it for the next report."""
    from pipeline import clock
    from pipeline.spend.reconcile import missing_days, save_usage

    today = clock.now().date()
    missing = missing_days(lake, today)
    save_usage(lake, x.usage((today - min(missing, default=today)).days + 1), missing)


def _check_handles(x: "XApi", lake: "Lake", config: "AccountsConfig", *, yes: bool) -> None:
    """Look up the accounts that are not known yet, and store them, so that the first run does not pay again."""
    from pipeline import clock
    from pipeline.read.lookup import look_up, to_look_up
    from pipeline.spend.ledger import Budget, Ledger

    unknown = len(to_look_up(lake, config.accounts, config.profile_days))
    if unknown:
        _confirm(f"looking up {unknown} account{'' if unknown == 1 else 's'}", usd(users=unknown), yes=yes)
    budget = Budget(float(config.budget.usd_per_run), float(config.budget.usd_per_month))
    ledger = Ledger(lake, f"check__{clock.now():%Y-%m-%dT%H:%M:%S.%f}", budget)
    found = look_up(lake, x, ledger, config.accounts, config.profile_days)
    for handle, refusal in found.refusals.items():
        typer.echo(f"@{handle}: {refusal.status}; {refusal.reason}")
    readable = len(config.accounts) - len(found.refusals)
    typer.echo(f"{readable} of {len(config.accounts)} accounts can be read")


def _confirm(what: str, at_most: float, *, yes: bool) -> None:
    """Say what is about to be bought, and ask where somebody can answer. Raises `ConfigError` without a yes."""
    price = f"{what} costs at most {at_most_text(at_most)}"
    if yes:
        typer.echo(price)
    elif not sys.stdin.isatty():
        raise ConfigError(f"{price}, so it was not done; add --yes to do it")
    elif not typer.confirm(f"{price}; go on?", err=True):
        raise ConfigError("nothing was looked up, because the question was not answered with yes")
