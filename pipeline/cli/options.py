"""Options that several commands have, and what they name."""

import os
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import ConfigError
from pipeline.ids import post_id_in


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


def post_named(option: str, text: str) -> str:
    """Return the id of the post that an option names by its id or its link. Raises `ConfigError`."""
    post_id = post_id_in(text)
    if post_id is None:
        raise ConfigError(
            f"{option} {text[:60]!r} is not a post id; write the number at the end of the post's link, or the link"
        )
    return post_id
