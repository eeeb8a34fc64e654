"""The machine of the AWS stack: what it is made of, what it installs, and what tells that no report came."""

import base64
import hashlib
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import fetch_secret
import pytest
import report_is_there
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import ROOT
from tests.aws.services import Unit, parse, read_environment
from tests.aws.stack import RELEASE, SHA256, create, nobodys_aws, read_resources

UNITS = ROOT / "config/aws/systemd"
SERVICES = ("api-server", "scheduler", "dag-processor")


@pytest.fixture(scope="module")
def machine() -> Iterator[dict[str, Any]]:
    """The machine of a stack, as EC2 has it."""
    with nobodys_aws():
        outputs = create(
            "a-lake", "aviary/", Release=RELEASE, ReleaseSha256=SHA256, AlarmMail="team@example.org"
        )
        ec2 = boto3.client("ec2")
        (found,) = ec2.describe_instances(InstanceIds=[outputs["Machine"]])["Reservations"][0]["Instances"]
        yield found


def test_no_port_is_open(machine: dict[str, Any]) -> None:
    ec2 = boto3.client("ec2")
    groups = [group["GroupId"] for group in machine["SecurityGroups"]]
    found = ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]
    (group,) = [group for group in found if group["GroupName"] != "default"]  # which moto adds
    assert not group["IpPermissions"]
    resources = read_resources("a-lake", "aviary/")
    written = resources["Firewall"]["Properties"]  # moto leaves out what goes out
    assert "SecurityGroupIngress" not in written
    assert not [name for name, made in resources.items() if made["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert {(rule["FromPort"], rule["ToPort"]) for rule in written["SecurityGroupEgress"]} == {
        (80, 80),
        (443, 443),
        (465, 465),  # notify's mail
        (587, 587),
    }
    # EC2 allows no other characters there, and neither cfn-lint nor moto knows.
    for rule in written["SecurityGroupEgress"]:
        assert re.fullmatch(r"[\w .:/()#,@\[\]+=;{}!$*-]{1,255}", rule["Description"], re.ASCII)


def test_the_alarm_hears_what_the_machine_sends_and_its_silence(machine: dict[str, Any]) -> None:
    alarm = read_resources("a-lake", "aviary/")["NoReport"]["Properties"]
    given_to = read_environment(written_by_user_data(machine))
    assert alarm["Dimensions"] == [{"Name": "Lake", "Value": given_to["AVIARY_LAKE"]}]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("Aviary", "ReportIsThere")
    assert alarm["TreatMissingData"] == "breaching"
    topic = read_resources("a-lake", "aviary/")["AlarmTopic"]["Properties"]
    assert topic["Subscription"] == [{"Protocol": "email", "Endpoint": "AlarmMail"}]
    assert alarm["AlarmActions"]["Fn::If"] == ["TellsSomebody", ["AlarmTopic"], "AWS::NoValue"]


def test_the_secret_is_made_empty_and_its_name_reaches_the_machine(machine: dict[str, Any]) -> None:
    secret = read_environment(written_by_user_data(machine))["AVIARY_SECRET"]
    found = boto3.client("secretsmanager").get_secret_value(SecretId=secret)
    assert fetch_secret.environment_file(found["SecretString"]) == ""


def user_data(machine: dict[str, Any]) -> str:
    """Return the script that the machine runs at its first start."""
    found = boto3.client("ec2").describe_instance_attribute(
        InstanceId=machine["InstanceId"], Attribute="userData"
    )
    return base64.b64decode(found["UserData"]["Value"]).decode()


def written_by_user_data(machine: dict[str, Any]) -> str:
    """Return /etc/aviary/environment as that script writes it."""
    written = re.search(r"<<'END'\n(.*?)END\n", user_data(machine), re.DOTALL)
    assert written
    return written[1]


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder of programs that user data calls; each writes down its name and arguments, and `aws` copies a file."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("apt-get", "curl", "dpkg", "aws", "install"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> "{tmp_path}/called"\n')
        program.chmod(0o755)
    return folder


def run_user_data(
    script: str, programs: Path, folder: Path, archive: bytes
) -> subprocess.CompletedProcess[str]:
    """Run it with its folders below `folder`, where the archive has arrived already."""
    for below in ("etc/aviary", "root"):
        (folder / below).mkdir(parents=True, exist_ok=True)
    (folder / "root" / RELEASE).write_bytes(archive)
    moved = script.replace("/etc/aviary", f"{folder}/etc/aviary").replace("/root", f"{folder}/root")
    return subprocess.run(
        ["bash"],
        input=moved,
        env={"PATH": f"{programs}:{os.defpath}"},
        capture_output=True,
        text=True,
        check=False,
    )


def archive_with(install: str) -> bytes:
    """Return an archive whose install.sh is this one."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        member = tarfile.TarInfo("aviary/config/aws/install.sh")
        member.size = len(install)
        archive.addfile(member, io.BytesIO(install.encode()))
    return made.getvalue()


def test_user_data_runs_the_install_of_the_archive_whose_checksum_it_has(
    machine: dict[str, Any], programs: Path, tmp_path: Path
) -> None:
    archive = archive_with(f'echo "$2" > {tmp_path}/installed\n')
    spoiled = run_user_data(user_data(machine), programs, tmp_path, archive)
    assert spoiled.returncode != 0
    assert not (tmp_path / "installed").exists()

    right = hashlib.sha256(archive).hexdigest()
    done = run_user_data(user_data(machine).replace(SHA256, right), programs, tmp_path, archive)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "installed").read_text().strip() == right
    called = (tmp_path / "called").read_text()
    assert f"aws s3 cp s3://a-lake/deploy/{RELEASE}" in called


def unit(name: str) -> Unit:
    return parse((UNITS / name).read_text(encoding="utf-8"), "0.2.0")


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_starts_from_its_own_release_by_files_that_are_there(service: str) -> None:
    described = unit(f"aviary-{service}@.service")
    release = "/opt/aviary/releases/0.2.0"
    command = described.last("ExecStart").split()
    python, _, script, name, *more = command
    assert python == f"{release}/.venv/bin/python"
    assert name == service
    named = [script, *more, *described.settings["EnvironmentFile"]]
    for file in named:
        if file.startswith(release):
            assert (ROOT / file.removeprefix(f"{release}/")).exists(), file
    variables = dict(part.split("=", 1) for part in described.settings["Environment"] if "{" not in part)
    assert variables["PYTHONPATH"].split(":")[0] == release
    assert (f"{release}/config/airflow" in variables["PYTHONPATH"].split(":")) == (service == "scheduler")


def test_the_operators_settings_override_the_releases_and_the_secret_all() -> None:
    for service in SERVICES:
        files = unit(f"aviary-{service}@.service").settings["EnvironmentFile"]
        assert [Path(file).name for file in files] == [
            "airflow.env",
            "instance.env",
            "generated.env",
            "environment",
            "secret.env",
        ]


@given(
    st.dictionaries(st.from_regex(r"[A-Z][A-Z0-9_]{0,9}", fullmatch=True), st.text().filter(str.isprintable))
)
def test_every_secret_reaches_the_services_as_it_is(values: dict[str, str]) -> None:
    written = fetch_secret.environment_file(json.dumps(values))
    assert read_environment(written) == {name: value for name, value in values.items() if value}


def test_a_shell_reads_the_secrets_as_systemd_does() -> None:
    value = "a $HOME `id` \"quoted\" \\ 'and' #more"
    written = fetch_secret.environment_file(json.dumps({"TOKEN": value}))
    told = subprocess.run(
        ["bash", "-c", f'{written}printf %s "$TOKEN"'], capture_output=True, text=True, check=True
    )
    assert told.stdout == value


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("hunter2", "no JSON"),
        ('["hunter2"]', "no JSON object"),
        ('{"x-token": "hunter2"}', "no name of an environment variable"),
        ('{"TOKEN": "hunter2\\nPATH=/tmp"}', "on one line"),
        ('{"TOKEN": 2}', "on one line"),
    ],
)
def test_a_secret_that_cannot_be_used_is_refused_without_its_value(secret: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        fetch_secret.environment_file(secret)
    assert "hunter2" not in str(refused.value)


def test_only_root_may_read_the_secret_even_where_an_older_file_is_open_to_all(tmp_path: Path) -> None:
    file = tmp_path / "secret.env"
    file.write_text("")
    file.chmod(0o644)
    fetch_secret.write(file, "A=1\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text() == "A=1\n"


@pytest.mark.parametrize(("code", "value"), [(0, 1.0), (1, 0.0), (2, 0.0)])
def test_the_metric_says_whether_the_report_is_there(
    code: int, value: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\n[ "$*" = "-m pipeline check --fresh" ] && exit {code}\nexit 9\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    lake = f"s3://lake-{code}/aviary/"
    monkeypatch.setenv("AVIARY_LAKE", lake)
    with nobodys_aws():
        with pytest.raises(SystemExit) as ended:
            report_is_there.main()
        assert ended.value.code == code
        told = boto3.client("cloudwatch").get_metric_statistics(
            Namespace="Aviary",
            MetricName="ReportIsThere",
            Dimensions=[{"Name": "Lake", "Value": lake}],
            StartTime="2000-01-01",
            EndTime="2100-01-01",
            Period=3153600000,
            Statistics=["Sum"],
        )
        assert [point["Sum"] for point in told["Datapoints"]] == [value]


def test_the_archive_has_all_that_is_installed() -> None:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("needs git and the repository")
    listed = re.search(
        r"^ARCHIVED := (.*?[^\\])\n\n", (ROOT / "Makefile").read_text(), re.DOTALL | re.MULTILINE
    )
    assert listed
    archived = listed[1].replace("\\\n", " ").split()
    assert all((ROOT / name).exists() for name in archived)
    script = (ROOT / "config/aws/install.sh").read_text()
    needed = set(re.findall(r"(?:\$release|releases/\"\$1\")/([\w.-]+)", script)) - {".venv", ".installed"}
    assert needed >= {"accounts.yaml", "config", "requirements-celery.lock", "requirements.lock", "pipeline"}
    assert needed <= set(archived)
