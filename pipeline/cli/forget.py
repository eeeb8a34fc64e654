"""The command `forget`: removes a post or an account from everywhere it is stored."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.console import bars
from pipeline.cli.gone import forget_gone
from pipeline.cli.options import Accounts, post_named
from pipeline.cli.removal import account_named, add_bar, confirm, counted, print_summary, render_again
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.erasure.posts import Preview

_MAX_LISTED = 10  # account-days


def forget(
    post: Annotated[
        str | None, typer.Option(metavar="ID", help="The post to remove, by its id or its link.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="HANDLE", help="The account to remove, with all its posts.")
    ] = None,
    gone: Annotated[
        str | None, typer.Option(metavar="HANDLE", help="Remove what X no longer has of the account.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing, and accept what the lake does not hold.")
    ] = False,
    accounts: Accounts = None,
) -> None:
    """Remove a post or an account permanently. Removes it from all stored data and renders affected reports again."""
    from pipeline.erasure.account import forget_account, preview_account
    from pipeline.erasure.posts import finish, forget_everywhere, preview_posts
    from pipeline.lake.client import Lake
    from pipeline.lake.health import require_bucket
    from pipeline.settings import load_settings

    if [post, account, gone].count(None) != 2:
        raise ConfigError("forget needs either --post ID, --account HANDLE or --gone HANDLE")
    if gone is not None:
        forget_gone(gone, dry_run=dry_run, yes=yes)
        return
    settings = load_settings()
    post_id = post_named("--post", post) if post is not None else ""
    handle = _unlisted(account, settings.accounts_path) if account is not None else ""
    name = post_id or f"@{handle}"
    lake = Lake(settings.lake_url())
    require_bucket(lake)
    with bars() as progress:
        on_object = add_bar(progress, "searching")
        preview = (
            preview_posts(lake, [post_id], on_object) if post_id else preview_account(lake, handle, on_object)
        )
    if not preview.is_held and not yes:
        raise ConfigError(
            f"{name} is not in {lake.url}, so there is nothing to remove; check it, or add --yes, so that it is left "
            "out if X ever sends it"
        )
    if preview.objects:
        _print_preview(name, preview)
    if dry_run:
        typer.echo(
            "nothing was removed (--dry-run)" if preview.objects else f"{name}: nothing of it is stored"
        )
        return
    confirm(yes)
    with bars() as progress:
        on_object = add_bar(progress, "removing")
        if post_id:
            removed = forget_everywhere(lake, [post_id], "asked for by forget --post", on_object)
        else:
            removed = forget_account(lake, handle, "asked for by forget --account", on_object)
        render_again(lake, removed.record.days, add_bar(progress, "rendering reports"))
        searched = finish(lake, removed.record, add_bar(progress, "verifying"))
    print_summary(name, removed, searched)


def _unlisted(account: str, accounts_file: Path) -> str:
    """Return the account's lower-case handle. Raises `ConfigError` while accounts.yaml lists it."""
    from pipeline.accounts import load_accounts

    handle = account_named("--account", account)
    if handle in {listed.key for listed in load_accounts(accounts_file).accounts}:
        raise ConfigError(
            f"@{handle} is still listed in {accounts_file}, so the next run would read it again; remove it there first"
        )
    return handle


def _print_preview(name: str, preview: "Preview") -> None:
    posts = (
        f"{preview.posts} post{'' if preview.posts == 1 else 's'}"
        if preview.posts
        else "no post, only mentions"
    )
    places = [f"@{account} {day}" for day, account in preview.account_days]
    more = [f"and {len(places) - _MAX_LISTED} more"] if len(places) > _MAX_LISTED else []
    days = f"{len(places)} account-day{'' if len(places) == 1 else 's'}"
    typer.echo(f"{name}: to remove: {posts}, in {counted(preview.objects)}")
    typer.echo(f"of {days}: {', '.join([*places[:_MAX_LISTED], *more])}" if places else "of no account's day")
