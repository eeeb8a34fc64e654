"""What git's hook, the editors' settings and the dev container name is there, and the hook checks what is committed."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HOOK = Path(".githooks") / "pre-commit"
# As `make` does: without `-o install`, checking would install.
STUB = "install:\n\t@touch installed\n\ncheck: install\n\t@grep -q right words.txt && ! test -e installed\n"


def read_json(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / name).read_text(encoding="utf-8"))
    return found


def git(repository: Path, *arguments: str) -> int:
    author = {
        f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    nothing_of_the_user = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        ["git", *arguments], cwd=repository, env=plain | author | nothing_of_the_user, check=False
    ).returncode


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the hook switched on, as CONTRIBUTING.md says, and a check that wants the word "right"."""
    [command] = re.findall(
        r"`git (config core\.hooksPath \S+)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    )
    git(tmp_path, "init", "--quiet")
    (tmp_path / HOOK).parent.mkdir()
    shutil.copy(ROOT / HOOK, tmp_path / HOOK)
    (tmp_path / "Makefile").write_text(STUB)
    git(tmp_path, *command.split())
    return tmp_path


@pytest.mark.parametrize(("staged", "in_the_file", "refused"), [("right", "wrong", 0), ("wrong", "right", 1)])
def test_the_hook_checks_what_is_committed_and_installs_nothing(
    repository: Path, staged: str, in_the_file: str, refused: int
) -> None:
    words = repository / "words.txt"
    words.write_text(staged)
    git(repository, "add", "--all")
    words.write_text(in_the_file)
    assert git(repository, "commit", "--quiet", "-m", "words") == refused
    assert words.read_text() == in_the_file
    assert not (repository / "installed").exists()


def test_what_editors_are_told_is_there() -> None:
    settings = read_json(".vscode/settings.json")
    venv = re.search(r"^VENV := (\S+)$", MAKEFILE, re.MULTILINE)
    assert venv
    assert settings["python.defaultInterpreterPath"] == f"${{workspaceFolder}}/{venv[1]}/bin/python"
    for schema, described in settings["yaml.schemas"].items():
        assert (ROOT / schema).is_file()
        assert (ROOT / described).is_file()


def test_editors_wrap_where_the_formatter_does() -> None:
    config = ConfigParser()
    config.read_string((ROOT / ".editorconfig").read_text(encoding="utf-8").partition("\n")[2])
    assert config.getint("*.py", "max_line_length") == PROJECT["tool"]["ruff"]["line-length"]


def test_the_dev_container_has_a_python_that_aviary_runs_on_and_what_editors_recommend() -> None:
    container = read_json(".devcontainer/devcontainer.json")
    version = re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:3-(3\.\d+)-[a-z]+", container["image"])
    assert version
    assert f"python{version[1]} " in MAKEFILE.replace(";", " ")
    targets = re.findall(r"make (\S+)", container["postCreateCommand"])
    assert targets
    assert all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in targets)
    assert container["forwardPorts"] == [
        int(port) for port in re.findall(r"\$\(or \$\(PORT\),(\d+)\)", MAKEFILE)
    ]
    recommended = read_json(".vscode/extensions.json")["recommendations"]
    assert container["customizations"]["vscode"]["extensions"] == recommended
