"""The Kubernetes values are those that the schema of Airflow's chart has accepted."""

import copy
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import ROOT
from tests.cluster.definitions import VALUES, read_yaml
from tests.cluster.values import COMMAND, FILE, VERSION, check, digest

# In the form of the chart's: closed below the first level, open at it.
SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema",
    "properties": {
        "executor": {"type": "string"},
        "scheduler": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"replicas": {"type": "integer"}},
        },
    },
}


def chart(folder: Path, version: str = VERSION) -> Path:
    """Pack a chart that has nothing but its description and its schema."""
    made = folder / f"airflow-{version}.tgz"
    contents = {
        "Chart.yaml": f"name: airflow\nversion: {version}\n",
        "values.schema.json": json.dumps(SCHEMA),
    }
    with tarfile.open(made, "w:gz") as archive:
        for name, text in contents.items():
            member = tarfile.TarInfo(f"airflow/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return made


def test_the_values_are_those_that_the_chart_has_accepted() -> None:
    noted = json.loads(FILE.read_text(encoding="utf-8"))
    assert noted["chart"] == VERSION
    assert noted["values_sha256"] == digest(read_yaml(VALUES)), f"the values have changed: run {COMMAND}"


def test_a_change_of_any_value_needs_the_chart_again_and_a_comment_does_not(tmp_path: Path) -> None:
    values = read_yaml(VALUES)
    changed: dict[str, Any] = copy.deepcopy(values)
    changed["scheduler"]["logGroomerSidecar"]["enable"] = changed["scheduler"]["logGroomerSidecar"].pop(
        "enabled"
    )
    assert digest(changed) != digest(values)
    commented = tmp_path / "values.yaml"
    commented.write_text("# another comment\n" + VALUES.read_text(encoding="utf-8"), encoding="utf-8")
    assert digest(read_yaml(commented)) == digest(values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            "scheduler: {replicas: 1, replcas: 2}",
            "scheduler: Additional properties are not allowed ('replcas'",
        ),
        ("scheduler: {replicas: many}", "scheduler.replicas: 'many' is not of type 'integer'"),
        ("executr: KubernetesExecutor", "executr: the chart has no such value"),
    ],
)
def test_what_the_chart_does_not_know_is_named_and_not_noted(values: str, said: str, tmp_path: Path) -> None:
    file, record = tmp_path / "values.yaml", tmp_path / "accepted.json"
    file.write_text(values)
    (found,) = check(chart(tmp_path), file, record)
    assert found.startswith(said)
    assert not record.exists()


def test_what_the_chart_accepts_is_noted(tmp_path: Path) -> None:
    file, record = tmp_path / "values.yaml", tmp_path / "accepted.json"
    file.write_text("executor: KubernetesExecutor\nscheduler: {replicas: 1}\n")
    assert check(chart(tmp_path), file, record) == []
    assert json.loads(record.read_text())["values_sha256"] == digest(read_yaml(file))


def test_another_version_of_the_chart_is_refused(tmp_path: Path) -> None:
    (found,) = check(chart(tmp_path, "1.21.0"), VALUES, tmp_path / "accepted.json")
    assert "is version 1.21.0 of the chart" in found


def test_values_and_docs_name_the_version_that_is_checked() -> None:
    for file in (VALUES, ROOT / "docs/operations.md"):
        assert f"--version {VERSION} " in file.read_text(encoding="utf-8")
