"""Which pages of docs/ are made from the code, and by what."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests.docs import commands, data, decisions, licences

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "data.md": data.page,
    "cli.md": commands.page,
    "licences.md": licences.page,
    "decisions/README.md": decisions.page,
}
