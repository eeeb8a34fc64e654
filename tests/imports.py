"""Who imports whom, read from the source: what the tests of the architecture ask."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("dags", "pipeline", "reports")
STAGES = ("plan", "collect", "analyze", "report", "verdict")
SEQUENCES = ("account", "run", "score_again")  # of stages, or beside them
# Where the product is entered; they import on first use, and nothing in the product imports them.
ENTRIES = ("pipeline", "pipeline.__main__")


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


@cache
def plugin_imports() -> tuple[Import, ...]:
    """Return every import of Airflow's plugins, which Airflow imports by their file's name."""
    return tuple(found for file in files("config/airflow/plugins") for found in _imports(file.stem, file))


def room_of(module: str) -> str:
    """Return the part of the product that a module lies in: `dags`, `reports`, a folder of `pipeline`, or `stages`.

    A plain module at the top of `pipeline`, which imports none of the folders, is a part of its own.
    """
    package, _, rest = module.partition(".")
    first = rest.partition(".")[0]
    if package != "pipeline" or not rest:
        return package
    return "stages" if first in (*STAGES, *SEQUENCES) else first


def arrows() -> set[tuple[str, str]]:
    """Return which part imports which, deferred imports included, in the order importer, imported."""
    found = {
        (room_of(each.module), room_of(each.target))
        for each in imports()
        if each.target in modules() and each.module not in ENTRIES
    }
    return {(importer, imported) for importer, imported in found if importer != imported}


def shortest(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the arrows without those that follow from the others; these must not run in a circle."""

    def below(part: str) -> set[str]:
        return {deeper for importer, one in arrows if importer == part for deeper in {one} | below(one)}

    return {
        (importer, imported)
        for importer, imported in arrows
        if not any(
            imported in below(other) for start, other in arrows if start == importer and other != imported
        )
    }


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
