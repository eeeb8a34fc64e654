"""Mutation testing of one module: which small changes of it does no test notice?

    .venv/bin/python -m tests.mutate pipeline/window.py tests/pipeline/test_window.py

Works in a copy of the project, so that nothing here changes, and needs no dependency: tools that do the same want one
folder of tests, or instrument what the tests' servers import. Each change is one operator, number or condition. Prints
the changes that survive; look at each: a test is missing, or the change makes no difference.
"""

import ast
import copy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("accounts.yaml", "config", "dags", "docs", "pipeline", "pyproject.toml", "reports", "tests")
_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult,
}  # fmt: skip


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yield each change of a module as a line of text, and the changed source."""
    tree = ast.parse(source)
    for place, node in enumerate(ast.walk(tree)):
        for change, changed in _changes(node):
            mutated = copy.deepcopy(tree)
            _replace(mutated, place, changed)
            yield f"line {getattr(node, 'lineno', '?')}: {change}", ast.unparse(mutated)


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the changes of one node."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _SWAPPED:
            swapped = _SWAPPED[type(operator)]()
            yield (f"{ast.unparse(node)} with {type(swapped).__name__}", _with(node, ops=[swapped]))
        case ast.BoolOp() | ast.BinOp() if type(node.op) in _SWAPPED:
            swapped = _SWAPPED[type(node.op)]()
            yield (f"{ast.unparse(node)} with {type(swapped).__name__}", _with(node, op=swapped))
        case ast.UnaryOp(op=ast.Not()):
            yield (f"{ast.unparse(node)} without not", node.operand)
        case ast.Constant(value=bool() as value):
            yield (f"{value} as {not value}", ast.Constant(not value))
        case ast.Constant(value=int() | float() as value):
            yield (f"{value} as {value + 1}", ast.Constant(value + 1))
        case ast.If() | ast.IfExp():
            for constant in (True, False):
                yield (f"if {ast.unparse(node.test)} as {constant}", _with(node, test=ast.Constant(constant)))


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _replace(tree: ast.AST, place: int, changed: ast.AST) -> None:
    target = list(ast.walk(tree))[place]
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, changed)
            elif isinstance(value, list) and any(item is target for item in value):
                setattr(parent, name, [changed if item is target else item for item in value])


def main(module: str, tests: Sequence[str]) -> None:
    """Print the survivors among a module's mutants, and how many there are."""
    with tempfile.TemporaryDirectory() as folder:
        for name in COPIED:
            source, target = ROOT / name, Path(folder) / name
            shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode:
            sys.exit("the tests fail before anything is changed")
        original = (ROOT / module).read_text(encoding="utf-8")
        survived, total = 0, 0
        for change, mutated in mutants(original):
            (Path(folder) / module).write_text(mutated, encoding="utf-8")
            total += 1
            try:
                done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=600)
            except subprocess.TimeoutExpired:
                continue
            if not done.returncode:
                survived += 1
                print(f"{module}, {change}", flush=True)  # noqa: T201
        print(f"{module}: {total - survived} of {total} changes noticed")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
