"""docs/licences.md: the licence of every package of requirements.lock, from what the packages themselves declare."""

import re
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from tests.docs.markdown import table

_ROOT: Final = Path(__file__).parents[2]
_PAGE: Final = _ROOT / "docs" / "licences.md"

# What an MIT-licensed program may depend on without a condition on its own code. MPL-2.0 is about changes to its files.
ALLOWED: Final = frozenset(
    {
        "0BSD", "Apache-2.0", "Artistic-1.0-Perl", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC",
        "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
    }
)  # fmt: skip

# Older ways to write a licence. "BSD License" does not say which; both of its kinds are allowed.
_SPDX: Final = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Artistic License": "Artistic-1.0-Perl",
    "BSD License": "BSD-3-Clause",
    "GNU General Public License (GPL)": "GPL-1.0-or-later",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
# Packages that declare nothing (the text of their licence says it), and those for other systems.
_BY_HAND: Final = {
    "antlr4-python3-runtime": "BSD-3-Clause",
    "axe-playwright-python": "MIT",
    "blinker": "MIT",
    "colorama": "BSD-3-Clause",
    "dataframely": "BSD-3-Clause",
    "flask": "BSD-3-Clause",
    "flask-cors": "MIT",
    "pywin32": "PSF-2.0",
    "pyyaml-ft": "MIT",
}

# Files in the repository that others wrote, beside a file of their licence (`NAME.LICENSE.txt`): from where, and which.
FILES: Final = {"pipeline/sentiment/french_lexicon.txt": ("vaderSentiment-fr 1.3.4, fr_lexicon.txt", "MIT")}

_INTRODUCTION: Final = """# Licences

Every package of `requirements.lock`, with the licence that it declares, as an [SPDX](https://spdx.org/licenses/)
expression; made by `make docs`. None of them puts a condition on Aviary's own code, which is under the MIT licence: a
test allows a new package only with such a licence. `make dist` lists the packages of a release with their versions
([release.md](release.md)).
"""
_OF_FILES: Final = """
## Files of others

These files of the repository were written by others, and are unchanged. Beside each is its licence with the copyright
notice, `NAME.LICENSE.txt`.
"""


def page() -> str:
    """Return docs/licences.md. A package that this Python or system does not need keeps its row."""
    rows = [(name, found) for name, found in licences().items()]
    files = [(f"`{file}`", source, licence) for file, (source, licence) in FILES.items()]
    return (
        f"{_INTRODUCTION}\n{table(('package', 'licence'), rows)}\n{_OF_FILES}"
        f"\n{table(('file', 'from', 'licence'), files)}\n"
    )


@cache
def licences() -> dict[str, str]:
    """Return the licence of each package of the lock."""
    installed = {_normal(found.metadata["Name"]): found for found in distributions()}
    kept = dict(re.findall(r"^\| ([a-z0-9-]+) \| (.+) \|$", _PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    return {
        name: _BY_HAND.get(name) or (_declared(installed[name]) if name in installed else kept.get(name, ""))
        for name in locked()
    }


def locked() -> list[str]:
    """Return the names of the packages in requirements.lock, in order."""
    text = (_ROOT / "requirements.lock").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)))


def is_allowed(licence: str) -> bool:
    """Whether one of the alternatives of an SPDX expression has only licences that are allowed."""
    return any(
        set(alternative.strip("() ").split(" AND ")) <= ALLOWED for alternative in licence.split(" OR ")
    )


def _declared(package: Distribution) -> str:
    declared = package.metadata.json
    if expression := declared.get("license_expression"):
        return str(expression)
    classifiers = [
        text.rpartition(" :: ")[2] for text in declared.get("classifier", []) if text.startswith("License ::")
    ]
    named = [_SPDX.get(text, text) for text in classifiers if text != "OSI Approved"]
    field = str(declared.get("license", "")).partition("\n")[0]
    return " OR ".join(dict.fromkeys(named)) or _SPDX.get(field, field)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
