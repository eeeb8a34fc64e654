"""A clean Debian root for the trial: debootstrap's, with processes and mounts of its own, which end with it."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SUITE = "bookworm"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# The first process of the root collects those whose parents have ended; what it does not end, the kernel does.
_FIRST = (
    "mount -t proc proc /proc && mkdir -p /dev/shm && mount -t tmpfs shm /dev/shm && sleep infinity & wait"
)


@dataclass(frozen=True)
class Root:
    """A running root; `first` is the process that all others of it end with."""

    folder: Path
    first: int

    def run(
        self, *command: str, environment: Mapping[str, str] | None = None, check: bool = True
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command as root in it."""
        enter = ["nsenter", "--target", str(self.first), "--mount", "--pid", "--root", "--wd"]
        return subprocess.run(
            [*enter, *command],
            env={"PATH": _PATH, "LANG": "C.UTF-8", "HOME": "/root", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=check,
        )

    def write(self, path: str, text: str) -> None:
        """Write a file in it."""
        file = self.folder / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def make(folder: Path) -> None:
    """Make a root with Debian's smallest set of packages, unless there is one."""
    if not (folder / "etc/debian_version").exists():
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        command = ["debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, str(part)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        part.rename(folder)


@contextmanager
def running(folder: Path) -> Iterator[Root]:
    """Run its first process until the block ends."""
    # How this machine reaches package servers is its own affair: its certificates and pip's settings come along.
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
    for name in ("etc/pip.conf", "etc/hosts"):
        if Path("/", name).exists():
            shutil.copy(Path("/", name), folder / name)
    if Path("/etc/ssl/certs/ca-certificates.crt").exists():
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", folder / "etc/ssl/certs/ca-certificates.crt")
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--root", str(folder)]
    outer = subprocess.Popen([*namespaces, "bash", "-c", _FIRST], env={"PATH": _PATH})
    try:
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
        while not (found := children.read_text().split()):
            os.sched_yield()
        root = Root(folder, int(found[0]))
        while root.run("test", "-e", "/proc/self", check=False).returncode:
            os.sched_yield()
        yield root
    finally:
        outer.kill()  # and with it, by --kill-child, the first process
        outer.wait()
