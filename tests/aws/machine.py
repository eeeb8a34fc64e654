"""The root that stands for the machine, what it finds around it, and the trial's log."""

import base64
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3

from pipeline.sandbox.serve import Sandbox
from pipeline.settings import ROOT
from tests.aws.door import Door
from tests.aws.releases import Release
from tests.aws.root import Root

ACCOUNTS = 'collect_at: "00:00"\naccounts: [pixelforge, citymetro, quickdealz]\n'
BEGAN = time.monotonic()
PATIENCE = 900  # seconds, as the trial's machine may be busy
INTERRUPTED = """{} >/trial/install.log 2>&1 &
until grep -q '^aviary: starting' /trial/install.log; do sleep 1; kill -0 $! || break; done
sleep 5; kill $!; wait $!; code=$?
cat /trial/install.log; exit $code
"""


def say(text: str) -> None:
    """Print a line of the trial's log, with the seconds since it began."""
    sys.stdout.write(f"{time.monotonic() - BEGAN:5.0f} s  {text}\n")
    sys.stdout.flush()


@dataclass(frozen=True)
class Machine:
    """The root that stands for the machine, and the AWS around it."""

    root: Root
    sandbox: Sandbox
    door: Door
    outputs: dict[str, str]

    @property
    def s3(self) -> Any:
        """A client of the trial's own, past the door."""
        keys = self.sandbox.environment
        return boto3.client(
            "s3",
            endpoint_url=keys["AWS_ENDPOINT_URL_S3"],
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        )

    def bash(
        self, script: str, *, check: bool = True, healthy_within: int = PATIENCE
    ) -> "subprocess.CompletedProcess[str]":
        """Run a script in it, as a session of an operator would; an install waits `healthy_within` seconds."""
        names = ("PIP_CERT", "SSL_CERT_FILE", "http_proxy", "https_proxy", "no_proxy")
        of_host = {name: os.environ[name] for name in names if name in os.environ}
        environment = of_host | {
            "AVIARY_SERVICES": "python3 /trial/services.py",
            "AVIARY_HEALTHY_WITHIN": str(healthy_within),
        }
        done = self.root.run("bash", "-c", script, environment=environment, check=False)
        if check and done.returncode:
            raise SystemExit(f"this failed: {script[:200]}\n{done.stdout[-6000:]}")
        return done

    def install(
        self,
        release: Release,
        *,
        check: bool = True,
        healthy_within: int = PATIENCE,
        interrupt: bool = False,
    ) -> list[str]:
        """Install a release from the bucket, as docs/aws.md says; return the lines that the install printed.

        Without `check` it has to fail. With `interrupt`, it gets SIGTERM soon after the new release was started.
        """
        key = f"deploy/{release.archive.name}"
        self.s3.upload_file(str(release.archive), "lake", key)
        script = f"bash /opt/aviary/current/config/aws/install.sh s3://lake/{key} {release.sha256}"
        if interrupt:
            script = INTERRUPTED.format(script)
        done = self.bash(script, check=check, healthy_within=healthy_within)
        lines = [line for line in done.stdout.splitlines() if line.startswith("aviary:")]
        for line in lines:
            say(f"    {line}")
        assert check or done.returncode == 1, done.stdout[-6000:]
        return lines

    def query(self, statement: str) -> list[list[str]]:
        """Return rows of Airflow's database."""
        told = self.bash(f'runuser -u postgres -- env -C / psql -XAtq -F "\t" aviary -c "{statement}"').stdout
        return [line.split("\t") for line in told.splitlines()]

    def current(self) -> str:
        """Return the version that runs."""
        return (self.root.folder / "opt/aviary/current").readlink().name


def user_data(machine: Machine, port: int, now: datetime) -> str:
    """Return the stack's user data, its environment file with what the root has in place of AWS's and X's addresses."""
    told = boto3.client("ec2").describe_instance_attribute(
        InstanceId=machine.outputs["Machine"], Attribute="userData"
    )
    script = base64.b64decode(told["UserData"]["Value"]).decode()
    keys = machine.sandbox.environment
    address = f"http://127.0.0.1:{port}"
    more = {
        **{
            name: keys[name]
            for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "X_API_URL", "NO_PROXY")
        },
        "AWS_ENDPOINT_URL": machine.door.address,
        "AVIARY_NOW": now.isoformat(),
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
    }
    lines = "".join(f"{name}={value}\n" for name, value in more.items())
    return script.replace("\nEND\n", f"\n{lines}END\n", 1)


def prepare(machine: Machine, first: Release) -> None:
    """Put into the bucket and the root what the user data reaches for."""
    s3 = machine.s3
    s3.put_bucket_versioning(Bucket="lake", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="lake", Key="deploy/accounts.yaml", Body=ACCOUNTS.encode())
    s3.upload_file(str(first.archive), "lake", f"deploy/{first.archive.name}")
    secret = json.dumps({"X_BEARER_TOKEN": machine.sandbox.environment["X_BEARER_TOKEN"]})
    boto3.client("secretsmanager").put_secret_value(SecretId=machine.outputs["Secret"], SecretString=secret)
    machine.root.write("trial/services.py", (ROOT / "tests/aws/services.py").read_text())
    # Debian's aws knows no AWS_ENDPOINT_URL yet, and AWS's agent is not to be had here: an empty package stands for it.
    keys = machine.sandbox.environment
    aws = (
        f"#!/bin/sh\nexport AWS_ACCESS_KEY_ID={keys['AWS_ACCESS_KEY_ID']} "
        f"AWS_SECRET_ACCESS_KEY={keys['AWS_SECRET_ACCESS_KEY']}\n"
        f'exec /usr/bin/aws --endpoint-url {machine.door.address} "$@"\n'
    )
    machine.root.write("usr/local/sbin/aws", aws)
    machine.root.write("usr/local/sbin/curl", '#!/bin/sh\ncp /trial/agent.deb "$2"\n')
    control = (
        "Package: amazon-ssm-agent\nVersion: 0\nArchitecture: all\nMaintainer: trial\nDescription: empty\n"
    )
    machine.root.write("trial/agent/DEBIAN/control", control)
    machine.bash(
        "chmod +x /usr/local/sbin/aws /usr/local/sbin/curl; dpkg-deb --build /trial/agent /trial/agent.deb"
    )
