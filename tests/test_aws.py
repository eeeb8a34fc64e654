"""The AWS stack: well-formed, private, and just enough for what the lake does."""

import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cfnlint.decode import decode
from moto import mock_aws

from pipeline.lake import retention
from pipeline.lake.client import Lake
from pipeline.lake.health import require_bucket
from pipeline.lake.versions import erase, list_versions, read_lifecycle, read_version

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "config" / "aws" / "aviary.yaml"
# The stack's other parts are made; this one is read from the template.
pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse AWS..S3..BucketPolicy")
# What each of S3's operations takes, by AWS's list of actions.
TAKES = {
    "head_bucket": {"s3:ListBucket"},
    "list_objects_v2": {"s3:ListBucket"},
    "list_object_versions": {"s3:ListBucketVersions"},
    "get_object": {"s3:GetObject", "s3:GetObjectVersion"},
    "head_object": {"s3:GetObject"},
    "put_object": {"s3:PutObject"},
    "delete_object": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
    "get_bucket_lifecycle_configuration": {"s3:GetLifecycleConfiguration"},
    "put_bucket_lifecycle_configuration": {"s3:PutLifecycleConfiguration"},
}


@pytest.fixture
def nobodys_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """AWS as moto plays it, with none of this machine's settings."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.fixture(params=["aviary/", ""])
def stack(request: pytest.FixtureRequest, nobodys_aws: None) -> dict[str, str]:
    """What a stack made from the template puts out."""
    formation = boto3.client("cloudformation")
    formation.create_stack(
        StackName="aviary",
        TemplateBody=TEMPLATE.read_text(encoding="utf-8"),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": "BucketName", "ParameterValue": "a-lake"},
            {"ParameterKey": "Prefix", "ParameterValue": request.param},
        ],
    )
    (made,) = formation.describe_stacks(StackName="aviary")["Stacks"]
    assert made["StackStatus"] == "CREATE_COMPLETE"
    return {output["OutputKey"]: output["OutputValue"] for output in made["Outputs"]}


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
    """Return the template's resources, for a lake in `aviary/` of `a-lake`."""
    template, problems = decode(str(TEMPLATE))
    assert not problems
    resolved: dict[str, Any] = _resolved(
        template["Resources"],
        {"BucketName": "a-lake", "Prefix": "aviary/", "RawDays": 30, "Bucket": "a-lake"},
    )
    return resolved


def _resolved(value: Any, names: dict[str, Any]) -> Any:
    """Return a part of the template with its parameters filled in."""
    if isinstance(value, dict):
        if "Ref" in value:
            return names.get(value["Ref"], value["Ref"])
        if "Fn::Sub" in value:
            return re.sub(
                r"\$\{(\w+)\}",
                lambda name: str(names[name[1]]),
                value["Fn::Sub"].replace("Bucket.Arn", "Bucket"),
            )
        return {str(name): _resolved(inner, names) for name, inner in value.items()}
    return [_resolved(inner, names) for inner in value] if isinstance(value, list) else value


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


def test_the_role_may_do_what_the_lake_does_and_nothing_else(stack: dict[str, str]) -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "pipeline" / "lake").glob("*.py"))
    called = set(re.findall(r"(?:lake|self)\.request\(\s*\"([a-z_0-9]+)\"|\.client\.([a-z_0-9]+)\(", sources))
    called = {asked or direct for asked, direct in called} - {"generate_presigned_url"}  # of get_object
    wanted: set[str] = set().union(*(TAKES[operation] for operation in called))

    statements = _statements(stack["Policy"])
    allowed = {action for statement in statements for action in statement["Action"]}
    assert allowed == wanted
    prefix = stack["Lake"].removeprefix("s3://a-lake/")
    assert {statement["Resource"] for statement in statements} == {
        "arn:aws:s3:::a-lake",
        f"arn:aws:s3:::a-lake/{prefix}*",
    }


def _statements(policy: str) -> list[dict[str, Any]]:
    iam = boto3.client("iam")
    version = iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=policy, VersionId=version)["PolicyVersion"]["Document"]
    found: list[dict[str, Any]] = document["Statement"]
    assert all(statement["Effect"] == "Allow" for statement in found)
    return found
