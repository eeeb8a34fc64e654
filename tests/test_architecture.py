"""Imports run one way, and the parts stay where a reader looks for them."""

import re

import pytest

from tests.imports import (
    PACKAGES,
    ROOT,
    SEQUENCES,
    STAGES,
    Import,
    arrows,
    files,
    imports,
    modules,
    plugin_imports,
    reachable,
    room_of,
    roots,
    shortest,
)

# What `reports` may know of `pipeline`: the lake, the shapes that lie in it, and why a post has its score; no stage.
LAKE_SIDE = {
    "clock",
    "errors",
    "ids",
    "lake",
    "page",
    "schema",
    "sentiment",
    "share",
    "status",
    "text",
    "version",
    "window",
}
# Records, and everything that computes: nothing of it reaches a network.
PURE = re.compile(
    r"pipeline\.(transform|sentiment|accounts)(\..+)?"
    r"|pipeline\.(errors|ids|page|progress|schema|settings|share|status|text|version|window)"
    r"|pipeline\.lake\.(catalogue|damage|frames|keys|kinds|records|versions|access|counts|doubts)"
    r"|pipeline\.x_api\.(counts|limits|prices|snowflakes|values)"
)
# `session` opens what `client` uses, and `health` knows what failures mean.
S3_MODULES = ("pipeline.lake.client", "pipeline.lake.session", "pipeline.lake.health")
CLIENTS = {"boto3", "botocore", "requests", "tweepy", "urllib3"}
# Imports inside functions: where a command or a task pays only for what it needs.
MAY_DEFER = ("pipeline.cli", "pipeline.local", "dags")
LAZY = ("pipeline", "pipeline.sentiment")  # `__init__` files that import on first use
PLAIN_MODULES = 23
MAX_LINES = 300


def ours(found: Import) -> bool:
    return found.target in modules()


def test_pipeline_knows_neither_airflow_nor_dags_and_only_its_command_line_reports() -> None:
    for found in imports():
        if found.module.startswith("pipeline"):
            assert found.target.partition(".")[0] not in {"airflow", "dags", "pandas"}, found
            if room_of(found.module) != "cli":
                assert not found.target.startswith("reports"), found


def test_reports_know_the_lake_side_of_the_pipeline_only() -> None:
    for found in imports():
        if found.module.startswith("reports"):
            assert found.target.partition(".")[0] not in {"airflow", "dags", "boto3", "tweepy"}, found
            if found.target.startswith("pipeline"):
                assert room_of(found.target) in LAKE_SIDE, found


def test_reports_read_through_a_lake_that_is_passed_in() -> None:
    of_reports = [module for module in modules() if module.startswith("reports")]
    assert [module for module in of_reports if roots(reachable(module)) & CLIENTS] == []


def test_dags_use_the_stable_airflow_only() -> None:
    for found in imports():
        if found.module.startswith("dags") and found.target.startswith("airflow"):
            assert found.target.startswith(("airflow.sdk", "airflow.providers.")), found


def test_plugins_use_what_airflow_offers_to_plugins_and_no_stage() -> None:
    offered = ("airflow.plugins_manager", "airflow.timetables.", "airflow.api_fastapi.", "airflow.sdk")
    for found in plugin_imports():
        if found.target.startswith("airflow"):
            assert found.target.startswith(offered), found
        assert room_of(found.target) not in {"stages", "cli", "sandbox"}, found


def test_only_the_lake_opens_connections_to_s3_and_only_x_api_to_x() -> None:
    for found in imports():
        root = found.target.partition(".")[0]
        if room_of(found.module) != "sandbox":
            assert root not in {"boto3", "botocore"} or found.module in S3_MODULES, found
            assert root != "tweepy" or room_of(found.module) == "x_api", found


def test_what_is_pure_reaches_no_client_of_any_network() -> None:
    pure = [module for module in modules() if PURE.fullmatch(module)]
    assert [module for module in pure if roots(reachable(module)) & CLIENTS] == []


def test_what_talks_to_x_does_not_reach_s3() -> None:
    for module in modules():
        if room_of(module) == "x_api":
            assert not roots(reachable(module)) & {"boto3", "botocore"}, module


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_imports_another(stage: str) -> None:
    others = {f"pipeline.{other}" for other in STAGES if other != stage}
    assert not reachable(f"pipeline.{stage}") & others


def test_imports_are_deferred_only_where_a_command_or_a_task_pays_for_what_it_needs() -> None:
    deferred = {found.module for found in imports() if found.deferred and ours(found)}
    elsewhere = {module for module in deferred if not module.startswith(MAY_DEFER)}
    assert elsewhere <= set(LAZY)


def test_the_parts_depend_on_each_other_in_one_direction() -> None:
    waiting = arrows()
    while waiting:
        importers = {importer for importer, _ in waiting}
        left = {arrow for arrow in waiting if arrow[1] in importers}
        assert left != waiting, f"these import each other in a circle: {sorted(left)}"
        waiting = left


def test_plain_modules_import_no_folder() -> None:
    plain = {file.stem for file in (ROOT / "pipeline").glob("*.py")} - {
        *STAGES,
        *SEQUENCES,
        "__init__",
        "__main__",
    }
    folders = {folder.name for folder in (ROOT / "pipeline").iterdir() if folder.is_dir()}
    assert not {arrow for arrow in arrows() if arrow[0] in plain and arrow[1] in folders | {"stages"}}


def test_the_diagram_of_the_documentation_shows_who_imports_whom() -> None:
    """It shows folders only, and leaves out what follows: who imports `read` may import what `read` imports."""
    folders = {"stages", *PACKAGES} | {path.name for path in (ROOT / "pipeline").iterdir() if path.is_dir()}
    real = {arrow for arrow in arrows() if set(arrow) <= folders}
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    diagram = re.search(r"```mermaid\n(.*?)```", text, re.DOTALL)
    assert diagram
    shown = {
        (importer, imported)
        for importer, targets in re.findall(r"^ +(\w+) --> ([\w &]+)$", diagram[1], re.MULTILINE)
        for imported in targets.split(" & ")
    }
    assert shown == shortest(real)


def test_the_top_of_the_pipeline_shows_its_stages_and_a_handful_of_plain_modules() -> None:
    assert len(list((ROOT / "pipeline").glob("*.py"))) <= PLAIN_MODULES


def test_no_module_is_longer_than_a_reader_holds_in_mind() -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
        for file in files("config", "dags", "pipeline", "reports", "tests")
    }
    assert {file: lines for file, lines in lengths.items() if lines > MAX_LINES} == {}


def test_what_tests_share_lies_in_no_test() -> None:
    imports_a_test = re.compile(r"^\s*(from|import) tests\S*\.test_", re.MULTILINE)
    found = [file for file in files("tests") if imports_a_test.search(file.read_text(encoding="utf-8"))]
    assert found == []
