"""The AWS stack: well-formed, private, and just enough for what the lake does."""

import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from pipeline.lake import retention
from pipeline.lake.client import Lake
from pipeline.lake.health import require_bucket
from pipeline.lake.versions import erase, list_versions, read_lifecycle, read_version
from tests.aws.stack import TEMPLATE, create, nobodys_aws, read_resources


@pytest.fixture(params=["aviary/", ""])
def stack(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What a stack made from the template, without a release, puts out."""
    with nobodys_aws():
        yield create("a-lake", request.param)


def test_the_template_is_well_formed() -> None:
    command = Path(sysconfig.get_path("scripts")) / "cfn-lint"
    linted = subprocess.run([command, TEMPLATE], capture_output=True, text=True, check=False, timeout=120)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_the_lake_works_in_the_bucket(stack: dict[str, str], resources: dict[str, Any]) -> None:
    # moto's CloudFormation leaves out most of what a bucket has.
    versioning = resources["Bucket"]["Properties"]["VersioningConfiguration"]
    boto3.client("s3").put_bucket_versioning(Bucket="a-lake", VersioningConfiguration=versioning)
    lake = Lake(stack["Lake"])
    require_bucket(lake)
    lake.put("a", b"1")
    lake.put("a", b"2")
    assert lake.get("a") == b"2"
    assert lake.put_if("b", b"1", None)
    assert lake.keys("") == ["a", "b"]
    (older,) = [version for version in list_versions(lake, "a") if not version.latest]
    assert read_version(lake, older) == b"1"
    erase(lake, older)
    assert len(list_versions(lake, "a")) == 1
    assert retention.keep(lake, 30)
    assert read_lifecycle(lake)["Rules"] == retention.rules(lake.prefix, 30)


@pytest.fixture
def resources() -> dict[str, Any]:
    """The template's resources, for a lake in `aviary/` of `a-lake`."""
    return read_resources("a-lake", "aviary/")


def test_plan_finds_the_buckets_lifecycle_as_it_wants_it(resources: dict[str, Any]) -> None:
    def as_s3_has_it(rule: dict[str, Any]) -> dict[str, Any]:
        days = {"Days": rule["ExpirationInDays"]} if "ExpirationInDays" in rule else {}
        marker = {name: rule[name] for name in ("ExpiredObjectDeleteMarker",) if name in rule}
        return {
            "ID": rule["Id"],
            "Filter": {"Prefix": rule["Prefix"]},
            "Status": rule["Status"],
            "Expiration": days | marker,
            "NoncurrentVersionExpiration": rule["NoncurrentVersionExpiration"],
        }

    found = resources["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    found = [rule for rule in found if rule["Id"].startswith("aviary: ")]
    assert [as_s3_has_it(rule) for rule in found] == retention.rules("aviary/", 30)


def test_the_bucket_is_private_encrypted_kept_and_keeps_older_versions(resources: dict[str, Any]) -> None:
    bucket = resources["Bucket"]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    blocked = bucket["Properties"]["PublicAccessBlockConfiguration"]
    assert set(blocked) == {
        "BlockPublicAcls",
        "BlockPublicPolicy",
        "IgnorePublicAcls",
        "RestrictPublicBuckets",
    }
    assert set(blocked.values()) == {True}
    (rule,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert bucket["Properties"]["VersioningConfiguration"]["Status"] == "Enabled"


def test_the_bucket_answers_only_over_encrypted_connections(resources: dict[str, Any]) -> None:
    policy = resources["OnlyEncryptedConnections"]["Properties"]
    (denied,) = policy["PolicyDocument"]["Statement"]
    assert policy["Bucket"] == "a-lake"
    assert (denied["Effect"], denied["Principal"], denied["Action"]) == ("Deny", "*", "s3:*")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(denied["Resource"]) == 2


def test_without_a_release_there_is_no_machine_and_nothing_of_it(stack: dict[str, str]) -> None:
    assert "Machine" not in stack
    assert not boto3.client("ec2").describe_instances()["Reservations"]
    assert not boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len(boto3.client("iam").list_roles()["Roles"]) == 1
