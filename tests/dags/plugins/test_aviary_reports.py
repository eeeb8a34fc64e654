"""The report inside Airflow: a real API server, pages of a private bucket on real S3, and a real Chromium."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.local.airflow import (
    POOLS,
    airflow_environment,
    airflow_home,
    make_private,
    passwords_file,
    start,
    start_command,
)
from pipeline.local.processes import STOP_SECONDS
from pipeline.sandbox.processes import end
from pipeline.sandbox.x.server import serving
from reports import publish
from tests.conftest import DAY
from tests.dags.post import free_port
from tests.reports.folder_lake import fill
from tests.reports.world import TWELVE, world

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PLUGINS = ROOT / "config/airflow/plugins"
START_SECONDS = 600  # a slow machine is no failure
REPORT = f"/aviary/{keys.report(DAY)}"


@dataclass
class Airflow:
    """An API server, the lake whose pages it shows, and the login of its only user."""

    address: str
    lake: Lake
    user: str
    password: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a path as nobody."""
        return httpx.get(f"{self.address}{path}", headers=headers, timeout=60)

    def token(self) -> str:
        """Return the token of the logged-in user."""
        login = {"username": self.user, "password": self.password}
        answer = httpx.post(f"{self.address}/auth/token", json=login, timeout=60)
        return str(answer.json()["access_token"])


