"""The Compose file is well-formed, keeps its servers and secrets to itself, and starts nothing that costs."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from pipeline.settings import ROOT
from tests.cluster.definitions import AIRFLOW, COMPOSE, INSIDE, read_settings, read_yaml

AVIARY = ("init", "api-server", "scheduler", "dag-processor", "worker")
SERVERS = ("postgres", "redis")
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:[?-][^}]*)?\}")
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|KEY|CONN$|BACKEND|BROKER_URL")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """What it starts, by name."""
    found: dict[str, Any] = read_yaml(COMPOSE)["services"]
    assert set(found) == {*AVIARY, *SERVERS}
    return found


def test_it_is_what_the_compose_specification_allows() -> None:
    program = os.environ.get("CHECK_JSONSCHEMA")
    if not program:
        pytest.skip(
            "CHECK_JSONSCHEMA does not name the program (pip install check-jsonschema, in its own environment)"
        )
    checked = subprocess.run(
        [program, "--builtin-schema", "vendor.compose-spec", COMPOSE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_what_has_to_be_set_says_how_and_stands_in_the_docs() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    ends = {
        name: [end for found, end in VARIABLE.findall(text) if found == name]
        for name, _ in VARIABLE.findall(text)
    }
    required = {
        name for name, found in ends.items() if any(end.startswith(":?set it in .env, to ") for end in found)
    }
    optional = {name for name, found in ends.items() if all(end.startswith(":-") for end in found)}
    assert required | optional == set(ends)
    assert len(required) == 8
    docs = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert not [name for name in required if f"{name}=" not in docs]


def test_no_secret_is_written_in_it(services: dict[str, Any]) -> None:
    given = {key: value for name in services for key, value in services[name].get("environment", {}).items()}
    secrets = {key: value for key, value in given.items() if SECRET.search(key) and not key.endswith("_FILE")}
    assert len(secrets) >= 10
    for key, value in secrets.items():
        assert value is None or VARIABLE.search(value), key


def test_it_is_reached_from_this_machine_only_and_its_servers_from_none(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"api-server": ["127.0.0.1:${AVIARY_PORT:-8080}:8080"]}
    assert read_yaml(COMPOSE)["networks"]["inside"] == {"internal": True}
    assert {tuple(services[name]["networks"]) for name in SERVERS} == {("inside",)}


def test_nothing_is_read_from_x_before_the_dag_is_switched_on(services: dict[str, Any]) -> None:
    for name in AVIARY:
        assert services[name]["environment"]["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] == "True"
    assert not [name for name in services if "unpause" in str(services[name].get("command"))]


def test_its_settings_are_those_that_the_distributed_test_runs(services: dict[str, Any]) -> None:
    settings = read_settings("airflow.env") | read_settings("cluster.env")
    for name in AVIARY:
        assert services[name]["env_file"] == ["airflow.env", "cluster.env"]
        other = {
            key for key in services[name]["environment"].keys() & settings if key != "AIRFLOW__API__HOST"
        }
        assert not other, f"{name} has settings of its own for {other}"
    head = (AIRFLOW / "cluster.env").read_text(encoding="utf-8").split("AIRFLOW__CORE__EXECUTOR=")[0]
    assert set(re.findall(r"AIRFLOW__[A-Z_]+", head)) <= services["worker"]["environment"].keys()


def test_two_workers_load_once_what_their_tasks_inherit(services: dict[str, Any]) -> None:
    worker = services["worker"]
    assert worker["deploy"]["replicas"] == 2
    assert "container_name" not in worker  # it could not be scaled
    folder = worker["environment"]["PYTHONPATH"].split(":")[1].replace(INSIDE, str(ROOT))
    assert (ROOT / folder / "airflow_local_settings.py").is_file()


def test_each_service_says_whether_it_is_healthy_and_waits_for_what_it_needs(
    services: dict[str, Any],
) -> None:
    assert {name for name in services if "healthcheck" not in services[name]} == {"init"}
    assert services["api-server"]["depends_on"] == {"init": {"condition": "service_completed_successfully"}}
    for name in ("scheduler", "dag-processor", "worker"):
        assert services[name]["depends_on"]["api-server"] == {"condition": "service_healthy"}
    for service in services.values():
        named = re.findall(
            r"config/\S+\.(?:py|json)", f"{service.get('command')} {service.get('healthcheck')}"
        )
        assert all((ROOT / file.strip("',")).is_file() for file in named)


HEALTH = b'{"metadatabase": {"status": "healthy"}, "scheduler": {"status": "unhealthy"}, "triggerer": {"status": null}}'


class Answer(BaseHTTPRequestHandler):
    """Answers as Airflow's API server does."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api/v2/monitor/health" else 404)
        self.end_headers()
        self.wfile.write(HEALTH)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@contextmanager
def answering() -> Iterator[str]:
    """Serve the answer on loopback."""
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/execution/"
        server.shutdown()


def asked(address: str, service: str) -> "subprocess.CompletedProcess[str]":
    """Return what a container's health check says."""
    return subprocess.run(
        [sys.executable, "-P", AIRFLOW / "health.py", service],
        env={"AIRFLOW__CORE__EXECUTION_API_SERVER_URL": address},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_service_is_as_healthy_as_the_api_server_says() -> None:
    with answering() as address:
        assert (asked(address, "metadatabase").returncode, asked(address, "metadatabase").stderr) == (0, "")
        for service, said in {
            "scheduler": "unhealthy",
            "triggerer": "not running",
            "dag_processor": "not running",
        }.items():
            found = asked(address, service)
            assert (found.returncode, found.stderr) == (1, f"{service}: {said}\n")
    gone = asked(address, "scheduler")
    assert gone.returncode == 1
    assert len(gone.stderr.splitlines()) == 1
    assert "did not answer" in gone.stderr
