"""`./aviary sandbox`: an X API and an S3 server with sample data, alone or around a command."""

import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pipeline.cli.options import Accounts
from pipeline.errors import AviaryError
from pipeline.sandbox.faults.rules import Fault, FaultRule
from pipeline.sandbox.x.stats import RATE_LIMIT, WINDOW_SECONDS

if TYPE_CHECKING:
    from pipeline.sandbox.serve import Sandbox

_NOTICE = "SAMPLE DATA: every account, post and number in the sandbox is invented; nothing here is from X."


def sandbox(
    command: Annotated[
        list[str] | None, typer.Argument(help="Run this with the sandbox's settings, then stop.")
    ] = None,
    *,
    directory: Annotated[Path, typer.Option("--dir", help="Where the sandbox stores its data.")] = Path(
        ".aviary"
    ),
    faults: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            metavar="HANDLE=FAULT[:TIMES[:AFTER[:POSTS]]]",
            help="Let the X API misbehave towards an account (* means every account): TIMES requests (all, if "
            "left out) after AFTER correct ones; POSTS is for depth. May be repeated. docs/sandbox.md describes "
            f"the faults: {', '.join(Fault)}.",
        ),
    ] = None,
    rate_limit: Annotated[
        int, typer.Option(min=1, help="Timeline requests that the X API accepts per window.")
    ] = RATE_LIMIT,
    rate_window: Annotated[int, typer.Option(min=1, help="The window's length in seconds.")] = WINDOW_SECONDS,
    accounts: Accounts = None,
) -> None:
    """Run an X API and an S3 server with sample data on this machine.

    Alone, prints its settings as `export` lines and stays until ctrl-c. With `-- COMMAND ...`, runs the
    command with the settings in its environment, stops, and exits with the command's code. Where one runs
    already, as with `make up`, the command uses that one.
    """
    from pipeline.sandbox.serve import running, running_environment, with_settings

    ordinary = not faults and (rate_limit, rate_window) == (RATE_LIMIT, WINDOW_SECONDS)
    try:
        if command and ordinary and (settings := running_environment(directory)):
            _announce()
            raise typer.Exit(_become(command, with_settings(settings)))
        fault_rules = [FaultRule.parse(text) for text in faults or ()]
        with running(
            directory, rate_limit=rate_limit, rate_window=rate_window, fault_rules=fault_rules
        ) as started:
            try:
                _announce()
                code = _run(command, started) if command else _stay(started)
            except KeyboardInterrupt:
                code = 130 if command else 0
    except AviaryError as error:
        typer.echo(f"{error}", err=True)
        raise typer.Exit(error.exit_code) from None
    raise typer.Exit(code)


def _announce() -> None:
    from pipeline.sandbox.s3 import uses_moto

    typer.secho(_NOTICE, err=True, bold=True)
    if uses_moto():
        typer.secho(
            "There is no SeaweedFS for this machine: moto replaces it. It LOSES ALL DATA when it stops and "
            "ACCEPTS ANY CREDENTIALS.",
            err=True,
            fg="red",
            bold=True,
        )


def _run(command: list[str], started: "Sandbox") -> int:
    """Run the command to its end and return its exit code, as a shell reports it."""
    from pipeline.sandbox.processes import end, wait_for_any

    process = None
    try:
        process = subprocess.Popen(command, env=started.whole_environment())  # noqa: S603  the user's command
        wait_for_any(process)
    except OSError as error:
        return _not_started(command, error)
    finally:
        if process is not None:
            end(process)
    code = process.returncode
    return code if code >= 0 else 128 - code


def _become(command: list[str], environment: dict[str, str]) -> int:
    """Replace this process by the command; returns only where it cannot be started."""
    try:
        os.execvpe(command[0], command, environment)  # noqa: S606  the user's command
    except OSError as error:
        return _not_started(command, error)


def _not_started(command: list[str], error: OSError) -> int:
    """Say why a command cannot be started, and return the code by which a shell says it."""
    if isinstance(error, FileNotFoundError):
        typer.echo(f"there is no command {command[0]!r}", err=True)
        return 127
    typer.echo(f"{command[0]!r} cannot be executed", err=True)
    return 126


def _stay(started: "Sandbox") -> NoReturn:
    """Print the settings and stay until ctrl-c, or until a server ends by itself."""
    from pipeline.sandbox.serve import UNSET

    if conflicting := [name for name in UNSET if name in os.environ]:
        typer.echo(f"unset {' '.join(conflicting)}")
    for name, value in started.environment.items():
        typer.echo(f"export {name}={shlex.quote(value)}")
    typer.echo(f"The sandbox is running; its data is in {started.directory}. Stop it with ctrl-c.", err=True)
    started.wait()
    raise AviaryError(
        f"one of the sandbox's servers ended by itself; S3 writes its log to {started.directory}/s3.log"
    )
