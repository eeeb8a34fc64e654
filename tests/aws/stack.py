"""The stack of config/aws/aviary.yaml, created in moto."""

import hashlib
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from cfnlint.decode import decode
from moto import mock_aws

from pipeline.settings import ROOT
from tests.aws.calls import Statement, statements

TEMPLATE = ROOT / "config/aws/aviary.yaml"
RELEASE = "aviary-0.2.0-release.tar.gz"
SHA256 = hashlib.sha256(b"a release").hexdigest()
# moto knows no images of Debian; any image will do.
DEBIAN = "/aws/service/debian/release/12/latest/amd64"
IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
REGION = "us-east-1"


@contextmanager
def nobodys_aws() -> Iterator[None]:
    """Play AWS by moto, with none of this machine's settings."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_REGION"):
            patch.delenv(name, raising=False)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        with mock_aws():
            yield


def create(bucket: str, prefix: str, **more: str) -> dict[str, str]:
    """Create the stack and return what it puts out; with Release, it has a machine."""
    formation = boto3.client("cloudformation")
    text = TEMPLATE.read_text(encoding="utf-8")
    # What moto's CloudFormation leaves out, made beside it.
    (empty,) = re.findall(r"SecretString: '(.*)'", text)
    secret = boto3.client("secretsmanager").create_secret(Name="aviary", SecretString=empty)["ARN"]
    text = text.replace(DEBIAN, IMAGE).replace("!Ref Secret\n", f"{secret}\n").replace("${Secret}", secret)
    given = {"BucketName": bucket, "Prefix": prefix, **more}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Tried to parse AWS::")
        formation.create_stack(
            StackName="aviary",
            TemplateBody=text,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
        )
    (made,) = formation.describe_stacks(StackName="aviary")["Stacks"]
    assert made["StackStatus"] == "CREATE_COMPLETE"
    return {output["OutputKey"]: output["OutputValue"] for output in made["Outputs"]}


def read_resources(bucket: str, prefix: str) -> dict[str, Any]:
    """Return the template's resources, with its parameters filled in: for what moto's CloudFormation leaves out."""
    names = {"BucketName": bucket, "Prefix": prefix, "RawDays": 30, "Bucket": bucket}
    filled: dict[str, Any] = _filled(_template(), names)
    return filled


def _template() -> dict[str, Any]:
    template, problems = decode(str(TEMPLATE))
    assert not problems
    found: dict[str, Any] = template["Resources"]
    return found


def _filled(value: Any, names: dict[str, Any]) -> Any:
    """Return a part of the template with its parameters filled in; what is not known stays as it is."""
    if isinstance(value, dict):
        if "Ref" in value:
            return names.get(value["Ref"], value["Ref"])
        if "Fn::Sub" in value:
            text = value["Fn::Sub"].replace("Bucket.Arn", "Bucket")
            return re.sub(r"\$\{(\w+)\}", lambda name: str(names.get(name[1], name[0])), text)
        return {str(name): _filled(inner, names) for name, inner in value.items()}
    return [_filled(inner, names) for inner in value] if isinstance(value, list) else value


def policy_document(arn: str) -> dict[str, Any]:
    """Return a managed policy's text."""
    iam = boto3.client("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found: dict[str, Any] = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"][
        "Document"
    ]
    return found


def machine_statements() -> list[Statement]:
    """Return all that the machine's role allows: moto attaches no policies to a role, so by the template's names."""
    attached = [policy["Ref"] for policy in _template()["MachineRole"]["Properties"]["ManagedPolicyArns"]]
    made = boto3.client("iam").list_policies(Scope="Local")["Policies"]
    arns = [policy["Arn"] for name in attached for policy in made if f"-{name}-" in policy["PolicyName"]]
    assert len(arns) == len(attached), made
    return [statement for arn in arns for statement in statements(policy_document(arn))]
