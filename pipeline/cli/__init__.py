"""The command line: `./aviary COMMAND`. Each command imports what it needs, so that all start quickly."""

import io
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typing_extensions import override

from pipeline.cli import backfill, check, cost, explain, forget, report, run, sandbox, sql
from pipeline.cli import open as open_command
from pipeline.errors import AviaryError
from pipeline.local.console import ERRORS
from pipeline.version import VERSION

PROGRAM = "./aviary"


class _Interruptible(TyperGroup):
    """The commands; ctrl-c is told here, because Typer ends the program with 130 and no word."""

    @override
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ERRORS.print(
                "interrupted; everything stored so far is kept, and the same command continues from there"
            )
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=_Interruptible,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"aviary {VERSION}")
        raise typer.Exit


@app.callback()
def aviary(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version of Aviary, and exit."
        ),
    ] = False,
) -> None:
    """Daily analytics with sentiment for many X accounts."""


app.command()(check.check)
app.command()(run.run)
app.command()(backfill.backfill)
app.command()(report.report)
app.command()(cost.cost)
app.command()(sql.sql)
app.command()(explain.explain)
app.command()(forget.forget)
app.command("open")(open_command.open_reports)
app.command()(sandbox.sandbox)


def main() -> None:
    """Run a command. Prints an expected failure as plain lines on stderr and exits with its code."""
    _accept_any_text()
    try:
        app(prog_name=PROGRAM)
    except AviaryError as error:
        ERRORS.print(str(error))
        sys.exit(error.exit_code)


def _accept_any_text() -> None:
    """Let no character end a command: what the terminal cannot show is escaped, and arguments are read as UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.argv = [os.fsencode(argument).decode("utf-8", "replace") for argument in sys.argv]
