"""`forget --gone`: removes what X no longer has of an account, where it is too much to be removed unasked."""

from collections.abc import Mapping, Sequence
from datetime import date

import typer

from pipeline.cli.removal import account_named, add_bar, confirm, print_summary, render_again
from pipeline.errors import ConfigError

_REASON = "gone from X, and removed by forget --gone"


def forget_gone(handle: str, *, dry_run: bool, yes: bool) -> None:
    """Remove the account's posts whose deletion at X is proved and waits, and render the affected reports again.

    Raises `ConfigError` for an account of which nothing was ever doubted, unless `yes`.
    """
    from pipeline.cli.console import bars
    from pipeline.erasure.posts import finish, forget_everywhere
    from pipeline.lake import keys
    from pipeline.lake.client import Lake
    from pipeline.lake.health import require_bucket
    from pipeline.refresh.deletions import (
        clear_outcomes,
        clear_refreshes,
        days_of_waiting,
        mark_removed,
        waiting,
    )
    from pipeline.settings import load_settings

    account = account_named("--gone", handle)
    lake = Lake(load_settings().lake_url())
    require_bucket(lake)
    found = waiting(lake, account)
    if not found.days:
        if not yes and not lake.exists(keys.doubts(account)):
            raise ConfigError(
                f"--gone {account}: X was never found to lack posts of @{account} that {lake.url} holds; check the "
                "handle, or add --yes to do nothing without an error"
            )
        typer.echo(f"@{account}: no post waits to be removed")
    else:
        typer.echo(f"@{account}: X no longer has {_counted(found.days)}")
    if dry_run:
        typer.echo("nothing was removed (--dry-run)")
        return
    if found.days:
        confirm(yes)
    with bars() as progress:
        removed = None
        if found.days:
            removed = forget_everywhere(lake, found.post_ids, _REASON, add_bar(progress, "searching"))
        told = days_of_waiting(lake, account)
        clear_outcomes(lake, account, told)
        days = {*told, *(removed.record.days if removed else ())}
        render_again(lake, days, add_bar(progress, "rendering reports"))
        searched = finish(lake, removed.record, add_bar(progress, "verifying")) if removed else 0
        clear_refreshes(lake, account, told)
        if removed:
            mark_removed(lake, account, found.post_ids)
    if removed:
        print_summary(f"@{account}", removed, searched)


def _counted(days: Mapping[date, Sequence[str]]) -> str:
    total = sum(map(len, days.values()))
    listed = ", ".join(f"{len(ids)} of {day}" for day, ids in sorted(days.items()))
    return f"{total} post{'' if total == 1 else 's'} ({listed})"
