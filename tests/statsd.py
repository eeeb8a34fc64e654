"""The StatsD daemon, which collects Airflow's metrics: `STATSD` names its stats.js (.ci/run installs it)."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.sandbox.processes import end

VARIABLE = "STATSD"
_CONFIG = (
    '{{address: "127.0.0.1", port: {port}, mgmt_address: "127.0.0.1", mgmt_port: {mgmt_port}, '
    'backends: ["./backends/console"], flushInterval: 3600000, title: false}}'
)


@dataclass(frozen=True)
class Statsd:
    """A running daemon, which keeps every metric since it began."""

    port: int
    mgmt_port: int

    @property
    def settings(self) -> dict[str, str]:
        """Airflow's settings that send its metrics there."""
        return {
            "AIRFLOW__METRICS__STATSD_ON": "True",
            "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
            "AIRFLOW__METRICS__STATSD_PORT": str(self.port),
        }

    def gauges(self) -> dict[str, float]:
        """Return the last value of each gauge, by its name as the daemon has it."""
        with socket.create_connection(("127.0.0.1", self.mgmt_port), timeout=10) as connection:
            connection.sendall(b"gauges\n")
            told = b""
            while not told.rstrip().endswith(b"END"):
                told += connection.recv(65536)
        return {
            name: float(value) for name, value in re.findall(r"'?([\w.-]+)'?: (-?[\d.e+-]+)", told.decode())
        }

    def send(self, message: str) -> None:
        """Send one message as a client would, such as "name:1|g"."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(message.encode(), ("127.0.0.1", self.port))


@contextmanager
def running_statsd(folder: Path) -> Iterator[Statsd]:
    """Run the daemon on loopback; skips the test where it is not installed."""
    script, node = os.environ.get(VARIABLE), shutil.which("node")
    if not (script and node):
        pytest.skip(
            f"{VARIABLE} names no stats.js: npm install --no-save --prefix DIR statsd@0.9.0 (needs node)"
        )
    statsd = Statsd(_free_port(socket.SOCK_DGRAM), _free_port(socket.SOCK_STREAM))
    config = folder / "statsd.js"
    config.write_text(_CONFIG.format(port=statsd.port, mgmt_port=statsd.mgmt_port))
    process = subprocess.Popen([node, script, config], stdout=subprocess.DEVNULL)
    try:
        _wait_until_ready(statsd, process)
        yield statsd
    finally:
        end(process)


def _wait_until_ready(statsd: Statsd, process: "subprocess.Popen[bytes]") -> None:
    """Return once the daemon has what it was sent: it opens its ports after it has said that it is up."""
    while process.poll() is None:
        statsd.send("ready:1|g")
        with suppress(ConnectionRefusedError):
            if "ready" in statsd.gauges():
                return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    pytest.fail(f"statsd ended with {process.returncode}")


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
