"""The roles of the AWS stack allow what Aviary and its machine ask of AWS, and nothing that they do not ask for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import botocore.handlers
import fetch_secret
import pytest
import report_is_there
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame
from pipeline.lake.session import shared_client, shared_session
from pipeline.schema import POSTS
from tests.aws.calls import Call, Statement, call_of, statements
from tests.aws.stack import RELEASE, SHA256, create, machine_statements, nobodys_aws, policy_document
from tests.conftest import DAY
from tests.promises.days import write_accounts

pytestmark = pytest.mark.slow

BUCKET, PREFIX = "a-lake-of-roles", "aviary/"
# What AWS's agent asks for, by AWS's documentation of Session Manager; it cannot run here.
OF_THE_AGENT = {
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}


@contextmanager
def written_down() -> Iterator[list[Call]]:
    """Write down what boto3's clients that are made within ask AWS for."""
    calls: list[Call] = []

    def note(request: Any, **_: Any) -> None:
        headers = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        body = request.body if isinstance(request.body, bytes) else b""
        calls.append(call_of(request.method, request.url, headers, body))

    handler = ("before-send", note)
    botocore.handlers.BUILTIN_HANDLERS.insert(0, handler)
    _new_sessions()
    try:
        yield calls
    finally:
        botocore.handlers.BUILTIN_HANDLERS.remove(handler)
        _new_sessions()


def _new_sessions() -> None:
    """Have the next clients made by sessions of their own: one that exists keeps the handlers it began with."""
    shared_client.cache_clear()
    shared_session.cache_clear()
    boto3.setup_default_session()


@pytest.fixture
def bucket(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A bucket on a real S3 server that keeps older versions, as the stack's does; an object lies in it each."""
    client = boto3.client("s3", endpoint_url=environment["AWS_ENDPOINT_URL_S3"])
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    client.put_object(Bucket=BUCKET, Key=f"deploy/{RELEASE}", Body=b"a release")
    monkeypatch.setenv("AVIARY_LAKE", f"s3://{BUCKET}/{PREFIX}")
    return Lake(f"s3://{BUCKET}/{PREFIX}")


def command(*arguments: str) -> None:
    """Run a command of Aviary's in this process."""
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output


def aviarys_work(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check, run a day, look for its report, read by SQL, forget a post."""
    command("check", "--live", "--yes")
    command("run", "--day", str(DAY))
    monkeypatch.setenv("AVIARY_NOW", "2026-11-23T08:00:00Z")
    command("check", "--fresh")
    posts = find_frame(lake, keys.posts(DAY, "pixelforge"), POSTS)
    assert posts is not None
    command("forget", "--post", posts["post_id"][0], "--yes")


def machines_work(folder: Path) -> None:
    """Fetch a release as install.sh does, and write and read a task's log as Airflow does."""
    session = boto3.Session()
    session.client("s3").download_file(BUCKET, f"deploy/{RELEASE}", str(folder / RELEASE))
    from airflow.providers.amazon.aws.log.s3_task_handler import S3RemoteLogIO

    logs = S3RemoteLogIO(
        remote_base=f"s3://{BUCKET}/logs/airflow", base_log_folder=folder, delete_local_copy=False
    )
    for line in ("first\n", "second\n"):
        (folder / "task.log").write_text(line)
        logs.upload(folder / "task.log")
    _, found = logs.read("task.log", None)
    assert found == ["first\nsecond\n"]


def secret_and_metric(outputs: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what the machine asks of Secrets Manager and CloudWatch."""
    monkeypatch.setenv("AVIARY_SECRET", outputs["Secret"])
    monkeypatch.setattr(sys, "argv", ["fetch_secret.py", str(folder / "secret.env")])
    fetch_secret.main()
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with pytest.raises(SystemExit):
        report_is_there.main()


def unused(allowed: list[Statement], calls: list[Call]) -> set[str]:
    """Return the actions of each statement that none of the calls needs."""
    return {
        action
        for statement in allowed
        for action in statement.actions
        if not any(call.action == action and statement.allows(call) for call in calls)
    }


def test_the_roles_allow_what_is_asked_for_and_nothing_else(
    bucket: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(tmp_path, monkeypatch, "accounts: [pixelforge]\n")
    with written_down() as by_aviary:
        aviarys_work(bucket, monkeypatch)
    with written_down() as by_machine:
        machines_work(tmp_path)
    with nobodys_aws():
        outputs = create(BUCKET, PREFIX, Release=RELEASE, ReleaseSha256=SHA256)
        with written_down() as by_scripts:
            secret_and_metric(outputs, tmp_path, monkeypatch)
        lakes, machines = (
            statements(policy_document(outputs["Policy"])),
            machine_statements(),
        )

    assert by_aviary
    assert [call for call in by_aviary if not any(one.allows(call) for one in lakes)] == []
    assert unused(lakes, by_aviary) == set()
    beside = by_machine + by_scripts
    assert [call for call in beside if not any(one.allows(call) for one in machines)] == []
    assert unused(machines, by_aviary + beside) == OF_THE_AGENT


def test_the_lakes_policy_reaches_no_other_folder_of_the_bucket() -> None:
    with nobodys_aws():
        (objects, _) = statements(policy_document(create("a-lake", "aviary/")["Policy"]))
    assert objects.allows(Call("s3:GetObject", "arn:aws:s3:::a-lake/aviary/posts"))
    assert not objects.allows(Call("s3:GetObject", "arn:aws:s3:::a-lake/deploy/accounts.yaml"))
    assert not objects.allows(Call("s3:GetObject", "arn:aws:s3:::another/aviary/posts"))
