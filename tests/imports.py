"""Who imports whom, read from the source: what the tests of the architecture ask."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("dags", "pipeline", "reports")


@dataclass(frozen=True)
class Import:
    """One imported name."""

    module: str  # that imports, such as pipeline.lake.client
    target: str  # a module of ours as far as there is one, else the dotted name
    deferred: bool  # inside a function, so only when that runs


def files(*folders: str) -> list[Path]:
    """Return the Python files below these folders, in order."""
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def name_of(file: Path) -> str:
    """Return the dotted name of a file's module."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    """Return all modules of the product, by dotted name."""
    return {name_of(file): file for file in files(*PACKAGES)}


@cache
def imports() -> tuple[Import, ...]:
    """Return every import of the product but those for type checking only."""
    return tuple(found for name, file in modules().items() for found in _imports(name, file))


def reachable(module: str) -> set[str]:
    """Return all that importing a module imports, deferred imports left out: modules of ours, names of others."""
    by_module: dict[str, set[str]] = {}
    for found in imports():
        if not found.deferred:
            by_module.setdefault(found.module, set()).add(found.target)
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            parents = {name.rsplit(".", depth)[0] for depth in range(1, name.count(".") + 1)}
            waiting += by_module.get(name, set()) | (parents & modules().keys())
    return seen


def roots(names: Iterable[str]) -> set[str]:
    """Return the first parts of dotted names."""
    return {name.partition(".")[0] for name in names}


def _imports(module: str, file: Path) -> Iterator[Import]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node, deferred in _nodes(tree, deferred=False):
        if isinstance(node, ast.Import):
            yield from (Import(module, _target(alias.name), deferred) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (
                Import(module, _target(f"{node.module}.{alias.name}"), deferred) for alias in node.names
            )


def _nodes(node: ast.AST, *, deferred: bool) -> Iterator[tuple[ast.AST, bool]]:
    """Yield all nodes below one, and whether they stand inside a function; what is for type checking is left out."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        inside = deferred or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield child, inside
        yield from _nodes(child, deferred=inside)


def _target(name: str) -> str:
    """Return the module of ours that a dotted name lies in, or the name itself."""
    if name.partition(".")[0] not in PACKAGES:
        return name
    while name not in modules() and "." in name:
        name = name.rpartition(".")[0]
    return name
