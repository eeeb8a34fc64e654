"""Options that every command has."""

import os
from pathlib import Path
from typing import Annotated

import typer


def _set_accounts(accounts: Path | None) -> Path | None:
    # Set in the environment, so that every stage and every process started here reads the same file.
    if accounts is not None:
        os.environ["AVIARY_ACCOUNTS"] = str(accounts)
    return accounts


Accounts = Annotated[
    Path | None,
    typer.Option(
        "--accounts",
        metavar="PATH",
        callback=_set_accounts,
        help="Accounts file to use instead of accounts.yaml.",
    ),
]
