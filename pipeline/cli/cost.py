"""The command `cost`: what a run is expected to cost, and what was spent."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Accounts
from pipeline.x_api.prices import POST_READ_USD, USER_READ_USD, at_most_text, counts_text

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.accounts import AccountsConfig
    from pipeline.spend.estimate import Cost


def cost(
    days: Annotated[int, typer.Option(min=1, max=366, help="How many past days to include.")] = 30,
    accounts: Accounts = None,
) -> None:
    """Show what a run should cost and what was spent. Sends no request to X."""
    from rich.console import Console

    from pipeline import clock
    from pipeline.accounts import load_accounts
    from pipeline.lake.client import Lake
    from pipeline.lake.health import require_bucket
    from pipeline.settings import load_settings
    from pipeline.spend.estimate import cost_of

    settings = load_settings()
    config = load_accounts(settings.accounts_path)
    lake = Lake(settings.lake_url())
    require_bucket(lake)
    found = cost_of(lake, config, clock.now().date(), days)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(_table(found, days))
    for line in _lines(found, config, days):
        console.print(line)


def _table(found: "Cost", days: int) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("account")
    for column in ("expected per day", "at most per day", f"spent in {days} days"):
        table.add_column(column, justify="right")
    for each in found.accounts:
        expected = "not read yet" if each.expected is None else f"${each.expected:,.3f}"
        if each.unreadable:
            expected = f"{each.unreadable} {expected}"
        table.add_row(f"@{each.account.handle}", expected, at_most_text(each.at_most), f"${each.spent:,.2f}")
    table.add_row("look-ups of accounts", f"${found.look_ups:,.3f}", "included", "")
    spent = sum(each.spent for each in found.accounts)
    table.add_row("one run", f"${found.expected:,.2f}", at_most_text(found.at_most), f"${spent:,.2f}")
    return table


def _lines(found: "Cost", config: "AccountsConfig", days: int) -> list[str]:
    budget = config.budget
    left = float(budget.usd_per_month) - found.spent_in_month
    by_month = ", ".join(f"{month} ${spent:,.2f}" for month, spent in found.months)
    lines = [
        f"prices: ${POST_READ_USD} per post, ${USER_READ_USD:.2f} per account looked up; 30 such runs cost "
        f"${30 * found.expected:,.2f}",
        *filter(None, [counts_text(config.accounts)]),
        f"spent per UTC month, by the ledger: {by_month}",
        *_held(found),
        f"left this month: ${max(left, 0):,.2f} of budget.usd_per_month ${budget.usd_per_month:,.2f}; "
        f"a run stops at budget.usd_per_run ${budget.usd_per_run:,.2f}",
    ]
    if found.expected > budget.usd_per_run:
        lines.append(
            "a run is expected to reach budget.usd_per_run before all accounts are read: raise it, or lower max_posts"
        )
    elif 30 * found.usual > budget.usd_per_month:
        lines.append("at this rate budget.usd_per_month does not last a month: raise it, or lower max_posts")
    return lines


def _held(found: "Cost") -> list[str]:
    """Say what counts for the month and is not known to be spent."""
    lines = []
    if found.held:
        lines.append(f"held for requests that are under way: ${found.held:,.2f}")
    if found.perhaps_billed:
        lines.append(
            f"perhaps billed: ${found.perhaps_billed:,.2f}, for requests of this month whose answer was lost; it "
            "counts for budget.usd_per_month"
        )
    return lines
