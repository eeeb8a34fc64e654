"""The command `forget`: removes a post or an account from everywhere it is stored."""

import sys
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.console import bars
from pipeline.cli.gone import forget_gone
from pipeline.cli.options import Accounts
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from rich.progress import Progress

    from pipeline.erasure.posts import Preview, Removed
    from pipeline.lake.client import Lake

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
    post_id = _post_id(post) if post is not None else ""
    handle = _unlisted(account, settings.accounts_path) if account is not None else ""
    name = post_id or f"@{handle}"
    lake = Lake(settings.lake_url())
    require_bucket(lake)
    with bars() as progress:
        on_object = _add_bar(progress, "searching")
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
    _confirm(yes)
    with bars() as progress:
        on_object = _add_bar(progress, "removing")
        if post_id:
            removed = forget_everywhere(lake, [post_id], "asked for by forget --post", on_object)
        else:
            removed = forget_account(lake, handle, "asked for by forget --account", on_object)
        render_again(lake, removed.record.days, _add_bar(progress, "rendering reports"))
        searched = finish(lake, removed.record, _add_bar(progress, "verifying"))
    _print_summary(name, removed, searched)


def render_again(lake: "Lake", days: Collection[date], on_day: Callable[[int, int], None]) -> None:
    """Run the stage report for these days again, then render the later pages that compare with them."""
    from pipeline.lake import keys
    from pipeline.lake.catalogue import KINDS, day_of
    from pipeline.lake.kinds import Redaction
    from pipeline.report import report
    from reports import publish
    from reports.thresholds import FACTOR_DAYS

    if not days:
        return
    derived = (Redaction.DAY, Redaction.RENDERED)
    after = str(min(days) - timedelta(days=1))
    stored = {
        day
        for prefix in dict.fromkeys(kind.date_prefix for kind in KINDS if kind.redaction in derived)
        for key in lake.keys(prefix, after=f"{prefix}{after}0")
        if (day := day_of(key))
    }
    affected = [
        day
        for day in sorted(stored)
        if any(earlier <= day <= earlier + timedelta(days=FACTOR_DAYS) for earlier in days)
    ]
    for done, day in enumerate(affected, 1):
        if day in days:
            report(lake, day, publish)
        elif lake.exists(keys.report(day)):
            publish(lake, day)
        on_day(done, len(affected))


def _post_id(text: str) -> str:
    from pipeline.ids import post_id_in

    post_id = post_id_in(text)
    if post_id is None:
        raise ConfigError(
            f"--post {text[:60]!r} is not a post id; write the number at the end of the post's link, or the link"
        )
    return post_id


def _unlisted(account: str, accounts_file: Path) -> str:
    """Return the account's lower-case handle. Raises `ConfigError` while accounts.yaml lists it."""
    from pipeline.accounts import load_accounts
    from pipeline.ids import is_handle

    handle = account.removeprefix("@").lower()
    if not is_handle(handle):
        raise ConfigError(
            f"--account {account[:60]!r} is not an X handle; write 1 to 15 of the characters A-Z a-z 0-9 _"
        )
    if handle in {listed.key for listed in load_accounts(accounts_file).accounts}:
        raise ConfigError(
            f"@{handle} is still listed in {accounts_file}, so the next run would read it again; remove it there first"
        )
    return handle


def _add_bar(progress: "Progress", label: str) -> Callable[[int, int], None]:
    bar = progress.add_task(label, total=None, doing="")
    return lambda done, total: progress.update(bar, completed=done, total=total)


def _confirm(yes: bool) -> None:
    """Ask on a terminal before anything is removed. Raises `ConfigError` for a no."""
    if not yes and sys.stdin.isatty() and not typer.confirm("Remove this permanently?", err=True):
        raise ConfigError("nothing was removed, because the question was not answered with yes")


def _print_preview(name: str, preview: "Preview") -> None:
    posts = (
        f"{preview.posts} post{'' if preview.posts == 1 else 's'}"
        if preview.posts
        else "no post, only mentions"
    )
    places = [f"@{account} {day}" for day, account in preview.account_days]
    more = [f"and {len(places) - _MAX_LISTED} more"] if len(places) > _MAX_LISTED else []
    days = f"{len(places)} account-day{'' if len(places) == 1 else 's'}"
    typer.echo(f"{name}: to remove: {posts}, in {_counted(preview.objects)}")
    typer.echo(f"of {days}: {', '.join([*places[:_MAX_LISTED], *more])}" if places else "of no account's day")


def _counted(objects: Mapping[str, int]) -> str:
    total = sum(objects.values())
    by_kind = ", ".join(f"{count} in {kind}" for kind, count in sorted(objects.items()))
    return f"{total} object{'' if total == 1 else 's'} ({by_kind})"


def _print_summary(name: str, removed: "Removed", searched: int) -> None:
    if removed.objects:
        typer.echo(f"{name}: removed from {_counted(removed.objects)}")
    else:
        typer.echo(f"{name}: not found in the lake; if X sends it from now on, it is left out")
    days = removed.record.days
    if days:
        when = str(days[0]) if len(days) == 1 else f"{len(days)} days from {days[0]} to {days[-1]}"
        typer.echo(
            f"rendered again: everything derived from {when}, and the later reports that compare with it"
        )
        typer.echo(
            f"verified: nothing is left in the {searched} objects of {when} and in the index, older versions included"
        )
