"""The image has all of the product and nothing of the machine it is built on; its packages are the lock's."""

import json
import re
from pathlib import Path

from pipeline.local.airflow import airflow_environment
from pipeline.settings import ROOT
from tests.cluster.definitions import (
    CONTAINERFILE,
    INSIDE,
    KUBERNETES,
    read_environment,
    read_stages,
    read_yaml,
)

# Not part of the wheel, and needed by Airflow: the settings, the DAG's bundle, the command.
BESIDE_THE_WHEEL = {".airflowignore", "LICENSE", "aviary", "config/airflow"}


def copied(stage: int) -> list[str]:
    """Return what a stage copies from the repository."""
    steps = [step for step in read_stages()[stage] if step.name == "COPY" and "--from=" not in step.text]
    return [source for step in steps for source in step.words[:-1]]


def admitted() -> list[str]:
    """Return what .dockerignore lets into a build, where everything else is ignored."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    assert patterns[0] == "*"
    assert patterns[-1] == "**/__pycache__"
    assert all(pattern.startswith("!") for pattern in patterns[1:-1])
    return [pattern.removeprefix("!") for pattern in patterns[1:-1]]


def test_it_has_every_package_of_the_wheel_and_what_airflow_needs_beside_them() -> None:
    find = re.search(
        r"^include = \[(.*)\]$", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert find
    packages = {name.strip(' "*') for name in find[1].split(",")}
    assert set(copied(-1)) == packages | BESIDE_THE_WHEEL
    assert all((ROOT / source).exists() for source in copied(-1))
    # Each lies where it lies in the repository, because paths are relative to it.
    for step in read_stages()[-1]:
        if step.name == "COPY" and len(step.words) == 2 and "--from=" not in step.text:
            assert step.words[0] == step.words[1]


def test_a_build_sees_what_it_copies_and_no_secret() -> None:
    assert sorted(admitted()) == sorted({*copied(0), *copied(-1)})
    assert all((ROOT / name).exists() for name in admitted())
    assert not {".env", "accounts.yaml", ".git", ".venv"} & {Path(name).parts[0] for name in admitted()}


def test_packages_come_from_the_lock_with_its_hashes_and_from_nowhere_else() -> None:
    (install,) = re.findall(
        r"\S+ install [^&]*", " ".join(s.text for s in read_stages()[0] if ".venv" in s.text)
    )
    options = "--no-cache-dir --no-deps --only-binary :all: --require-hashes -r requirements-celery.lock"
    assert install.strip() == f".venv/bin/pip install {options}"
    text = CONTAINERFILE.read_text(encoding="utf-8")
    assert not re.search(r"^ADD |https?:|\bcurl\b|\bwget\b|index-url|find-links", text, re.MULTILINE)


def test_its_base_is_a_dated_release_and_the_same_in_both_stages() -> None:
    text = CONTAINERFILE.read_text(encoding="utf-8")
    (base,) = re.findall(r"^ARG BASE=(\S+)$", text, re.MULTILINE)
    assert re.fullmatch(r"docker\.io/library/debian:[a-z]+-20\d{6}-slim", base)
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${BASE}", "${BASE}"]


def test_it_runs_as_the_user_of_airflows_chart_and_compiled_what_that_user_cannot_write() -> None:
    *_, final = read_stages()
    (user,) = [step.text for step in final if step.name == "USER"]
    values = read_yaml(KUBERNETES / "values.yaml")
    assert user == f"{values['uid']}:{values['gid']}" == "50000:0"
    (compiled,) = [step.text for step in final if "compileall" in step.text]
    for source in copied(-1):
        if (ROOT / source).is_dir():
            assert f" {source} " in f"{compiled.split('&&')[0]} "


def test_airflow_finds_there_what_it_finds_here(tmp_path: Path) -> None:
    inside, here = read_environment(read_stages()[-1]), airflow_environment(tmp_path, {})
    for name in ("AIRFLOW__CORE__PLUGINS_FOLDER", "PYTHONPATH"):
        assert inside[name] == here[name].replace(str(ROOT), INSIDE)
    bundles = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"
    assert json.loads(inside[bundles]) == json.loads(here[bundles].replace(str(ROOT), INSIDE))


def test_nothing_begins_by_itself() -> None:
    assert read_environment(read_stages()[-1])["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] == "True"
