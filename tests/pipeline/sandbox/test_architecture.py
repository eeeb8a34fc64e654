"""The sandbox stays small, and its parts know each other in one direction."""

import ast
from pathlib import Path

import pytest

SANDBOX = Path(__file__).parents[3] / "pipeline" / "sandbox"
# It is only the stage that Aviary is tried on: more lines than these belong into Aviary itself.
MAX_LINES = 3_450
# Each part, and the parts that it may import; the modules at the top join them.
KNOWN = {"world": set[str](), "x": {"world"}, "faults": {"x", "world"}}


def imported_parts(file: Path) -> set[str]:
    """Return which parts of the sandbox, or modules at its top, a module imports."""
    return {
        node.module.split(".")[2]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("pipeline.sandbox.")
        and node.module
    }


def test_the_sandbox_has_at_most_3450_lines() -> None:
    lines = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in SANDBOX.rglob("*.py")}
    assert sum(lines.values()) <= MAX_LINES


@pytest.mark.parametrize("part", KNOWN)
def test_a_part_knows_only_the_parts_below_it(part: str) -> None:
    files = list((SANDBOX / part).rglob("*.py"))
    assert files
    for file in files:
        assert imported_parts(file) <= KNOWN[part] | {part}, file
