"""What install.sh decides, by its own functions; `python -m tests.aws` runs the whole of it."""

import os
import subprocess

import pytest

from pipeline.settings import ROOT


def test_the_install_is_a_script_that_bash_understands() -> None:
    subprocess.run(["bash", "-n", ROOT / "config/aws/install.sh"], check=True)


def run_in_install(script: str, **environment: str) -> str:
    """Run a script among the functions of install.sh, and return what it prints."""
    functions = (ROOT / "config/aws/install.sh").read_text().replace('\nmain "$@"\n', "\n")
    done = subprocess.run(
        ["bash"],
        input=functions + script,
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_a_release_whose_dag_cannot_be_imported_is_told_apart_from_one_that_is_not_up_yet() -> None:
    """Its scheduler has ended too, as it imports the DAG."""
    stubs = 'services() { return 3; }\nsql() { echo "$broken_dag"; }\nbegan=2026-11-28T00:00:00\n'
    told = run_in_install(stubs + "unhealthy 0.2.0\n", broken_dag="No module named 'not_there'")
    assert told == "BROKEN DAG: No module named 'not_there'\n"
    told = run_in_install(stubs + "unhealthy 0.2.0\n", broken_dag="")
    assert told == "aviary-api-server@0.2.0.service does not run\n"


@pytest.mark.parametrize(("limit", "back"), [("30", "300"), ("900", "900"), ("", "300")])
def test_a_short_limit_for_the_new_release_is_not_one_for_going_back(limit: str, back: str) -> None:
    stubs = 'stop() { :; }\nrestore_database() { :; }\nbring_up() { echo "up $*"; }\nversion=2 before=1\n'
    told = run_in_install(stubs + "go_back\n", AVIARY_HEALTHY_WITHIN=limit)
    assert f"up 1 {back}\n" in told
