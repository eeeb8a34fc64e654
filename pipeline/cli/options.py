"""Options that every command takes."""

import os
from pathlib import Path
from typing import Annotated

import typer


def _use(accounts: Path | None) -> Path | None:
    # Into the environment, so that every stage and every process started from here reads the same file.
    if accounts is not None:
        os.environ["AVIARY_ACCOUNTS"] = str(accounts)
    return accounts


Accounts = Annotated[
    Path | None,
    typer.Option(
        "--accounts", metavar="PATH", callback=_use, help="The accounts file, instead of accounts.yaml."
    ),
]
