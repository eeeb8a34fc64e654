"""`python -m pipeline sql`: one query, a file of them, or a prompt."""

import contextlib
import io
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.console import ERRORS
from pipeline.cli.options import Accounts
from pipeline.errors import AviaryError, ConfigError
from pipeline.text import one_line, visible

if TYPE_CHECKING:
    import duckdb

    from pipeline.lake.client import Lake

_MOST_ROWS = 40  # on a terminal; a pipe gets all
_EVERYTHING = 10**6
_PROMPT, _GOES_ON = "lake> ", "  ... "


def sql(
    query: Annotated[
        str | None, typer.Argument(help="What to ask; without it, a prompt, or what is piped in.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a row, for other programs.")
    ] = False,
    accounts: Accounts = None,
) -> None:
    """Ask the lake in SQL (DuckDB), with the views posts, daily, accounts and latest_metrics."""
    from pipeline.lake.client import Lake
    from pipeline.lake.health import require_bucket
    from pipeline.settings import load_settings

    lake = Lake(load_settings().lake_url())
    require_bucket(lake)
    session = _Session(lake, _print_json if as_json else _print_table)
    if query is not None:
        session.run(query)
    elif sys.stdin.isatty():
        session.converse()
    else:
        session.run(sys.stdin.read())


class _Session:
    """One connection and how its answers are shown."""

    def __init__(self, lake: "Lake", show: "Callable[[duckdb.DuckDBPyRelation], None]") -> None:
        from pipeline.lake.sql import connect

        self._lake = lake
        self._show = show
        self._connection = connect(lake)

    def run(self, text: str) -> None:
        """Run the statements of `text` and show their answers. Raises `ConfigError` for SQL that is wrong."""
        import duckdb

        from pipeline.lake.access import access_to
        from pipeline.lake.sql import create_views, log_in, schemas_differ

        try:
            for statement in self._connection.extract_statements(text):
                log_in(self._connection, access_to(self._lake))
                try:
                    self._ask(statement.query)
                except duckdb.InvalidInputException as error:
                    if not schemas_differ(error):
                        raise
                    create_views(self._connection, self._lake, any_columns=True)
                    self._ask(statement.query)
        except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException) as error:
            raise ConfigError(_said(error)) from None
        except duckdb.Error as error:
            raise AviaryError(_said(error)) from None

    def _ask(self, statement: str) -> None:
        answer = self._connection.query(statement)
        if answer is not None:
            self._show(answer)

    def converse(self) -> None:
        """Ask and answer until ctrl-d. A statement ends with a semicolon; a mistake ends nothing."""
        import readline  # noqa: F401  gives `input` its editing and history

        from pipeline.lake.sql import EXAMPLE, VIEWS

        typer.echo(f"{self._lake.url}, in DuckDB's SQL; end a query with a semicolon, and this with ctrl-d")
        for name, holds in VIEWS.items():
            typer.echo(f"  {name:<15} {holds}")
        typer.echo(f"for example: {EXAMPLE};")
        typed = ""
        while True:
            try:
                typed += input(_GOES_ON if typed else _PROMPT) + "\n"
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


def _print_table(answer: "duckdb.DuckDBPyRelation") -> None:
    """Print a table: what fits on a terminal, everything into a pipe. What cannot be seen is a space."""
    drawn, terminal = io.StringIO(), sys.stdout.isatty()
    with contextlib.redirect_stdout(drawn):
        if terminal:
            answer.show(max_rows=_MOST_ROWS)
        else:
            answer.show(max_rows=_EVERYTHING, max_width=_EVERYTHING, max_col_width=_EVERYTHING)
    for line in drawn.getvalue().rstrip("\n").split("\n"):
        typer.echo(visible(line).rstrip())


def _print_json(answer: "duckdb.DuckDBPyRelation") -> None:
    """Print a row a line, in ASCII; what JSON has no word for (days, instants) as text."""
    names = answer.columns
    while rows := answer.fetchmany(1000):
        for row in rows:
            typer.echo(json.dumps(dict(zip(names, row, strict=True)), default=str))


def _said(error: "duckdb.Error") -> str:
    """Return DuckDB's message without the drawing of where in the query."""
    return one_line(str(error).partition("\n\nLINE ")[0])
