"""Archives of releases for the trial: that of the last commit, and others made from it."""

import hashlib
import re
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.settings import ROOT


@dataclass(frozen=True)
class Release:
    """An archive that install.sh installs."""

    archive: Path
    version: str

    @property
    def sha256(self) -> str:
        """Its checksum."""
        return hashlib.sha256(self.archive.read_bytes()).hexdigest()


def of_last_commit(folder: Path) -> Release:
    """Build it as `make archive` does."""
    told = subprocess.run(
        ["make", "--silent", "archive"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    made = ROOT / told.stdout.split()[-1]
    copied = folder / made.name
    copied.write_bytes(made.read_bytes())
    return Release(copied, made.name.removeprefix("aviary-").removesuffix("-release.tar.gz"))


def changed(release: Release, version: str, changes: Mapping[str, tuple[str, str]] | None = None) -> Release:
    """Return another release: its version, and in each file of `changes` a text replaced by another."""
    folder = release.archive.parent / version
    with tarfile.open(release.archive) as archive:
        archive.extractall(folder, filter="data")
    told = folder / "aviary/pipeline/version.py"
    told.write_text(
        re.sub(r'^(VERSION.*)"[^"]*"$', rf'\g<1>"{version}"', told.read_text(), flags=re.MULTILINE)
    )
    for name, (old, new) in (changes or {}).items():
        file = folder / "aviary" / name
        text = file.read_text()
        assert old in text, name
        file.write_text(text.replace(old, new))
    made = release.archive.with_name(f"aviary-{version}-release.tar.gz")
    with tarfile.open(made, "w:gz") as archive:
        archive.add(folder / "aviary", "aviary")
    return Release(made, version)
