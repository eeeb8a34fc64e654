"""Print the table of benchmarks: `python -m tests.bench [part of a bench's module name ...]`."""

import pkgutil
import sys
from importlib import import_module

from rich.console import Console
from rich.table import Table

import tests.bench
from tests.bench.harness import BENCHES


def main(wanted: list[str]) -> None:
    """Run the benches of the modules whose names contain one of `wanted`, or all."""
    for module in pkgutil.iter_modules(tests.bench.__path__, "tests.bench."):
        name = module.name.rpartition(".")[2]
        if not name.startswith("_") and (not wanted or any(part in name for part in wanted)):
            import_module(module.name)
    table = Table("what", "against", "ratio", "target", "measured", title="Ratios, side by side in this run")
    console = Console(width=None if sys.stdout.isatty() else 150)
    for bench in BENCHES:
        for row in bench():
            missed = row.target is not None and row.ratio < row.target
            target = "" if row.target is None else f"{row.target:,g}" + (" MISSED" if missed else "")
            table.add_row(row.what, row.against, f"{row.ratio:,.2f}", target, row.detail)
            if sys.stdout.isatty():
                console.print(f"{row.what}: {row.ratio:,.2f}", style="dim")
    console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
