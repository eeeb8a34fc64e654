"""Sample data and X each have an Airflow of their own, whose logins only its owner reads."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from pipeline.local.airflow import airflow_environment, airflow_home, make_private, passwords_file
from pipeline.local.up import announcement
from pipeline.settings import Settings

SANDBOX = Settings.model_construct()
LIVE = Settings.model_construct(x_bearer_token=SecretStr("a-token"), aviary_lake="s3://lake")


def test_live_reading_and_the_sandbox_share_no_state(tmp_path: Path) -> None:
    homes = {airflow_environment(tmp_path, {}, live=live)["AIRFLOW_HOME"] for live in (True, False)}
    assert homes == {str(tmp_path / "airflow"), str(tmp_path / "airflow-live")}


def test_the_state_of_earlier_versions_becomes_the_sandboxes_aloud(tmp_path: Path) -> None:
    (tmp_path / "airflow").mkdir()
    (tmp_path / "airflow" / "airflow.db").touch()

    assert len(announcement(SANDBOX, tmp_path)) == 1
    told = announcement(LIVE, tmp_path)
    assert "is the sandbox's from now on" in told[1]
    assert "switched off until you switch it on" in told[1]

    make_private(airflow_home(tmp_path, live=True))
    assert announcement(LIVE, tmp_path) == told  # Airflow has not made its database yet
    (tmp_path / "airflow-live" / "airflow.db").touch()
    assert announcement(LIVE, tmp_path) == told[:1]


def test_without_state_of_earlier_versions_nothing_is_said_of_it(tmp_path: Path) -> None:
    assert len(announcement(LIVE, tmp_path)) == 1


@pytest.mark.parametrize("before", [None, 0o644])
def test_the_passwords_are_their_owners_alone(tmp_path: Path, before: int | None) -> None:
    home = tmp_path / "airflow"
    if before:
        home.mkdir(mode=0o755)
        passwords_file(home).write_text('{"admin": "a-password"}')
        passwords_file(home).chmod(before)

    make_private(home)

    assert stat.S_IMODE(passwords_file(home).stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert passwords_file(home).read_text() == ('{"admin": "a-password"}' if before else "")


def test_airflows_commands_do_not_warn_of_a_missing_graphviz_and_keep_the_users_own_filters() -> None:
    environment = airflow_environment(Path("state"), {"PYTHONWARNINGS": "error::BytesWarning"})
    warn = "import warnings\nfor each in ('graphviz. Rendering', 'other'): warnings.warn(f'Could not import {each}')"
    shown = subprocess.run(
        [sys.executable, "-c", warn + "\nprint(warnings.filters[0])"],
        env={"PYTHONWARNINGS": environment["PYTHONWARNINGS"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "graphviz" not in shown.stderr
    assert "Could not import other" in shown.stderr
    assert "BytesWarning" in shown.stdout


def test_a_task_waits_for_airflows_own_api_as_long_on_one_machine_as_past_it() -> None:
    """An API server that is started again makes its routes while tasks ask it: longer than Airflow's five seconds."""
    waited = airflow_environment(Path("state"), {})["AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT"]
    assert float(waited) >= 30
