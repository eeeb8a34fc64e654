"""Checks the Kubernetes values against the schema of Airflow's chart: `python -m tests.cluster.values ARCHIVE`.

ARCHIVE is what `helm pull apache-airflow/airflow --version 1.22.0` brings, or the same file from
https://archive.apache.org/dist/airflow/helm-chart/1.22.0/airflow-1.22.0.tgz. The chart is not kept in this repository;
values_accepted.json notes which values it has accepted, and a test fails when they are others.
"""

import hashlib
import json
import sys
import tarfile
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from tests.cluster.definitions import VALUES, read_yaml

VERSION: Final = "1.22.0"
FILE: Final = Path(__file__).with_name("values_accepted.json")
COMMAND: Final = "python -m tests.cluster.values ARCHIVE"


def read_schema(archive: Path) -> tuple[str, bytes]:
    """Return a chart's version and the schema of its values."""
    with tarfile.open(archive) as chart:
        described, schema = (
            chart.extractfile(f"airflow/{name}") for name in ("Chart.yaml", "values.schema.json")
        )
        assert described
        assert schema
        return YAML(typ="safe").load(described)["version"], schema.read()


def problems(values: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Return what the schema refuses, and keys of the first level that it does not have: it allows any there."""
    unknown = [f"{key}: the chart has no such value" for key in values if key not in schema["properties"]]
    refused = Draft7Validator(schema).iter_errors(values)
    return unknown + [f"{'.'.join(map(str, error.path))}: {error.message}" for error in refused]


def digest(values: dict[str, Any]) -> str:
    """Return a checksum of the values that comments and layout do not change."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def check(archive: Path, values_file: Path = VALUES, record: Path = FILE) -> list[str]:
    """Return what the chart does not accept; when it accepts all, note that."""
    version, schema = read_schema(archive)
    if version != VERSION:
        return [f"{archive} is version {version} of the chart; the values are for {VERSION}"]
    values = read_yaml(values_file)
    found = problems(values, json.loads(schema))
    if not found:
        noted = {
            "chart": version,
            "schema_sha256": hashlib.sha256(schema).hexdigest(),
            "values_sha256": digest(values),
        }
        record.write_text(json.dumps(noted, indent=1) + "\n", encoding="utf-8")
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {COMMAND}")
    sys.exit("\n".join(check(Path(sys.argv[1]))) or None)
