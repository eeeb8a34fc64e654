"""Is everything set up right? Every problem at once, and nothing started."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Accounts
from pipeline.errors import AviaryError, ConfigError
from pipeline.prices import POST_READ_USD, USER_READ_USD, usd

if TYPE_CHECKING:
    from pipeline.accounts import AccountsConfig
    from pipeline.settings import Settings


def check(
    live: Annotated[
        bool,
        typer.Option(
            help=f"Also try the token, the bucket and the handles; X bills ${USER_READ_USD:.2f} a handle."
        ),
    ] = False,
    accounts: Accounts = None,
) -> None:
    """Check accounts.yaml: every problem at once, with line and column."""
    from pipeline.accounts import load_accounts
    from pipeline.settings import load_settings

    settings = load_settings()
    config = load_accounts(settings.accounts_path)
    typer.echo(f"{settings.accounts_path}: {len(config.accounts)} accounts, days of {config.timezone}")
    most = sum(account.max_posts for account in config.accounts)
    typer.echo(
        f"one day's posts cost at most ${usd(posts=most):,.2f} ({most:,} at ${POST_READ_USD}); "
        f"a run stops at budget.usd_per_run, ${config.budget.usd_per_run}"
    )
    for key in _not_yet(config):
        typer.echo(f"note: {key} is set, and this version does not act on it yet", err=True)
    if live:
        _try(settings, config)


def _not_yet(config: "AccountsConfig") -> list[str]:
    """Return the keys that someone has set in the hope of an effect they do not have yet."""
    set_by_user = {
        "notify": bool(config.notify),
        "refresh_days": any(account.refresh_days for account in config.accounts),
    }
    return [key for key, is_set in set_by_user.items() if is_set]


def _try(settings: "Settings", config: "AccountsConfig") -> None:
    """Try the lake, the token and the handles. Raises `ConfigError` with everything that is wrong."""
    from pipeline.lake import Lake
    from pipeline.x_api import USERS_PER_LOOKUP, XApi

    problems: list[str] = []
    try:
        lake = Lake(settings.lake_url())
        lake.check()
        typer.echo(f"{lake.url}: reachable")
    except AviaryError as error:
        problems.append(str(error))
    try:
        x = XApi(settings.token(), settings.x_api_url)
        handles = [account.handle for account in config.accounts]
        readable = 0
        for start in range(0, len(handles), USERS_PER_LOOKUP):
            profiles, refused = x.users(handles[start : start + USERS_PER_LOOKUP])
            readable += len(profiles)
            for handle, refusal in refused.items():
                typer.echo(f"@{handle}: {refusal.status}; {refusal.reason}")
        typer.echo(
            f"{settings.x_api_url}: the token works; {readable} of {len(handles)} accounts can be read"
        )
    except AviaryError as error:
        problems.append(str(error))
    if problems:
        raise ConfigError(*problems)
