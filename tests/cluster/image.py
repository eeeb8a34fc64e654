"""Builds the image where no registry is reached, and runs a day of the sandbox in it.

python -m tests.cluster.image [ROOT]

Its base is made by debootstrap of the same Debian release, in place of the one from the registry, or of ROOT, which an
earlier debootstrap made; Buildah then carries out config/airflow/Containerfile as it stands. Needs root, debootstrap,
buildah (apt-get install) and 6 GB of disk.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.settings import ROOT
from tests.cluster.definitions import CONTAINERFILE

CERTIFICATES = Path(
    "/etc/ssl/certs/ca-certificates.crt"
)  # what this machine trusts, a proxy of its own included
BASE, IMAGE = "localhost/aviary-base", "localhost/aviary-trial"
DAY = """
airflow db migrate
airflow pools import config/airflow/pools.json
airflow dags reserialize
airflow dags list-import-errors --output plain
airflow dags test aviary_daily
"""
CHECKS = {
    "aviary": "aviary --version",
    "airflow": "airflow version",
    "it is not root, and changes nothing of the product": 'test "$(id -u)" = 50000 && ! test -w /opt/aviary/pipeline',
    "all of it is compiled": "for file in $(find config dags pipeline reports -name '*.py'); do "
    'ls "$(dirname $file)/__pycache__/$(basename $file .py)".*.pyc >/dev/null || exit 1; done',
    "a day in Airflow, on the sandbox": f"aviary sandbox --dir /tmp/sandbox -- sh -euc '{DAY}'",
}


@dataclass(frozen=True)
class Buildah:
    """Buildah with a store of its own, whose images nobody else sees."""

    folder: Path

    def run(self, *arguments: str | Path) -> str:
        """Run a command and return what it prints; ends this program with its output when it fails."""
        options: list[str | Path] = ["--root", self.folder / "store", "--runroot", self.folder / "run"]
        command: list[str | Path] = ["buildah", *options, *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{arguments[0]} failed ({done.returncode}): {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout.strip()

    def inside(self, container: str, command: str, *options: str) -> str:
        """Run a shell's command in a container."""
        return self.run("run", "--isolation", "chroot", *options, container, "--", "sh", "-c", command)


@contextmanager
def store() -> Iterator[Buildah]:
    """Provide Buildah, and leave nothing of it."""
    folder = Path(tempfile.mkdtemp(prefix="aviary-image-", dir="/var/tmp"))
    buildah = Buildah(folder)
    try:
        yield buildah
    finally:
        subprocess.run(
            ["buildah", "--root", folder / "store", "--runroot", folder / "run", "rm", "--all"], check=False
        )
        mounted = folder / "store/overlay"
        if mounted.is_mount():
            subprocess.run(["umount", mounted], check=False)
        shutil.rmtree(folder)


def make_base(buildah: Buildah, root: Path | None) -> None:
    """Make what the Containerfile begins with of `root`, or of the same Debian release by debootstrap."""
    if not root:
        found = re.search(r"^ARG BASE=\S+:([a-z]+)-", CONTAINERFILE.read_text(encoding="utf-8"), re.MULTILINE)
        assert found
        root = buildah.folder / "root"
        command: list[str | Path] = ["debootstrap", "--variant=minbase", found[1], root]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    empty = buildah.run("from", "scratch")
    buildah.run("add", "--quiet", empty, root, "/")
    buildah.run("add", "--quiet", empty, CERTIFICATES, "/usr/local/share/ca-certificates/this-machine.crt")
    buildah.run("commit", "--quiet", "--rm", empty, BASE)


def main(arguments: Sequence[str]) -> None:
    """Build the image and try it; prints what each step took."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        sys.exit(__doc__)
    missing = [program for program in ("debootstrap", "buildah") if not shutil.which(program)]
    if missing or os.geteuid():
        sys.exit("needs root, debootstrap and buildah: apt-get install debootstrap buildah")
    with store() as buildah:
        began = time.monotonic()
        make_base(buildah, Path(arguments[0]) if arguments else None)
        report(began, "base made")
        began = time.monotonic()
        options = ["--isolation", "chroot", "--pull-never", "--build-arg", f"BASE={BASE}"]
        buildah.run("bud", "--quiet", *options, "-f", CONTAINERFILE, "-t", IMAGE, ".")
        report(began, "image built")
        container = buildah.run("from", "--pull-never", IMAGE)
        folder = buildah.folder / "accounts"
        folder.mkdir()
        shutil.copy(ROOT / "accounts.yaml", folder)
        buildah.folder.chmod(0o755)
        for name, command in CHECKS.items():
            began = time.monotonic()
            told = buildah.inside(container, command, "--volume", f"{folder}:/etc/aviary:ro")
            report(began, name, told.splitlines()[-1] if told else "")


def report(began: float, name: str, told: str = "") -> None:
    """Print what was done, and how long it took."""
    print(f"{time.monotonic() - began:5.0f} s  {name}{': ' if told else ''}{told}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
