"""A bucket in memory, without versioning: as fast as a thousand runs of a day need it.

It answers what Aviary asks of S3, as S3 and SeaweedFS do; `test_state_machine.py` says what for.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


@dataclass
class MemoryS3:
    """Objects by key, each as S3 would return it."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, operation: str, **asked: Any) -> dict[str, Any]:
        """Return S3's answer to one request. Raises `ClientError` with S3's code."""
        answer: dict[str, Any] = getattr(self, f"_{operation}")(asked)
        return answer

    def _get_object(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = self._found(asked["Key"], "NoSuchKey")
        if asked.get("IfNoneMatch") == found["ETag"]:
            raise _error("304")
        return dict(found)

    def _head_object(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in self._found(asked["Key"], "404").items() if name != "Body"}

    def _put_object(self, asked: dict[str, Any]) -> dict[str, Any]:
        before = self.objects.get(asked["Key"])
        if (asked.get("IfNoneMatch") == "*" and before) or (
            "IfMatch" in asked and (before or {}).get("ETag") != asked["IfMatch"]
        ):
            raise _error("PreconditionFailed")
        etag = f'"{hashlib.md5(asked["Body"], usedforsecurity=False).hexdigest()}"'
        kept = ("Body", "ContentType", "ContentEncoding", "Metadata")
        self.objects[asked["Key"]] = {name: asked[name] for name in kept if name in asked} | {"ETag": etag}
        return {"ETag": etag}

    def _delete_object(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.objects.pop(asked["Key"], None)
        return {}

    def _list_objects_v2(self, asked: dict[str, Any]) -> dict[str, Any]:
        prefix, after = asked["Prefix"], asked.get("StartAfter", "")
        keys = [key for key in sorted(self.objects) if key.startswith(prefix) and key > after]
        if asked.get("Delimiter"):
            folders = {prefix + key.removeprefix(prefix).partition("/")[0] + "/" for key in keys}
            return {"CommonPrefixes": [{"Prefix": folder} for folder in sorted(folders)]}
        return {
            "Contents": [
                {"Key": key, "ETag": self.objects[key]["ETag"], "Size": len(self.objects[key]["Body"])}
                for key in keys
            ]
        }

    def _list_object_versions(self, asked: dict[str, Any]) -> dict[str, Any]:
        listed = self._list_objects_v2({"Prefix": asked["Prefix"], "StartAfter": asked.get("KeyMarker", "")})
        return {
            "Versions": [
                {"Key": item["Key"], "VersionId": "null", "IsLatest": True} for item in listed["Contents"]
            ]
        }

    def _get_bucket_lifecycle_configuration(self, _: dict[str, Any]) -> dict[str, Any]:
        raise _error("NoSuchLifecycleConfiguration")

    def _put_bucket_lifecycle_configuration(self, _: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _found(self, key: str, otherwise: str) -> dict[str, Any]:
        if key not in self.objects:
            raise _error(otherwise)
        return self.objects[key]


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "request")
