"""The sandbox as a whole: a real S3 server and the X API, one folder, nothing left behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import boto3
import pytest
import requests
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError

from pipeline.errors import ConfigError
from pipeline.sandbox.processes import command_line, end_leftover
from pipeline.sandbox.s3 import uses_moto
from pipeline.sandbox.serve import Sandbox, running
from tests.pipeline.sandbox.processes import read_line

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(
    uses_moto(), reason="no SeaweedFS here: moto neither checks keys nor stores data"
)


def _s3(environment: dict[str, str], secret: str | None = None) -> BaseClient:
    """A client that tries again, as the lake's does: a server just started may not have found its volumes yet."""
    return boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=secret or environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
        config=Config(retries={"mode": "standard", "total_max_attempts": 10}),
    )


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running(tmp_path_factory.mktemp("sandbox")) as started:
        yield started


def test_objects_are_stored_and_returned(sandbox: Sandbox) -> None:
    s3 = _s3(sandbox.environment)
    s3.put_object(Bucket="lake", Key="posts/day=2026-11-22/account=1729/x", Body=b"\0\1\2")
    assert s3.get_object(Bucket="lake", Key="posts/day=2026-11-22/account=1729/x")["Body"].read() == b"\0\1\2"


def test_an_existing_object_is_not_overwritten_by_a_conditional_write(sandbox: Sandbox) -> None:
    s3 = _s3(sandbox.environment)
    s3.put_object(Bucket="lake", Key="once", Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket="lake", Key="once", Body=b"second", IfNoneMatch="*")
    assert s3.get_object(Bucket="lake", Key="once")["Body"].read() == b"first"


def test_a_wrong_secret_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        _s3(sandbox.environment, secret="wrong").put_object(Bucket="lake", Key="x", Body=b"")


def test_a_bucket_that_does_not_exist_is_not_created_by_writing_to_it(sandbox: Sandbox) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        _s3(sandbox.environment).put_object(Bucket="pond", Key="x", Body=b"")


def test_the_settings_point_to_both_servers(sandbox: Sandbox) -> None:
    settings = sandbox.environment
    headers = {"Authorization": f"Bearer {settings['X_BEARER_TOKEN']}"}
    answer = requests.get(f"{settings['X_API_URL']}/2/users/by?usernames=nasa", headers=headers, timeout=10)
    assert answer.status_code == 200
    assert settings["AVIARY_LAKE"] == "s3://lake"
    assert settings["AWS_ENDPOINT_URL"] == settings["AWS_ENDPOINT_URL_S3"]


def test_polars_reads_and_writes_through_the_settings(sandbox: Sandbox) -> None:
    script = (
        "import polars as pl; pl.DataFrame({'a': [1, 2]}).write_parquet('s3://lake/t.parquet');"
        "assert pl.read_parquet('s3://lake/t.parquet')['a'].sum() == 3"
    )
    subprocess.run([sys.executable, "-c", script], env=sandbox.whole_environment(), check=True, timeout=60)


def test_an_aws_session_of_the_user_s_own_is_left_out(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "mine")
    monkeypatch.setenv("AWS_PROFILE", "work")
    assert not {"AWS_SESSION_TOKEN", "AWS_PROFILE"} & sandbox.whole_environment().keys()


def test_requests_to_the_loopback_use_no_proxy(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert "127.0.0.1" in sandbox.whole_environment()["no_proxy"].split(",")


def test_both_servers_listen_on_the_loopback_only(sandbox: Sandbox) -> None:
    pids = {sandbox.s3_process.pid, sandbox.x_process.pid}
    addresses = _listening(pids)
    assert len(addresses) >= 3
    assert {address for address in addresses if address != "0100007F"} == set()


def test_a_second_sandbox_on_the_same_folder_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ConfigError, match="another sandbox is running in"), running(sandbox.directory):
        pass
    assert sandbox.s3_process.poll() is None


def test_keys_are_readable_by_their_owner_only(sandbox: Sandbox) -> None:
    assert (sandbox.directory / "sandbox.json").stat().st_mode & 0o077 == 0


def test_another_sandbox_in_another_folder_runs_beside_it_and_leaves_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with running(tmp_path / "other") as other:
        assert other.environment["X_API_URL"] != sandbox.environment["X_API_URL"]
        assert other.environment["X_BEARER_TOKEN"] != sandbox.environment["X_BEARER_TOKEN"]
        _s3(other.environment).put_object(Bucket="lake", Key="only-there", Body=b"")
        pids = [other.s3_process.pid, other.x_process.pid]
    assert [command_line(pid) for pid in pids] == ["", ""]
    with pytest.raises(ClientError, match="NoSuchKey"):
        _s3(sandbox.environment).get_object(Bucket="lake", Key="only-there")


@pytest.mark.heavy
def test_a_later_start_has_the_same_keys_world_and_data(tmp_path: Path) -> None:
    with running(tmp_path, seed=5, story_day=date(2026, 11, 20)) as first:
        _s3(first.environment).put_object(Bucket="lake", Key="kept", Body=b"still here")
    with running(tmp_path, seed=6, story_day=date(2026, 11, 21)) as second:
        for name in ("X_BEARER_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            assert second.environment[name] == first.environment[name]
        assert second.story_day == date(2026, 11, 20)
        assert _s3(second.environment).get_object(Bucket="lake", Key="kept")["Body"].read() == b"still here"


@pytest.mark.heavy
def test_a_killed_sandbox_s_server_is_found_and_stopped_and_its_data_kept(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from pipeline.sandbox.serve import running\n"
        "with running(pathlib.Path(sys.argv[1])) as s:\n"
        "    print(s.s3_process.pid, s.x_process.pid, flush=True); input()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    s3_pid, x_pid = map(int, read_line(parent).split())
    kept = json.loads((tmp_path / "sandbox.json").read_text())
    s3 = _s3(
        {
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{kept['s3_ports'][0]}",
            "AWS_ACCESS_KEY_ID": kept["access_key"],
            "AWS_SECRET_ACCESS_KEY": kept["secret_key"],
            "AWS_REGION": "us-east-1",
        }
    )
    s3.put_object(Bucket="lake", Key="before", Body=b"the kill")
    parent.kill()
    parent.communicate()
    assert "weed" in command_line(s3_pid)
    with running(tmp_path) as again:
        assert command_line(s3_pid) == ""
        assert _s3(again.environment).get_object(Bucket="lake", Key="before")["Body"].read() == b"the kill"
        os.kill(again.s3_process.pid, signal.SIGKILL)
        again.s3_process.wait()
    with running(tmp_path) as last:
        assert _s3(last.environment).get_object(Bucket="lake", Key="before")["Body"].read() == b"the kill"
    assert command_line(x_pid) == ""


def test_another_process_with_the_recorded_id_is_left_alone() -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert end_leftover(other.pid, lambda command: "weed" in command, 1) is False
    assert other.poll() is None
    other.communicate(b"\n")


def test_a_damaged_record_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "sandbox.json").write_text("{")
    with pytest.raises(ConfigError, match=r"is damaged; delete .* to start a new sandbox"), running(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot hold a sandbox's data"), running(tmp_path / "file"):
        pass


def _listening(pids: set[int]) -> list[str]:
    """Return the addresses (hexadecimal, as the kernel writes them) that processes listen on; Linux only."""
    if not Path("/proc/net/tcp").exists():
        pytest.skip("no /proc here to see what is listened on")
    inodes = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                inodes.add(str(link.readlink()))
            except FileNotFoundError:
                continue  # closed since it was listed
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.append(fields[1].split(":")[0])
    return found
