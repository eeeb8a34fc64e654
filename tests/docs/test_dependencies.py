"""Every package that pyproject.toml names is imported, or docs/dependencies.md says what it is for."""

import ast
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions

import pytest

from tests.docs.pages import DOCS
from tests.imports import PACKAGES, ROOT, files

PRODUCT = (*PACKAGES, "config")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NEEDED = [("product", each) for each in PROJECT["project"]["dependencies"]] + [
    (group, each) for group, listed in PROJECT["dependency-groups"].items() for each in listed
]


def name_of(requirement: str) -> str:
    """Return the package of a requirement as an index spells it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


@cache
def imported(*folders: str) -> frozenset[str]:
    """Return the dotted names that the files below these folders import, and the names of what leads there."""
    found: set[str] = set()
    for file in files(*folders):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return frozenset(".".join(name.split(".")[:n]) for name in found for n in range(1, name.count(".") + 2))


@cache
def modules_of() -> dict[str, set[str]]:
    """Return the modules of each installed package at their top, by the package's name."""
    found: dict[str, set[str]] = {}
    for module, packages in packages_distributions().items():
        for package in packages:
            found.setdefault(name_of(package), set()).add(module)
    return found


def modules(package: str) -> Iterable[str]:
    """Return what a package is imported as; Airflow's providers share a name at the top."""
    if package.startswith("apache-airflow-providers-"):
        return {"airflow.providers." + package.removeprefix("apache-airflow-providers-").replace("-", ".")}
    if package == "apache-airflow":
        return {"airflow.sdk"}
    return modules_of().get(package, set())


def explained() -> set[str]:
    """Return the packages in the first column of docs/dependencies.md."""
    text = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    return {
        name
        for cell in re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
        for name in re.findall("`(.+?)`", cell)
    }


@pytest.mark.parametrize(("group", "requirement"), NEEDED)
def test_a_package_that_is_installed_is_used(group: str, requirement: str) -> None:
    package = name_of(requirement)
    used = imported(*PRODUCT) if group == "product" else imported(*PRODUCT, "tests")
    assert used & set(modules(package)) or package in explained(), (
        f"{package} is imported nowhere; take it out of pyproject.toml, or say in docs/dependencies.md what needs it"
    )