@pytest.fixture
def airflow(lake: Lake, tmp_path: Path) -> Iterator[Airflow]:
    fill(lake, world(TWELVE[:2], days=3, every_post=True))
    lake.put("spend/month=2026-11.json", b"{}")
    publish(lake, DAY)
    port = free_port()
    environment = airflow_environment(tmp_path, os.environ, port)
    home = airflow_home(tmp_path, live=False)
    make_private(home)
    address = f"http://127.0.0.1:{port}"
    log = home / "api-server.log"
    process = start(start_command("api-server", POOLS), environment, log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers(address):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        ((user, password),) = json.loads(passwords_file(home).read_text()).items()
        yield Airflow(address, lake, user, password)
    finally:
        end(process, STOP_SECONDS)


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api/v2/version", timeout=5).is_success
    except httpx.TransportError:
        return False


def test_the_report_is_shown_inside_airflow_to_those_who_are_logged_in_and_to_nobody_else(
    airflow: Airflow, browser: Browser
) -> None:
    refuses_who_is_not_logged_in(airflow)
    serves_pages_and_nothing_else(airflow)
    is_reached_from_the_navigation(airflow, browser)


def refuses_who_is_not_logged_in(airflow: Airflow) -> None:
    for path in (REPORT, "/aviary/", "/aviary/nothing", "/aviary/openapi.json", "/aviary/docs"):
        answer = airflow.get(path)
        assert answer.status_code == 401, path
        assert answer.json() == {"detail": "Not authenticated"}
    forged = airflow.get(REPORT, Authorization="Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.")
    assert forged.status_code == 403
    assert airflow.get(REPORT, Cookie="_token=forged").status_code == 403


def serves_pages_and_nothing_else(airflow: Airflow) -> None:
    logged_in = {"Authorization": f"Bearer {airflow.token()}"}
    page = airflow.get(REPORT, **logged_in)
    assert (page.status_code, page.content) == (200, airflow.lake.get(keys.report(DAY)))
    assert page.headers["Content-Encoding"] == "gzip"
    plain = airflow.get(REPORT, **logged_in, **{"Accept-Encoding": "identity"})
    assert (plain.content, "Content-Encoding" in plain.headers) == (page.content, False)
    again = airflow.get(REPORT, **logged_in, **{"If-None-Match": page.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"

    for key in (
        "spend/month=2026-11.json",
        "reports/../spend/month=2026-11.json",
        "reports/%2e%2e/spend/month=2026-11.json",
        f"reports/{DAY}/..%2f..%2fspend/month=2026-11.json",
        "reports/days-2026.json",
        "",
    ):
        assert airflow.get(f"/aviary/{key}", **logged_in).status_code == 404, key

    plugins = airflow.get("/api/v2/plugins/importErrors", **logged_in).json()
    assert plugins["total_entries"] == 0


def is_reached_from_the_navigation(airflow: Airflow, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(START_SECONDS * 1000)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{airflow.address}/auth/login")
    page.fill("input[name=username]", airflow.user)
    page.fill("input[name=password]", airflow.password)
    page.click("button[type=submit]")
    page.get_by_role("link", name="X reports").first.click()
    frame = page.frame_locator("iframe")
    frame.locator("h1", has_text="22 November 2026").wait_for()
    account = TWELVE[0]
    frame.locator(f"a[href*='account-{account.account}.html']").first.click()
    frame.locator("h1", has_text=account.name).wait_for()

    assert [line for line in said if "Content" in line and "Policy" in line] == []


def test_loading_the_plugins_imports_no_web_server_and_no_client_of_s3() -> None:
    """Each process of Airflow loads them, those of tasks too."""
    script = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(PLUGINS)!r}]\n"
        "import aviary_reports, aviary_timetable\n"
        "print(sorted({'fastapi', 'starlette', 'boto3', 'polars'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert printed.stdout.splitlines()[-1] == "[]"


def test_the_task_report_links_to_the_page_of_its_runs_day() -> None:
    from dags.aviary_daily import aviary_daily

    task: Any = aviary_daily().get_task("report")
    (link,) = task.operator_extra_links
    run = SimpleNamespace(run_after=datetime(2026, 11, 25, tzinfo=UTC), data_interval_start=None)
    context: Any = {"dag_run": run, "params": {"day": str(DAY)}}
    task_instance: Any = SimpleNamespace(get_template_context=lambda: context)

    assert link.name == "Report"
    # Relative: the address of Airflow's pages is their base.
    assert link.get_link(task, ti_key=task_instance) == REPORT.removeprefix("/")


def test_what_is_wrong_with_the_lake_is_said_and_the_next_request_tries_again(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import aviary_reports
    from airflow.api_fastapi.app import init_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from airflow.api_fastapi.core_api.security import get_user

    init_auth_manager()
    app = aviary_reports.create_app()
    app.dependency_overrides[get_user] = lambda: SimpleAuthManagerUser(username="viewer", role="VIEWER")
    aviary_reports._open_lake.cache_clear()
    lake, nowhere = environment["AVIARY_LAKE"], "s3://no-such-bucket"
    expected = {
        "": (
            502,
            "AVIARY_LAKE is not set; set it to the bucket to write to, such as s3://my-bucket/aviary",
        ),
        nowhere: (502, f"cannot read {nowhere}/reports/latest.html: S3 answers NoSuchBucket"),
        lake: (404, f"there is no reports/latest.html in {lake}"),
    }
    with serving(app) as address:
        for url, said in expected.items():
            monkeypatch.setenv("AVIARY_LAKE", url)
            answer = httpx.get(f"{address}/{keys.REPORTS_LATEST}", timeout=60)
            assert (answer.status_code, answer.text) == said


class TestPolicy:
    """The header repeats what a page allows itself, and a page that states nothing may do nothing."""

    def test_a_page_states_its_own(self, lake: Lake) -> None:
        from pipeline.lake.web import policy_of

        fill(lake, world(TWELVE[:1], days=1, every_post=True))
        publish(lake, DAY)
        policy = policy_of(lake.get(keys.report(DAY)))
        assert policy.startswith("default-src 'none'; ")
        assert "'sha256-" in policy

    @pytest.mark.parametrize(
        "head",
        [
            "",
            """<meta http-equiv="Content-Security-Policy" content="script-src *">""",
            f"""{"x" * 1000}<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src *">""",
        ],
    )
    def test_any_other_page_is_allowed_nothing(self, head: str) -> None:
        from pipeline.lake.web import NOTHING, policy_of

        assert policy_of(head.encode()) == NOTHING
