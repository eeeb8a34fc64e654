"""What Kubernetes is given: a task's pod and the values of Airflow's chart, in agreement with the image."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import ROOT
from tests.cluster.definitions import POD, VALUES, read_environment, read_settings, read_stages, read_yaml

PYTHON = ROOT / ".venv-celery/bin/python"
KUBERNETES = "1.33"  # the release whose definitions the pod is checked against


@pytest.fixture(scope="module")
def pod() -> dict[str, Any]:
    """The template."""
    found: dict[str, Any] = read_yaml(POD)
    return found


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    """The chart's values that are set."""
    found: dict[str, Any] = read_yaml(VALUES)
    return found


def environment(container: dict[str, Any]) -> dict[str, str]:
    """Return the variables that are written out."""
    return {entry["name"]: entry["value"] for entry in container["env"]}


def test_the_pod_is_what_kubernetes_allows() -> None:
    program = os.environ.get("KUBERNETES_VALIDATE")
    if not program:
        pytest.skip(
            "KUBERNETES_VALIDATE does not name the program (pip install kubernetes-validate, in its own venv)"
        )
    command: list[str | Path] = [program, "--strict", "-k", KUBERNETES, POD]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_executor_makes_an_accounts_pod_of_it(pod: dict[str, Any]) -> None:
    if not PYTHON.exists():
        pytest.skip("needs .venv-celery: make install-celery")
    made = subprocess.run(
        [PYTHON, ROOT / "tests/cluster/pod.py", POD],
        env={
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW_HOME": os.devnull + "/none",
            "PATH": os.defpath,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    task = json.loads(made.stdout.splitlines()[-1])
    (base,), (template,) = task["spec"]["containers"], pod["spec"]["containers"]
    assert base["name"] == template["name"] == "base"  # by this name the executor finds the container
    assert base["image"] == "registry.example.org/aviary:1"
    assert base["args"][:2] == ["python", "-m"]
    assert "command" not in base  # it would replace the image's own, which reaps what a task leaves
    assert environment(template).items() < environment(base).items()
    assert base["envFrom"] == template["envFrom"]
    assert base["volumeMounts"] == template["volumeMounts"]
    assert base["resources"] == template["resources"]
    assert {key: task["spec"][key] for key in pod["spec"] if key != "containers"} == {
        key: value for key, value in pod["spec"].items() if key != "containers"
    }


def test_a_task_has_no_way_to_airflows_database_or_to_kubernetes(pod: dict[str, Any]) -> None:
    (base,) = pod["spec"]["containers"]
    assert not [name for name in environment(base) if re.search(r"DATABASE|SECRET|FERNET|CONN", name)]
    assert [source["secretRef"]["name"] for source in base["envFrom"]] == ["aviary"]
    assert pod["spec"]["automountServiceAccountToken"] is False


def test_a_task_runs_as_the_images_user_without_privileges(pod: dict[str, Any]) -> None:
    (user,) = [step.text for step in read_stages()[-1] if step.name == "USER"]
    context = pod["spec"]["securityContext"]
    assert f"{context['runAsUser']}:{context['runAsGroup']}" == user
    assert context["runAsNonRoot"] is True
    (base,) = pod["spec"]["containers"]
    assert base["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def test_helm_would_change_nothing_in_the_pod() -> None:
    """It reads the template as one of its own, so braces would have a meaning."""
    assert "{{" not in POD.read_text(encoding="utf-8")


def test_pod_and_services_have_the_same_accounts_image_and_secrets(
    pod: dict[str, Any], values: dict[str, Any]
) -> None:
    (base,) = pod["spec"]["containers"]
    assert base["image"] == f"{values['defaultAirflowRepository']}:{values['defaultAirflowTag']}"
    assert all(mount in base["volumeMounts"] for mount in values["volumeMounts"])
    assert all(volume in pod["spec"]["volumes"] for volume in values["volumes"])
    (mount,) = values["volumeMounts"]
    assert read_environment(read_stages()[-1])["AVIARY_ACCOUNTS"] == f"{mount['mountPath']}/accounts.yaml"
    assert values["extraEnvFrom"].split() == ["-", "secretRef:", "name:", "aviary"]


def test_the_executor_is_kubernetes_with_the_settings_of_one_machine(
    pod: dict[str, Any], values: dict[str, Any]
) -> None:
    assert values["executor"] == "KubernetesExecutor"
    assert not [name for name in ("postgresql", "redis", "triggerer") if values[name]["enabled"]]
    (base,) = pod["spec"]["containers"]
    own = {"AIRFLOW__CORE__EXECUTOR"}
    settings = read_settings("airflow.env") | read_settings("cluster.env")
    for given in (environment(values), environment(base)):
        assert {key: value for key, value in given.items() if key in settings.keys() - own} == {
            key: settings[key] for key in given.keys() & settings.keys() - own
        }
    assert environment(values)["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] == "True"
    assert {*environment(base)} - own <= environment(values).keys()


def test_airflows_version_is_the_locks(values: dict[str, Any]) -> None:
    lock = (ROOT / "requirements-celery.lock").read_text(encoding="utf-8")
    assert f"\napache-airflow=={values['airflowVersion']} " in lock
    assert "\napache-airflow-providers-cncf-kubernetes==" in lock


def test_what_has_to_be_there_first_stands_in_the_docs(pod: dict[str, Any], values: dict[str, Any]) -> None:
    docs = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    names = set(
        re.findall(
            r"(?:SecretName|secretName|name|configMap): ?'?(aviary-?[a-z]*)", f"{values}".replace("'", "")
        )
    )
    assert {"aviary", "aviary-accounts", "aviary-airflow", "aviary-database", "aviary-login"} <= names
    for name in names:
        assert re.search(rf"create (?:secret generic|configmap) {name} ", docs), name
