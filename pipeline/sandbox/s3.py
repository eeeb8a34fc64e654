"""A real S3 server on the loopback: SeaweedFS, one process, its data in a folder.

It checks signatures and keeps its data over a restart and `kill -9`. Where SeaweedFS has no wheel, moto's
server replaces it, which does neither.
"""

import http
import http.client
import os
import random
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from pipeline.errors import AviaryError
from pipeline.sandbox.processes import MARKER, end

BUCKET = "lake"
REGION = "us-east-1"
_SERVICES = ("s3", "master", "filer", "volume", "admin")
_GRPC_OFFSET = 10_000
# Below the range of outgoing connections (32768 and up), gRPC ports included.
_PORTS = range(20_000, 22_700)
_READY_SECONDS = 20
# It stops in 1.5 s, or waits for a maintenance script of its own that sleeps for 15 s; a kill loses nothing.
_STOP_SECONDS = 3


class S3Server:
    """A running S3 server: its process and its address."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", port: int, ports: Sequence[int], log: Path
    ) -> None:
        self.process = process
        self.address = f"http://127.0.0.1:{port}"
        self.ports = ports
        self._log = log

    def wait_until_ready(self, access_key: str, secret_key: str) -> None:
        """Return when the bucket exists for these keys. Raises `AviaryError`."""
        deadline = time.monotonic() + _READY_SECONDS
        while not _bucket_answers(self.address, access_key, secret_key):
            if self.process.poll() is not None or time.monotonic() > deadline:
                lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
                raise AviaryError(
                    f"the sandbox's S3 server did not start on {self.address}; its log is {self._log}, "
                    f"and ends with: {lines[-1] if lines else 'nothing'}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """End the process and remove the sockets that SeaweedFS leaves in /tmp."""
        end(self.process, _STOP_SECONDS)
        remove_sockets(self.ports)


def uses_moto() -> bool:
    """Whether only moto is available: it loses all data when it stops, and accepts any credentials."""
    return not _weed().exists()


def start(folder: Path, access_key: str, secret_key: str, last_ports: Sequence[int]) -> S3Server:
    """Start the server with its data below `folder` and these keys as its only ones, on its last ports if free."""
    data = folder / "s3"
    data.mkdir(parents=True, exist_ok=True)
    log = folder / "s3.log"
    ports = last_ports if last_ports and _are_free(last_ports) else _free_ports()
    command = _moto_command(ports[0]) if uses_moto() else _weed_command(data, ports)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  our own command
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # ctrl-c in the terminal goes to the sandbox, which then stops this process
            env=_environment(access_key, secret_key),
        )
    return S3Server(process, ports[0], ports, log)


def is_ours(command: str, folder: Path, ports: Sequence[int]) -> bool:
    """Whether a process's command line is that of this folder's server on these ports."""
    seaweed = " mini " in command and f"-dir={folder / 's3'} " in command
    return seaweed or f" -m moto.server -H 127.0.0.1 -p {ports[0]} " in command


def remove_sockets(ports: Sequence[int]) -> None:
    """Remove the files that SeaweedFS leaves in /tmp for its ports."""
    for service, port in zip(_SERVICES, ports, strict=True):
        for name in (
            f"seaweedfs-{service}-{port}.sock",
            f"seaweedfs-{service}-grpc-{port + _GRPC_OFFSET}.sock",
        ):
            (Path("/tmp") / name).unlink(missing_ok=True)  # noqa: S108  where SeaweedFS puts them


def _weed() -> Path:
    return Path(sysconfig.get_path("scripts")) / "weed"


def _weed_command(data: Path, ports: Sequence[int]) -> list[str]:
    return [
        str(_weed()),
        f"-logdir={data}",
        "mini",
        f"-dir={data}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        *(f"-{service}.port={port}" for service, port in zip(_SERVICES, ports, strict=True)),
        f"-bucket={BUCKET}",
        "-admin.ui=false",
        "-webdav=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-s3.autoCreateBucket=false",
        "-s3.allowDeleteBucketNotEmpty=false",
        "-volume.preStopSeconds=0",
        "-master.telemetry=false",
    ]


def _moto_command(port: int) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]


def _environment(access_key: str, secret_key: str) -> dict[str, str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", MARKER) if name in os.environ}
    keys = {"AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": secret_key}
    # It needs 350 MB when busy; with a lower limit it spent three times the CPU on garbage collection.
    return keep | keys | {"GOMEMLIMIT": "1GiB"}


def _free_ports() -> list[int]:
    """Return five free ports in a row whose gRPC ports are free too."""
    for _ in range(200):
        first = random.SystemRandom().choice(_PORTS)
        ports = [first + step for step in range(len(_SERVICES))]
        if _are_free(ports):
            return ports
    raise AviaryError(
        f"no five free ports in a row between {_PORTS.start} and {_PORTS.stop} for the sandbox's S3"
    )


def _are_free(ports: Sequence[int]) -> bool:
    return all(_is_free(port) and _is_free(port + _GRPC_OFFSET) for port in ports)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _bucket_answers(address: str, access_key: str, secret_key: str) -> bool:
    """Request the bucket itself: SeaweedFS answers its health check before it has created the bucket."""
    # moto starts empty: there, the request creates the bucket.
    method = "PUT" if uses_moto() else "HEAD"
    request = AWSRequest(method, f"{address}/{BUCKET}")
    S3SigV4Auth(Credentials(access_key, secret_key), "s3", REGION).add_auth(request)
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=5)
    try:
        connection.request(method, f"/{BUCKET}", headers=dict(request.headers.items()))
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
