"""Which of AWS's actions a request takes, on which resource, and whether a policy allows it."""

import fnmatch
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_BUCKET = {  # by method and what the query asks of the bucket
    ("HEAD", ""): "s3:ListBucket",
    ("GET", "list-type"): "s3:ListBucket",
    ("GET", "versions"): "s3:ListBucketVersions",
    ("GET", "lifecycle"): "s3:GetLifecycleConfiguration",
    ("PUT", "lifecycle"): "s3:PutLifecycleConfiguration",
}
_OBJECT = {  # by method and whether a version is named
    ("HEAD", False): "s3:GetObject",
    ("GET", False): "s3:GetObject",
    ("GET", True): "s3:GetObjectVersion",
    ("PUT", False): "s3:PutObject",
    ("DELETE", False): "s3:DeleteObject",
    ("DELETE", True): "s3:DeleteObjectVersion",
}


@dataclass(frozen=True)
class Call:
    """An action on a resource; `namespace` is a metric's."""

    action: str
    resource: str
    namespace: str = ""


@dataclass(frozen=True)
class Statement:
    """What a statement of a policy allows."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    namespace: str

    def allows(self, call: Call) -> bool:
        """Whether it allows a call."""
        return (
            call.action in self.actions
            and any(fnmatch.fnmatchcase(call.resource, resource) for resource in self.resources)
            and self.namespace in {"", call.namespace}
        )


def statements(document: Mapping[str, Any]) -> list[Statement]:
    """Return the statements of a policy. Raises `ValueError` for what this does not understand."""
    found = []
    for written in document["Statement"]:
        condition = dict(written.get("Condition", {}))
        namespace = condition.pop("StringEquals", {}).get("cloudwatch:namespace", "")
        if written["Effect"] != "Allow" or condition:
            raise ValueError(f"a statement that this does not understand: {written}")
        found.append(Statement(_tuple(written["Action"]), _tuple(written["Resource"]), namespace))
    return found


def _tuple(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def call_of(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Call:
    """Return what a request asks of AWS. Raises `ValueError` for one that is not known here."""
    named = {name.lower(): value for name, value in headers.items()}
    target = named.get("x-amz-target", "")
    if target == "secretsmanager.GetSecretValue":
        return Call("secretsmanager:GetSecretValue", json.loads(body)["SecretId"])
    if target.endswith(".PutMetricData"):
        return Call("cloudwatch:PutMetricData", "*", json.loads(body)["Namespace"])
    if target:
        raise ValueError(f"{target} is not known here")
    return _s3_call(method, url)


def _s3_call(method: str, url: str) -> Call:
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True)
    bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
    arn = f"arn:aws:s3:::{bucket}"
    if key:
        if unknown := query.keys() - {"versionId", "x-id"}:
            raise ValueError(f"{method} with {unknown} of an object is not known here")
        return Call(_OBJECT[method, "versionId" in query], f"{arn}/{key}")
    asked = [name for name in ("list-type", "versions", "lifecycle") if name in query]
    return Call(_BUCKET[method, asked[0] if asked else ""], arn)
