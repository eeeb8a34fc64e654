"""Remove a post or an account from everywhere it is stored."""

import re
from collections.abc import Callable, Collection
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.console import bars
from pipeline.cli.options import Accounts
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from rich.progress import Progress

    from pipeline.erasure.posts import Removed
    from pipeline.lake.client import Lake

_POST = re.compile(r"(?:https://(?:x|twitter)\.com/\w+/status/)?([1-9][0-9]{0,18})(?:[/?].*)?")


def forget(
    post: Annotated[
        str | None, typer.Option(metavar="ID", help="The post to remove: its id, or its link.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="HANDLE", help="The account to remove, with all its posts.")
    ] = None,
    accounts: Accounts = None,
) -> None:
    """Remove a post or an account from everywhere it is stored, for good, and make the reports again."""
    from pipeline.erasure.account import forget_account
    from pipeline.erasure.posts import finish, forget_everywhere
    from pipeline.lake.client import Lake
    from pipeline.lake.health import require_bucket
    from pipeline.settings import load_settings

    if (post is None) == (account is None):
        raise ConfigError("name what to forget: --post ID, or --account HANDLE")
    settings = load_settings()
    post_id = _post_id(post) if post is not None else ""
    handle = _unlisted(account, settings.accounts_path) if account is not None else ""
    lake = Lake(settings.lake_url())
    require_bucket(lake)
    with bars() as progress:
        on_object = _bar(progress, "looking for it")
        if post_id:
            removed = forget_everywhere(lake, [post_id], "asked for by forget --post", on_object)
        else:
            removed = forget_account(lake, handle, "asked for by forget --account", on_object)
        render_again(lake, removed.record.days, _bar(progress, "making reports again"))
        searched = finish(lake, removed.record, _bar(progress, "making sure"))
    _tell(post_id or f"@{handle}", removed, searched)


def render_again(lake: "Lake", days: Collection[date], on_day: Callable[[int, int], None]) -> None:
    """Make what was made of these days again, then the later pages that compare with them."""
    from pipeline.lake import keys
    from pipeline.lake.catalogue import KINDS, day_of
    from pipeline.lake.kinds import Redaction
    from pipeline.report import report
    from reports import publish
    from reports.thresholds import FACTOR_DAYS

    if not days:
        return
    made_of_days = (Redaction.DAY, Redaction.RENDERED)
    after = str(min(days) - timedelta(days=1))
    made = {
        day
        for prefix in dict.fromkeys(kind.date_prefix for kind in KINDS if kind.redaction in made_of_days)
        for key in lake.keys(prefix, after=f"{prefix}{after}0")
        if (day := day_of(key))
    }
    later = [
        day
        for day in sorted(made)
        if any(earlier <= day <= earlier + timedelta(days=FACTOR_DAYS) for earlier in days)
    ]
    for done, day in enumerate(later, 1):
        if day in days:
            report(lake, day, publish)
        elif lake.exists(keys.report(day)):
            publish(lake, day)
        on_day(done, len(later))


def _post_id(text: str) -> str:
    match = _POST.fullmatch(text)
    if match is None:
        raise ConfigError(
            f"--post {text[:60]!r} is not a post's id; it is the number at the end of the post's link"
        )
    return match[1]


def _unlisted(account: str, accounts_file: Path) -> str:
    """Return the key of an account that is not read any more. Raises `ConfigError` while accounts.yaml lists it."""
    from pipeline.accounts import load_accounts
    from pipeline.ids import is_handle

    handle = account.removeprefix("@").lower()
    if not is_handle(handle):
        raise ConfigError(f"--account {account[:60]!r} is not a handle of X")
    if handle in {listed.key for listed in load_accounts(accounts_file).accounts}:
        raise ConfigError(
            f"@{handle} is still listed in {accounts_file}, so the next run would read it again; take it out first"
        )
    return handle


def _bar(progress: "Progress", label: str) -> Callable[[int, int], None]:
    task = progress.add_task(label, total=None, doing="")
    return lambda done, total: progress.update(task, completed=done, total=total)


def _tell(name: str, removed: "Removed", searched: int) -> None:
    if removed.objects:
        counted = ", ".join(f"{count} in {kind}" for kind, count in sorted(removed.objects.items()))
        typer.echo(f"{name}: removed from {sum(removed.objects.values())} objects ({counted})")
    else:
        typer.echo(f"{name}: not found in the lake; from now on it is left out, should X send it")
    days = removed.record.days
    if days:
        when = str(days[0]) if len(days) == 1 else f"{len(days)} days from {days[0]} to {days[-1]}"
        typer.echo(f"made again: what was made of {when}, and the later reports that compare with it")
        typer.echo(
            f"searched all {searched} objects of {when}, and the index, older versions included: it is gone"
        )
