"""Redis and PostgreSQL on loopback, each with its data in a folder of its own; a test skips where they are missing."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.sandbox.processes import end
from tests.bench.airflow_dag import free_port

USER = "airflow"  # of the database; only loopback reaches it, and the test's own data is all it has


@dataclass(frozen=True)
class Postgres:
    """A running server with an empty database."""

    programs: Path
    port: int

    @property
    def address(self) -> str:
        """The address for SQLAlchemy, after its dialect."""
        return f"{USER}@127.0.0.1:{self.port}/postgres"

    def query(self, statement: str) -> list[list[str]]:
        """Return rows, every value as text."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-d", "postgres"]
        told = subprocess.run(
            [self.programs / "psql", "-XAt", "-F", "\t", *where, "-c", statement],
            capture_output=True,
            text=True,
            check=True,
        )
        return [line.split("\t") for line in told.stdout.splitlines()]


def require_servers() -> tuple[Path, str]:
    """Return the folder of PostgreSQL's programs and the program of Redis. Skips the test without them."""
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")), Path(shutil.which("initdb") or "")]
    redis = shutil.which("redis-server")
    if not (found[0].name and redis):
        pytest.skip("needs redis-server and postgresql (apt-get install redis-server postgresql)")
    return found[0].parent, redis


@contextmanager
def running_postgres(programs: Path) -> Iterator[Postgres]:
    """Run PostgreSQL, which refuses to run as root: then as the user that its package makes."""
    owner = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    # Not below pytest's folder, which only this user may enter.
    with tempfile.TemporaryDirectory(prefix="aviary-postgres-") as name:
        folder, port = Path(name), free_port()
        shutil.chown(folder, owner)
        data = folder / "data"
        user, group = (owner, pwd.getpwnam(owner).pw_gid) if os.geteuid() == 0 else (None, None)
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", USER, "--auth", "trust", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            user=user,
            group=group,
        )
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": folder,
            "max_connections": 200,
            "fsync": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *options],
                stdout=log,
                stderr=log,
                cwd=folder,
                user=user,
                group=group,
            )
        try:
            ready: list[Path | str] = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
            _wait_until_ready(server, ready, folder / "log")
            yield Postgres(programs, port)
        finally:
            end(server)


@contextmanager
def running_redis(program: str, folder: Path) -> Iterator[int]:
    """Run Redis, which keeps nothing on disk, and yield its port."""
    port, log = free_port(), folder / "redis.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"],
            stdout=output,
            stderr=output,
            cwd=folder,
        )
    try:
        ready = [str(Path(program).with_name("redis-cli")), "-h", "127.0.0.1", "-p", str(port), "-e", "ping"]
        _wait_until_ready(server, ready, log)
        yield port
    finally:
        end(server)


def _wait_until_ready(server: "subprocess.Popen[bytes]", ready: Sequence[Path | str], log: Path) -> None:
    while subprocess.run(ready, capture_output=True, check=False).returncode:
        if server.poll() is not None:
            pytest.fail(f"{log.name} of a server that ended: {log.read_text(errors='replace')[-2000:]}")
