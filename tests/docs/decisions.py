"""docs/decisions/README.md: the list of decisions, from their titles."""

import re
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[2] / "docs" / "decisions"
PARTS: Final = ("Context", "Choice", "Rejected", "Consequences")

_INTRODUCTION: Final = """# Decisions

Each says what was chosen and why, what was rejected, and what follows from it. A decision that no longer holds stays,
and names the one that replaced it. To add one, write the next number's file with the same four parts, and run
`make docs`, which makes this list. Why each package is used: [dependencies.md](../dependencies.md).
"""


def files() -> list[Path]:
    """Return the decisions, in the order of their numbers."""
    return sorted(FOLDER.glob("[0-9]*.md"))


def page() -> str:
    """Return docs/decisions/README.md."""
    lines = [f"- [{_title(file)}]({file.name})" for file in files()]
    return "\n".join([_INTRODUCTION, *lines]) + "\n"


def parts(text: str) -> list[str]:
    """Return the parts of a decision that have a text, in order."""
    return re.findall(r"^\*\*(\w+)\.\*\* \S", text, re.MULTILINE)


def _title(file: Path) -> str:
    return file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
