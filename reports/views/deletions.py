"""Earlier posts that X no longer shows, in words: which are in doubt, which stay, which wait for a person."""

from datetime import date
from typing import Any

import polars as pl

from pipeline.lake import catalogue
from reports import format as fmt

_NAMED = 4  # accounts
Fact = tuple[str, str]  # its name and its text


def deletions(accounts: pl.DataFrame) -> list[Fact]:
    """Return what is to be told of posts that were not shown when their days were read again; nothing where all were.

    Takes the rows of `reports.figures.accounts`.
    """
    rows = [
        row
        for row in accounts.sort("account").iter_rows(named=True)
        if row["doubted"] or row["deletions_waiting"]
    ]
    facts = [_doubted(rows), _refused(rows), _waiting(rows)]
    return [fact for fact in facts if fact]


def gone_command(account: str) -> str:
    """Return the command that removes what X no longer has of an account."""
    return f"./aviary forget --gone {account}"


def _doubted(rows: list[dict[str, Any]]) -> Fact | None:
    counts = {row["account"]: row["doubted"] - (row["posts_refused"] or 0) for row in rows if row["doubted"]}
    shown = [(row, counts[row["account"]]) for row in rows if counts.get(row["account"])]
    if not shown:
        return None
    listed = _listing([f"{_posts(row, count)} ({_days(row['doubted_days'])})" for row, count in shown])
    they = "it is" if sum(count for _, count in shown) == 1 else "they are"
    return "In doubt", f"X no longer shows {listed}; {they} removed once X has said so on two days"


def _refused(rows: list[dict[str, Any]]) -> Fact | None:
    shown = [row for row in rows if row["posts_refused"]]
    if not shown:
        return None
    listed = _listing([_posts(row, row["posts_refused"]) for row in shown])
    ids = catalogue.DOUBTS.key(account=shown[0]["account"] if len(shown) == 1 else "HANDLE")
    return (
        "Refused by X",
        f"X has {listed}, and does not show them (protected, suspended or withheld); they stay until you remove them: "
        f"./aviary forget --post ID (the ids are in {ids})",
    )


def _waiting(rows: list[dict[str, Any]]) -> Fact | None:
    shown = [row for row in rows if row["deletions_waiting"]]
    if not shown:
        return None
    listed = _listing([_posts(row, row["deletions_waiting"]) for row in shown])
    commands = _listing([gone_command(row["account"]) for row in shown])
    return (
        "Deleted at X",
        f"X no longer has {listed}: too many at once to remove them unasked, so they stay until you run {commands}",
    )


def _posts(row: dict[str, Any], count: int) -> str:
    return f"{fmt.plural(count, 'post')} of @{row['handle']}"


def _days(days: list[date] | None) -> str:
    return fmt.listing([f"{day.day} {day:%B}" for day in days or []])


def _listing(texts: list[str]) -> str:
    return fmt.listing(texts, _NAMED)
