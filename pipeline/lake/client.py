"""The lake: the only module that talks to S3.

A PUT is atomic per object, so a reader never sees half of one; whoever writes several objects writes the one
that points to the others last. `versions`, `frames` and `access` hold the less common ways to use it.
"""

import gzip
import hashlib
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import boto3
import stamina
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  # botocore's own, the base of refused, reset and timed-out connections
    HTTPClientError,
    IncompleteReadError,
    ResponseStreamingError,
)
from pydantic import BaseModel, ValidationError
from urllib3.exceptions import ProtocolError

from pipeline.errors import ConfigError, LakeError, LakeRefused
from pipeline.lake.address import parse_address
from pipeline.lake.catalogue import content_type_of
from pipeline.lake.damage import damaged
from pipeline.lake.session import open_client
from pipeline.lake.stored import ObjectEntry, StoredObject
from pipeline.text import one_line

REFUSED_CREDENTIALS = {"SignatureDoesNotMatch", "InvalidAccessKeyId", "AccessDenied", "403", "ExpiredToken"}
_NOT_FOUND = {"NoSuchKey", "NoSuchVersion", "404", "NotFound"}
_NOT_MODIFIED = {"304", "NotModified"}
_LOST_RACE = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
_BROKEN_OFF = (ResponseStreamingError, IncompleteReadError, ProtocolError)  # answers, in the middle
CREDENTIALS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, an AWS profile or a role"
_WRITER = "writer"  # metadata of what `put_if` writes

Model = TypeVar("Model", bound=BaseModel)


