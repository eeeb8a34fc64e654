"""The built distribution has every file of the product, and runs away from the repository."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline.version import VERSION
from tests.conftest import MORNING_AFTER

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[1]
PACKAGES = ("dags", "pipeline", "reports")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the wheel installs. Built with the setuptools of this environment, which needs no network."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("made")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("LICENSE", "README.md", "pyproject.toml"):
        shutil.copy(ROOT / file, source)
    build = "from setuptools.build_meta import build_wheel; import sys; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, made], cwd=source, check=True, capture_output=True)
    [wheel] = made.glob("*.whl")
    assert wheel.name.startswith(f"aviary-{VERSION}-")
    zipfile.ZipFile(wheel).extractall(made / "installed")
    return made / "installed"


def test_every_file_of_the_product_is_in_it(unpacked: Path) -> None:
    there = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    installed = {str(file.relative_to(unpacked)) for file in unpacked.rglob("*") if file.is_file()}
    assert {name for name in installed if ".dist-info" not in name} == there


def test_it_runs_where_there_is_no_repository(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "accounts.yaml").write_text("accounts: [nasa]\n", encoding="utf-8")
    for arguments, said in ((["--version"], f"aviary {VERSION}\n"), (["check"], "accounts.yaml: 1 accounts")):
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": str(unpacked), "AVIARY_NOW": MORNING_AFTER},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(said)
