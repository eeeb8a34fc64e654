"""`./aviary` runs from any folder, and says what to do before the environment is there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.imports import PACKAGES, files

ROOT = Path(__file__).parents[3]
_SHOWS_ITS_PART = """#!/bin/sh
echo "$AVIARY_ENV_FILE|$PYTHONPATH|$*"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose interpreter prints what it is given: the env file, the path, the arguments."""
    interpreter = tmp_path / "a checkout" / ".venv" / "bin" / "python"
    interpreter.parent.mkdir(parents=True)
    interpreter.write_text(_SHOWS_ITS_PART)
    interpreter.chmod(0o755)
    root = tmp_path / "a checkout"
    shutil.copy(ROOT / "aviary", root)
    return root


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that has nothing to do with the checkout."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def run(program: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_works_from_another_folder_by_any_name(checkout: Path, elsewhere: Path) -> None:
    link = elsewhere / "linked"
    link.symlink_to(checkout / "aviary")
    for program in (checkout / "aviary", link):
        done = run(program, "explain", "--text", "two words", folder=elsewhere)
        assert done.stdout == f"{checkout}/.env|{checkout}|-m pipeline explain --text two words\n"


def test_the_folder_s_own_env_file_goes_before_the_checkout_s(checkout: Path, elsewhere: Path) -> None:
    (elsewhere / ".env").touch()
    assert run(checkout / "aviary", folder=elsewhere).stdout == f"|{checkout}|-m pipeline\n"


def test_without_an_environment_it_is_one_line_and_exit_code_2(checkout: Path, elsewhere: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    done = run(checkout / "aviary", "check", folder=elsewhere)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"Aviary is not installed yet; run: make -C '{checkout}' install\n"


def test_a_command_really_runs_with_paths_of_the_folder_it_is_started_in(elsewhere: Path) -> None:
    (elsewhere / "mine.yaml").write_text("accounts: [nasa]\n")
    done = run(ROOT / "aviary", "check", "--accounts", "mine.yaml", folder=elsewhere)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("mine.yaml: 1 accounts, timezone UTC\n")


def test_no_message_and_no_page_names_a_command_that_only_works_in_the_environment() -> None:
    named = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in (*files(*PACKAGES), ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"python -m pipeline [a-z]", line)
    ]
    assert named == [], "write ./aviary COMMAND"
