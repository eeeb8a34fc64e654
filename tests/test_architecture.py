"""Imports run one way, and the parts stay where a reader looks for them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What `reports` may know of `pipeline`: the lake and the shapes that lie in it, no stage.
LAKE_SIDE = {"clock", "errors", "keys", "lake", "outcome", "planned", "schema", "window"}


def imports(file: Path) -> set[str]:
    """Return the dotted names a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names} | {node.module}
    return found


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def names(files: list[Path]) -> list[str]:
    return [str(file.relative_to(ROOT)) for file in files]


@pytest.mark.parametrize("file", modules("pipeline"), ids=names(modules("pipeline")))
def test_pipeline_knows_neither_airflow_nor_dags_and_only_its_command_line_reports(file: Path) -> None:
    roots = {name.partition(".")[0] for name in imports(file)}
    assert not roots & {"airflow", "dags", "pandas"}
    if (ROOT / "pipeline" / "cli") not in file.parents:
        assert "reports" not in roots


@pytest.mark.parametrize("file", modules("reports"), ids=names(modules("reports")))
def test_reports_know_the_lake_side_of_the_pipeline_only(file: Path) -> None:
    known = {name.split(".")[1] for name in imports(file) if name.startswith("pipeline.")}
    assert known <= LAKE_SIDE
    assert not {name.partition(".")[0] for name in imports(file)} & {"airflow", "dags", "boto3", "tweepy"}


@pytest.mark.parametrize("file", modules("dags"), ids=names(modules("dags")))
def test_dags_use_the_stable_airflow_only(file: Path) -> None:
    for name in imports(file):
        if name.startswith("airflow"):
            assert name.startswith(("airflow.sdk", "airflow.providers."))


def test_only_the_lake_talks_to_s3_and_only_x_api_to_x() -> None:
    for file in modules("pipeline"):
        roots = {name.partition(".")[0] for name in imports(file)}
        inside = file.relative_to(ROOT / "pipeline")
        if inside.parts[0] != "sandbox":
            assert ("boto3" in roots) == (str(inside) == "lake.py"), inside
            assert ("tweepy" in roots) <= (inside.parts[0] == "x_api"), inside
