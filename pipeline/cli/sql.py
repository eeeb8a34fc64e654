"""The command `sql`: one query, a file of them, or a prompt."""

import contextlib
import io
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import Accounts
from pipeline.errors import AviaryError, ConfigError
from pipeline.local.console import ERRORS
from pipeline.text import one_line, visible

if TYPE_CHECKING:
    import duckdb

    from pipeline.lake.client import Lake

_MAX_ROWS = 40  # on a terminal; a pipe gets all rows
_LINES = "─│┌┐└┘├┤┬┴┼"  # what DuckDB draws tables with
_UNLIMITED = 10**6
_PROMPT, _CONTINUATION = "lake> ", "  ... "


def sql(
    query: Annotated[
        str | None,
        typer.Argument(help="Query to run. Without it, opens a prompt or reads statements from a pipe."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per row, for other programs.")
    ] = False,
    accounts: Accounts = None,
) -> None:
    """Query the lake in SQL. Runs DuckDB, with the views posts, daily, accounts, latest_metrics and mentions."""
    from pipeline.lake.client import Lake
    from pipeline.lake.health import require_bucket
    from pipeline.settings import load_settings

    lake = Lake(load_settings().lake_url())
    require_bucket(lake)
    session = _Session(lake, _print_json if as_json else _print_table)
    if query is not None:
        session.run(query)
    elif sys.stdin.isatty():
        session.prompt()
    else:
        session.run(sys.stdin.read())


class _Session:
    """One connection, and how its results are shown."""

    def __init__(self, lake: "Lake", show: "Callable[[duckdb.DuckDBPyRelation], None]") -> None:
        from pipeline.lake.sql import connect

        self._lake = lake
        self._show = show
        self._connection = connect(lake)

    def run(self, text: str) -> None:
        """Run the statements of `text` and show their results. Raises `ConfigError` for invalid SQL."""
        import duckdb

        from pipeline.lake.access import access_to
        from pipeline.lake.sql import create_views, log_in, schemas_differ

        try:
            for statement in self._connection.extract_statements(text):
                log_in(self._connection, access_to(self._lake))
                try:
                    self._run_one(statement.query)
                except duckdb.InvalidInputException as error:
                    if not schemas_differ(error):
                        raise
                    create_views(self._connection, self._lake, any_columns=True)
                    self._run_one(statement.query)
        except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException) as error:
            raise ConfigError(_message(error)) from None
        except duckdb.Error as error:
            raise AviaryError(_message(error)) from None

    def _run_one(self, statement: str) -> None:
        answer = self._connection.query(statement)
        if answer is not None:
            self._show(answer)

    def prompt(self) -> None:
        """Read and run statements until ctrl-d. A statement ends with a semicolon; errors do not end the prompt."""
        import readline  # noqa: F401  gives `input` its editing and history

        from pipeline.lake.sql import EXAMPLE, VIEWS

        typer.echo(f"{self._lake.url} in DuckDB SQL; end each query with a semicolon, press ctrl-d to leave")
        for name, holds in VIEWS.items():
            typer.echo(f"  {name:<15} {holds}")
        typer.echo(f"for example: {EXAMPLE};")
        typed = ""
        while True:
            try:
                typed += input(_CONTINUATION if typed else _PROMPT) + "\n"
                if typed.rstrip().endswith(";"):
                    text, typed = typed, ""
                    self.run(text)
            except EOFError:
                typer.echo()
                return
            except KeyboardInterrupt:
                typed = ""
                typer.echo()
            except AviaryError as error:
                ERRORS.print(str(error))


def _print_table(result: "duckdb.DuckDBPyRelation") -> None:
    """Print a table: what fits on a terminal, everything into a pipe. Invisible characters become spaces."""
    output, terminal = io.StringIO(), sys.stdout.isatty()
    with contextlib.redirect_stdout(output):
        if terminal:
            result.show(max_rows=_MAX_ROWS)
        else:
            result.show(max_rows=_UNLIMITED, max_width=_UNLIMITED, max_col_width=_UNLIMITED)
    table = output.getvalue().rstrip("\n")
    if not _can_show(_LINES):
        table = table.translate(str.maketrans(_LINES, "-|+++++++++"))
    for line in table.split("\n"):
        typer.echo(visible(line).rstrip())


def _can_show(text: str) -> bool:
    """Whether the terminal's encoding has these characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _print_json(result: "duckdb.DuckDBPyRelation") -> None:
    """Print one row per line, in ASCII; days and times, which JSON has no type for, as text."""
    names = result.columns
    while rows := result.fetchmany(1000):
        for row in rows:
            typer.echo(json.dumps(dict(zip(names, row, strict=True)), default=str))


def _message(error: "duckdb.Error") -> str:
    """Return DuckDB's message on one line, without its excerpt of the query."""
    return one_line(str(error).partition("\n\nLINE ")[0])
