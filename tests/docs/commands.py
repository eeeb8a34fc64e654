"""docs/cli.md: every command with its arguments and options, from the command line itself."""

import inspect
import re

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from pipeline.cli import PROGRAM, app
from tests.docs.markdown import code, table

_INTRODUCTION = f"""# Every command

Made from `pipeline/cli/` by `make docs`; do not edit. `{PROGRAM} COMMAND --help` shows the same.

`{PROGRAM}` is a script at the top of the repository. It works from any folder, by its path, and is the same as
`.venv/bin/python -m pipeline` there; installed from a distribution, the program is `aviary`. `.env` and `accounts.yaml`
are read from the folder you are in, and from the repository where that has none.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | the run breached its failure budget, or something failed while it ran |
| 2 | wrong usage or configuration; nothing was started |
| 130 | interrupted by ctrl-c; the same command continues from there |

Expected failures are one line on stderr, without a traceback.
"""


def page() -> str:
    """Return docs/cli.md."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    commands = {
        name: command for name, command in group.commands.items() if isinstance(command, TyperCommand)
    }
    assert len(commands) == len(group.commands)
    contents = "\n".join(
        f"- [`{name}`](#{name}): {_first_sentence(command.help or '')}" for name, command in commands.items()
    )
    sections = (_section(name, command) for name, command in commands.items())
    return "\n".join([_INTRODUCTION, f"{contents}\n", *sections])


def _first_sentence(text: str) -> str:
    return re.split(r"\.(?:\s|$)", text, maxsplit=1)[0]


def _section(name: str, command: TyperCommand) -> str:
    context = typer.Context(command, info_name=f"{PROGRAM} {name}")
    usage = command.get_usage(context).removeprefix("Usage: ")
    parts = [f"## {name}", f"    {' '.join(usage.split())}", inspect.cleandoc(command.help or "")]
    for title, of_kind in (("argument", True), ("option", False)):
        records = [
            parameter.get_help_record(context)
            for parameter in command.get_params(context)
            if isinstance(parameter, TyperArgument) == of_kind and parameter.name != "help"
        ]
        if rows := [(code(written), " ".join(told.split())) for written, told in filter(None, records)]:
            parts.append(table((title, "what it does"), rows))
    return "\n\n".join(parts) + "\n"