class Lake:
    """One bucket, or a folder of one, addressed by the keys of `pipeline.lake.keys`."""

    def __init__(
        self,
        url: str,
        session: boto3.Session | None = None,
        endpoint_url: str | None = None,
        credentials: str = "",
    ) -> None:
        """Open `s3://bucket[/prefix]`, by default with AWS's own settings. Raises `ConfigError`.

        `credentials`: where those of `session` come from, for messages.
        """
        self.bucket, self.prefix = parse_address(url)
        self._credentials = f" to {credentials}" if credentials else ""
        self._bucket_region: str | None = None
        try:
            self.session = session or boto3.Session()
            self.client: Any = open_client(self.session, endpoint_url)
        except (BotoCoreError, OSError, ValueError) as error:
            raise ConfigError(
                f"S3 cannot be used with these settings: {one_line(str(error))}; {CREDENTIALS}"
            ) from None
        self.client.meta.events.register("before-parse.s3", self._note_region)

    def _note_region(self, response_dict: dict[str, Any], **_: Any) -> None:
        """Remember where S3 says that the bucket is: boto3 follows on its own, and other readers are told."""
        told = response_dict["headers"].get("x-amz-bucket-region")
        self._bucket_region = told or self._bucket_region

    @property
    def region(self) -> str:
        """The bucket's region, as far as it is known."""
        return self._bucket_region or self.client.meta.region_name or "us-east-1"

    @property
    def url(self) -> str:
        """The address this lake was opened by."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    @property
    def endpoint(self) -> str:
        """The S3 server's address, for messages."""
        return str(self.client.meta.endpoint_url)

    @property
    def ca_bundle(self) -> str | None:
        """The file of certificates that boto3 was told to trust, or None."""
        found: str | None = self.session._session.get_config_variable("ca_bundle")
        return found

    def find(
        self, key: str, *, version_id: str | None = None, known_etag: str | None = None
    ) -> StoredObject | None:
        """Return an object, or one version of it, or None when there is none.

        With `known_etag`, an object that still has it comes back `unchanged`, without its bytes.
        """
        conditions = {"VersionId": version_id, "IfNoneMatch": known_etag}
        answer = self.request(
            "get_object",
            key,
            accept=_NOT_FOUND | (_NOT_MODIFIED if known_etag else set()),
            **{name: value for name, value in conditions.items() if value},
        )
        if "refused" in answer:
            unchanged = answer["refused"] in _NOT_MODIFIED
            return StoredObject(b"", known_etag, unchanged=True) if known_etag and unchanged else None
        return StoredObject(
            answer["Body"], answer["ETag"], answer.get("ContentType", ""), answer.get("ContentEncoding", "")
        )

    def get(self, key: str) -> bytes:
        """Return the bytes of an object that must be there. Raises `LakeError`, which names it, when it is not."""
        found = self.find(key)
        if found is None:
            raise LakeError(
                f"{self.url}/{key} is missing; it was there a moment ago, so run the command again"
            )
        return found.body

    def find_model(self, key: str, model: type[Model]) -> Model | None:
        """Return the record at `key`, or None when there is none. Raises `LakeDamaged` when it cannot be read."""
        found = self.find(key)
        return None if found is None else self.parse_model(key, found.body, model)

    def parse_model(self, key: str, body: bytes, model: type[Model]) -> Model:
        """Return the record that `body`, read from `key`, holds. Raises `LakeDamaged`."""
        try:
            return model.model_validate_json(body)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise damaged(self.url, key, f"{place}: {first['msg']}" if place else first["msg"]) from None

    def exists(self, key: str) -> bool:
        """Whether there is such an object."""
        return "refused" not in self.request("head_object", key, accept=_NOT_FOUND)

    def put(self, key: str, body: bytes) -> str:
        """Write an object, whole or not at all, with the content type of its kind. Return its ETag."""
        answer = self.request("put_object", key, Body=body, ContentType=content_type_of(key))
        return str(answer["ETag"])

    def put_html(self, key: str, html: str, *, known_etag: str | None = None) -> None:
        """Write a page that a browser shows as it is, compressed without a time so that bytes repeat.

        What lies there already, by `known_etag`, is not written again. (With a key of KMS no ETag is a checksum.)
        """
        body = gzip.compress(html.encode(), mtime=0)
        if known_etag and known_etag.strip('"') == hashlib.md5(body, usedforsecurity=False).hexdigest():
            return
        self.request(
            "put_object",
            key,
            Body=body,
            ContentType=content_type_of(key),
            ContentEncoding="gzip",
            CacheControl="no-cache",
        )

    def put_model(self, key: str, model: BaseModel) -> str:
        """Write a record as JSON that a person can read. Return its ETag."""
        return self.put(key, to_json(model))

    def put_if(self, key: str, body: bytes, etag: str | None, *, knows_its_own: bool = False) -> str | None:
        """Write an object only if it still has `etag` (None: only if there is none).

        Return its new ETag, or None where it was not written. A caller that `knows_its_own` may get None for a write
        whose answer was lost: it reads the object again and finds it done, which saves a request in each lost race.
        """
        writer = uuid.uuid4().hex
        answer = self.request(
            "put_object",
            key,
            # SeaweedFS and AWS answer 412 to If-Match on a key that is gone, moto 404.
            accept=_LOST_RACE | _NOT_FOUND,
            Body=body,
            ContentType=content_type_of(key),
            Metadata={_WRITER: writer},
            **({"IfMatch": etag} if etag else {"IfNoneMatch": "*"}),
        )
        if "refused" not in answer:
            return str(answer["ETag"])
        if knows_its_own:
            return None
        # A write whose answer was lost on the way is asked for again, and then refused because of itself.
        stored = self.request("head_object", key, accept=_NOT_FOUND)
        return stored["ETag"] if stored.get("Metadata", {}).get(_WRITER) == writer else None

    def put_model_if(self, key: str, model: BaseModel, etag: str | None) -> str | None:
        """Write a record as `put_model` does, on the condition of `put_if`."""
        return self.put_if(key, to_json(model), etag)

    def delete(self, key: str) -> None:
        """Remove an object; there being none is fine."""
        self.request("delete_object", key)

    def keys(self, prefix: str, after: str = "", last: str | None = None) -> list[str]:
        """Return the keys below `prefix` that sort after `after`, and none after `last`, in order."""
        return list(self.etags(prefix, after, last))

    def etags(self, prefix: str, after: str = "", last: str | None = None) -> dict[str, str]:
        """Return `keys`, each with its object's ETag."""
        return {key: entry.etag for key, entry in self.entries(prefix, after, last).items()}

    def entries(self, prefix: str, after: str = "", last: str | None = None) -> dict[str, ObjectEntry]:
        """Return `keys`, each with what S3 lists of its object."""
        found: dict[str, ObjectEntry] = {}
        more: dict[str, Any] = {"StartAfter": self.prefix + after}
        while more:
            answer = self.request("list_objects_v2", prefix, **more)
            items = answer.get("Contents", [])
            found |= {
                item["Key"].removeprefix(self.prefix): ObjectEntry(item["Size"], item["ETag"])
                for item in items
            }
            if last is not None and items and items[-1]["Key"].removeprefix(self.prefix) >= last:
                break
            token = answer.get("NextContinuationToken")
            more = {"ContinuationToken": token} if token else {}
        return found if last is None else {key: entry for key, entry in found.items() if key <= last}

    def folders(self, prefix: str) -> list[str]:
        """Return the folders just below a folder, each ended by a slash, without listing what they hold."""
        found: list[str] = []
        more: dict[str, Any] = {"Delimiter": "/"}
        while more:
            answer = self.request("list_objects_v2", prefix, **more)
            found += [item["Prefix"].removeprefix(self.prefix) for item in answer.get("CommonPrefixes", [])]
            token = answer.get("NextContinuationToken")
            more = {"Delimiter": "/", "ContinuationToken": token} if token else {}
        return found

    def request(
        self, operation: str, key: str, *, accept: Collection[str] = (), **arguments: Any
    ) -> dict[str, Any]:
        """Return S3's whole answer about `key` (a prefix, where one lists; empty for the bucket), its body read.

        Refusals whose code is in `accept` come back as `{"refused": code}`. Raises `LakeError` and `LakeRefused`, each
        one line that names the object.
        """
        where = (
            {"Prefix" if "list" in operation else "Key": self.prefix + key}
            if key or "list" in operation
            else {}
        )
        with self.translate_errors(_DOING[operation.partition("_")[0]], key):
            try:
                return self._send(operation, **where, **arguments)
            except ClientError as error:
                if code_of(error) in accept:
                    return {"refused": code_of(error)}
                raise

    @stamina.retry(on=_BROKEN_OFF, attempts=5)
    def _send(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Ask S3. botocore asks again while there is no answer, but not when an answer breaks off."""
        answer: dict[str, Any] = getattr(self.client, operation)(Bucket=self.bucket, **arguments)
        if "Body" in answer:
            answer["Body"] = answer["Body"].read()
        return answer

    @contextmanager
    def translate_errors(self, doing: str, key: str) -> Iterator[None]:
        """Turn S3's failures into one line that names the object."""
        try:
            yield
        except ClientError as error:
            kind = LakeRefused if code_of(error) in REFUSED_CREDENTIALS | {"NoSuchBucket"} else LakeError
            raise kind(
                f"cannot {doing} {self.url}/{key}: S3 answers {code_of(error)}{self._credentials}"
            ) from None
        except (ConnectionError, HTTPClientError, *_BROKEN_OFF) as error:
            raise LakeError(
                f"cannot {doing} {self.url}/{key}: {type(error).__name__} at {self.endpoint}"
            ) from None
        except (BotoCoreError, OSError, ValueError) as error:  # credentials are missing, or cannot be loaded
            raise LakeRefused(f"cannot {doing} {self.url}/{key}: {one_line(str(error))}") from None


_DOING = {"get": "read", "head": "read", "put": "write", "delete": "delete", "list": "list"}


def to_json(model: BaseModel) -> bytes:
    """Return a record as the lake stores it, its fields spelt as they have always been."""
    return model.model_dump_json(indent=1, by_alias=True).encode()


def code_of(error: ClientError) -> str:
    """Return S3's code of an error, such as NoSuchKey."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))
