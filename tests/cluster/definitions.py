"""Reads what a cluster is defined by: the image, its Compose file, and what Kubernetes is given."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from ruamel.yaml import YAML

from pipeline.settings import ROOT

AIRFLOW = ROOT / "config/airflow"
KUBERNETES = ROOT / "config/kubernetes"
CONTAINERFILE = AIRFLOW / "Containerfile"
COMPOSE = AIRFLOW / "compose.yaml"
VALUES = KUBERNETES / "values.yaml"
POD = KUBERNETES / "pod-template.yaml"
INSIDE = "/opt/aviary"  # the image's copy of the repository


@dataclass(frozen=True)
class Step:
    """An instruction of a Containerfile, its continued lines joined."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """Return its arguments, without options such as --from."""
        return [word for word in shlex.split(self.text) if not word.startswith("--")]


def read_stages() -> list[list[Step]]:
    """Return the steps of each stage of the image, from its FROM on."""
    text = re.sub(r"^#.*\n", "", CONTAINERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    stages: list[list[Step]] = []
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        name, _, rest = line.partition(" ")
        if name == "FROM":
            stages.append([])
        if line and stages:
            stages[-1].append(Step(name, rest))
    return stages


def read_environment(stage: list[Step]) -> dict[str, str]:
    """Return the variables that a stage sets."""
    words = [word for step in stage if step.name == "ENV" for word in shlex.split(step.text)]
    return dict(word.split("=", 1) for word in words)


def read_settings(name: str) -> dict[str, str]:
    """Return a file of settings from config/airflow."""
    return {key: value or "" for key, value in dotenv_values(AIRFLOW / name).items()}


def read_yaml(file: Path) -> Any:
    """Return a document, its anchors resolved."""
    return YAML(typ="safe").load(file)
