"""The lake: the only module that talks to S3.

A PUT is atomic per object, so a reader never sees half of one; whoever writes several objects writes the one
that points to the others last.
"""

import gzip
import io
import logging
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import polars as pl
import stamina
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  # botocore's own, the base of refused, reset and timed-out connections
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    ResponseStreamingError,
)
from pydantic import BaseModel
from urllib3.exceptions import ProtocolError

from pipeline.errors import AviaryError, ConfigError, LakeError, LakeRefused, one_line

# At INFO botocore tells of every client where it found its credentials: noise in each task's log.
logging.getLogger("botocore").setLevel(logging.WARNING)

# botocore's defaults (60 s timeouts, legacy retries, 10 connections) are not what a pipeline wants.
CLIENT_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5},
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=32,
    s3={"addressing_style": "path"},
    signature_version="s3v4",  # links are signed by the old version else, which many regions refuse
)
LINK_HOURS = 72  # over a weekend; S3 allows a week at most
_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")  # what botocore takes as a name
_WRONG_CREDENTIALS = {"SignatureDoesNotMatch", "InvalidAccessKeyId", "AccessDenied", "403", "ExpiredToken"}
_NOT_FOUND = {"NoSuchKey", "NoSuchVersion", "404", "NotFound"}
_BROKEN_OFF = (ResponseStreamingError, IncompleteReadError, ProtocolError)  # answers, in the middle
_WRITER = "writer"  # metadata of what `put_if` writes
_NOT_MODIFIED = {"304", "NotModified"}
_LOST_RACE = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}


@dataclass(frozen=True)
class Access:
    """What another S3 client needs to read as this one does: none of them reads boto3's settings."""

    endpoint: str  # with its scheme
    region: str
    key_id: str | None = None  # None where S3 is asked without credentials
    secret: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Version:
    """One version of an object, as a bucket with versioning keeps them."""

    key: str
    version_id: str
    latest: bool
    holds: bool  # bytes; else it marks that the object was deleted


@dataclass(frozen=True)
class Stored:
    """An object as S3 has it."""

    body: bytes | None  # None: it still has the ETag that the reader knows
    etag: str
    content_type: str
    content_encoding: str  # `gzip`, or empty


class Lake:
    """One bucket, or a folder of one, addressed by the keys of `pipeline.keys`."""

    def __init__(
        self, url: str, session: boto3.Session | None = None, endpoint_url: str | None = None
    ) -> None:
        """Open `s3://bucket[/prefix]`, by default with AWS's own settings. Raises `ConfigError`."""
        self.bucket, _, prefix = url.removeprefix("s3://").partition("/")
        if not url.startswith("s3://") or not _BUCKET.fullmatch(self.bucket):
            raise ConfigError(f"AVIARY_LAKE={url!r} is not an S3 address; write it like s3://bucket/prefix")
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        try:
            self._session = session or boto3.Session()
            self._client: Any = self._session.client("s3", config=CLIENT_CONFIG, endpoint_url=endpoint_url)
        except (BotoCoreError, ValueError) as error:
            raise ConfigError(
                f"S3 cannot be used with these settings: {error}; set AWS_REGION, AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or an AWS profile"
            ) from None

    @property
    def url(self) -> str:
        """The address this lake was opened by."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def check(self) -> None:
        """Try the bucket once, cheaply. Raises `ConfigError` with what to mend."""
        try:
            self._client.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            code = _code(error)
            if code in _NOT_FOUND | {"NoSuchBucket"}:
                problem = (
                    f"there is no bucket {self.bucket!r} at {self.endpoint}; create it, or set AVIARY_LAKE"
                )
            elif code in _WRONG_CREDENTIALS:
                problem = (
                    f"{self.endpoint} refuses the credentials for bucket {self.bucket!r}; check AWS_ACCESS_KEY_ID "
                    "and AWS_SECRET_ACCESS_KEY, or the role's rights"
                )
            else:
                problem = f"{self.endpoint} answers {code} for bucket {self.bucket!r}; check AVIARY_LAKE"
            raise ConfigError(problem) from None
        except NoCredentialsError:
            raise ConfigError(
                "no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role"
            ) from None
        except BotoCoreError as error:
            raise ConfigError(
                f"S3 at {self.endpoint} cannot be reached ({type(error).__name__}); "
                "check AWS_ENDPOINT_URL_S3 and the network"
            ) from None

    @property
    def endpoint(self) -> str:
        """The S3 server's address, for messages."""
        return str(self._client.meta.endpoint_url)

    def get(self, key: str) -> bytes:
        """Return an object's bytes. Raises `KeyError` when there is none."""
        body = self.find(key)
        if body is None:
            raise KeyError(key)
        return body

    def find(self, key: str) -> bytes | None:
        """Return an object's bytes, or None when there is none."""
        found = self.find_tagged(key)
        return found[0] if found else None

    def find_tagged(self, key: str) -> tuple[bytes, str] | None:
        """Return an object's bytes and its ETag, for `put_if`, or None when there is none."""
        with self._spoken("read", key):
            try:
                answer = self._ask("get_object", Key=self.prefix + key)
            except ClientError as error:
                if _code(error) in _NOT_FOUND:
                    return None
                raise
        body: bytes = answer["Body"]
        if answer.get("ContentEncoding") == "gzip":
            body = gzip.decompress(body)
        return body, answer["ETag"]

    def find_stored(self, key: str, unless: str | None = None) -> "Stored | None":
        """Return an object as it is stored, or None when there is none; `unless` is an ETag known already."""
        condition = {"IfNoneMatch": unless} if unless else {}
        with self._spoken("read", key):
            try:
                answer = self._client.get_object(Bucket=self.bucket, Key=self.prefix + key, **condition)
                body = answer["Body"].read()
            except ClientError as error:
                if _code(error) in _NOT_FOUND:
                    return None
                if _code(error) in _NOT_MODIFIED and unless:
                    return Stored(None, unless, "", "")
                raise
        return Stored(body, answer["ETag"], answer["ContentType"], answer.get("ContentEncoding", ""))

    def link(self, key: str) -> str:
        """Return an address at which whoever has it may read the object for `LINK_HOURS`, with nothing else.

        It ends sooner with `temporary` credentials, whose own end comes first.
        """
        with self._spoken("sign", key):
            return str(
                self._client.generate_presigned_url(
                    "get_object",
                    {"Bucket": self.bucket, "Key": self.prefix + key},
                    ExpiresIn=LINK_HOURS * 3600,
                )
            )

    @property
    def temporary(self) -> bool:
        """Whether the credentials end by themselves: a role's, or a session's."""
        return bool(self.access().token)

    def exists(self, key: str) -> bool:
        """Whether there is such an object."""
        with self._spoken("read", key):
            try:
                self._ask("head_object", Key=self.prefix + key)
            except ClientError as error:
                if _code(error) in _NOT_FOUND:
                    return False
                raise
        return True

    def put(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Write an object, whole or not at all."""
        with self._spoken("write", key):
            self._ask("put_object", Key=self.prefix + key, Body=body, ContentType=content_type)

    def put_html(self, key: str, html: str) -> None:
        """Write a page that a browser shows as it is, compressed without a time so that bytes repeat."""
        with self._spoken("write", key):
            self._ask(
                "put_object",
                Key=self.prefix + key,
                Body=gzip.compress(html.encode(), mtime=0),
                ContentType="text/html; charset=utf-8",
                ContentEncoding="gzip",
                CacheControl="no-cache",
            )

    def put_if(
        self, key: str, body: bytes, etag: str | None, content_type: str = "application/octet-stream"
    ) -> bool:
        """Write an object only if it still has `etag` (None: only if there is none). Tell whether it was."""
        condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        writer = uuid.uuid4().hex
        with self._spoken("write", key):
            try:
                self._ask(
                    "put_object",
                    Key=self.prefix + key,
                    Body=body,
                    ContentType=content_type,
                    Metadata={_WRITER: writer},
                    **condition,
                )
            except ClientError as error:
                # SeaweedFS and AWS answer 412 to If-Match on a key that is gone, moto 404.
                if _code(error) in _LOST_RACE | _NOT_FOUND:
                    return self._writer(key) == writer
                raise
        return True

    def _writer(self, key: str) -> str | None:
        """Return who wrote an object by `put_if`.

        A write whose answer was lost on the way is asked for again, and then refused because of itself.
        """
        try:
            answer = self._ask("head_object", Key=self.prefix + key)
        except ClientError as error:
            if _code(error) in _NOT_FOUND:
                return None
            raise
        writer: str | None = answer["Metadata"].get(_WRITER)
        return writer

    def delete(self, key: str) -> None:
        """Remove an object; there being none is fine."""
        with self._spoken("delete", key):
            self._ask("delete_object", Key=self.prefix + key)

    def keys(self, prefix: str, after: str = "", last: str | None = None) -> list[str]:
        """Return the keys below `prefix` that sort after `after`, and none after `last`, in order."""
        found: list[str] = []
        more: dict[str, Any] = {"StartAfter": self.prefix + after}
        with self._spoken("list", prefix):
            while more:
                answer = self._ask("list_objects_v2", Prefix=self.prefix + prefix, **more)
                found += [item["Key"].removeprefix(self.prefix) for item in answer.get("Contents", [])]
                if last is not None and found and found[-1] >= last:
                    break
                token = answer.get("NextContinuationToken")
                more = {"ContinuationToken": token} if token else {}
        return found if last is None else [key for key in found if key <= last]

    def versions(self, prefix: str, after: str = "") -> list[Version]:
        """Return all versions of the objects below `prefix` whose keys sort after `after`; markers of deletion too.

        Without versioning each object has one.
        """
        found: list[Version] = []
        # moto skips an object at any marker, an empty one too.
        more: dict[str, str] | None = {"KeyMarker": self.prefix + after} if after else {}
        with self._spoken("list", prefix):
            while more is not None:
                answer = self._ask("list_object_versions", Prefix=self.prefix + prefix, **more)
                found += [
                    Version(item["Key"].removeprefix(self.prefix), item["VersionId"], item["IsLatest"], holds)
                    for name, holds in (("Versions", True), ("DeleteMarkers", False))
                    for item in answer.get(name, [])
                ]
                markers = {"KeyMarker": "NextKeyMarker", "VersionIdMarker": "NextVersionIdMarker"}
                more = (
                    {ours: answer[theirs] for ours, theirs in markers.items() if answer.get(theirs)}
                    if answer.get("IsTruncated")
                    else None
                )
        return found

    def has_any(self, prefix: str) -> bool:
        """Whether there is any key below `prefix`; one request, however many there are."""
        with self._spoken("list", prefix):
            answer = self._ask("list_objects_v2", Prefix=self.prefix + prefix, MaxKeys=1)
        return bool(answer.get("Contents"))

    def find_version(self, version: Version) -> bytes | None:
        """Return the bytes of one version of an object, or None when it is gone."""
        with self._spoken("read", version.key):
            try:
                answer = self._ask("get_object", Key=self.prefix + version.key, VersionId=version.version_id)
            except ClientError as error:
                if _code(error) in _NOT_FOUND:
                    return None
                raise
        body: bytes = answer["Body"]
        return gzip.decompress(body) if answer.get("ContentEncoding") == "gzip" else body

    def erase(self, version: Version) -> None:
        """Remove one version of an object for good, or one marker of deletion."""
        with self._spoken("delete", version.key):
            self._ask("delete_object", Key=self.prefix + version.key, VersionId=version.version_id)

    def lifecycle(self) -> dict[str, Any]:
        """Return how the bucket lets objects expire, by `Rules` that are not all this lake's, for `put_lifecycle`."""
        with self._spoken("read the lifecycle of", ""):
            try:
                answer = self._ask("get_bucket_lifecycle_configuration")
            except ClientError as error:
                if _code(error) == "NoSuchLifecycleConfiguration":
                    return {"Rules": []}
                raise
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}

    def put_lifecycle(self, lifecycle: dict[str, Any]) -> None:
        """Replace how the bucket lets objects expire."""
        others = {name: value for name, value in lifecycle.items() if name != "Rules"}
        with self._spoken("write the lifecycle of", ""):
            self._ask(
                "put_bucket_lifecycle_configuration",
                LifecycleConfiguration={"Rules": lifecycle["Rules"]},
                **others,
            )

    def put_model(self, key: str, model: BaseModel) -> None:
        """Write a record as JSON that a person can read."""
        self.put(key, model.model_dump_json(indent=1).encode(), "application/json")

    def put_parquet(self, key: str, frame: pl.DataFrame) -> None:
        """Write a frame as Parquet."""
        self.put(key, parquet(frame), "application/vnd.apache.parquet")

    def find_parquet(self, key: str, schema: pl.Schema) -> pl.DataFrame | None:
        """Return the frame at `key` with the columns and types of `schema`, or None when there is none."""
        body = self.find(key)
        return None if body is None else _scan(io.BytesIO(body), schema).collect()

    def scan_parquet(self, keys: Iterable[str], schema: pl.Schema) -> pl.LazyFrame:
        """Return the frames at `keys`, one below the other, read by polars itself straight from S3.

        The keys must exist. The schema is given rather than inferred: four times faster over many small
        files, and an all-digit handle stays text.
        """
        sources = [f"s3://{self.bucket}/{self.prefix}{key}" for key in keys]
        if not sources:
            return pl.LazyFrame(schema=schema)
        return _scan(sources, schema, storage_options=self._storage_options())

    def collect(self, frame: pl.LazyFrame, keys: Sequence[str], otherwise: str) -> pl.DataFrame:
        """Collect a frame that was scanned from `keys`.

        Raises `AviaryError`, which names the first object that is gone and says `otherwise`, what to do; and like every
        reading `LakeError` and `LakeRefused`.
        """
        try:
            return frame.collect()
        except FileNotFoundError:
            gone = next((key for key in keys if not self.exists(key)), None)
            if gone is None:  # there again: removed and written anew meanwhile
                return frame.collect()
            raise AviaryError(
                f"{self.url}/{gone} is missing although the day counts it; {otherwise}"
            ) from None
        except PermissionError as error:
            raise LakeRefused(f"cannot read {self.url}: {one_line(str(error))}") from None
        except OSError as error:
            raise LakeError(f"cannot read {self.url}: {one_line(str(error))}") from None

    def access(self) -> Access:
        """Return what polars and DuckDB need to read the lake. Credentials of a role expire: ask each time."""
        with self._spoken("read", ""):
            found = self._session.get_credentials()
            frozen = found.get_frozen_credentials() if found else None
        return Access(
            endpoint=self.endpoint,
            region=self._client.meta.region_name or "us-east-1",
            key_id=frozen.access_key if frozen else None,
            secret=frozen.secret_key if frozen else None,
            token=frozen.token if frozen else None,
        )

    def _storage_options(self) -> dict[str, str]:
        """Return `access` as polars' object store takes it."""
        access = self.access()
        options = {
            "aws_endpoint_url": access.endpoint,
            "aws_region": access.region,
            "aws_access_key_id": access.key_id,
            "aws_secret_access_key": access.secret,
            "aws_session_token": access.token,
            "aws_allow_http": "true",
        }
        return {name: value for name, value in options.items() if value}

    @stamina.retry(on=_BROKEN_OFF, attempts=5)
    def _ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Return S3's whole answer, its body read.

        botocore asks again while there is no answer, but not when an answer breaks off.
        """
        answer: dict[str, Any] = getattr(self._client, operation)(Bucket=self.bucket, **arguments)
        if "Body" in answer:
            answer["Body"] = answer["Body"].read()
        return answer

    @contextmanager
    def _spoken(self, doing: str, key: str) -> Iterator[None]:
        """Turn S3's failures into one line that names the object."""
        try:
            yield
        except ClientError as error:
            kind = LakeRefused if _code(error) in _WRONG_CREDENTIALS | {"NoSuchBucket"} else LakeError
            raise kind(f"cannot {doing} {self.url}/{key}: S3 answers {_code(error)}") from None
        except (ConnectionError, HTTPClientError, *_BROKEN_OFF) as error:
            raise LakeError(
                f"cannot {doing} {self.url}/{key}: {type(error).__name__} at {self.endpoint}"
            ) from None
        except BotoCoreError as error:  # credentials that are missing, or cannot be had
            raise LakeRefused(f"cannot {doing} {self.url}/{key}: {one_line(str(error))}") from None


def parquet(frame: pl.DataFrame) -> bytes:
    """Return a frame as the lake stores it."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def _scan(source: Any, schema: pl.Schema, **options: Any) -> pl.LazyFrame:
    """Scan Parquet as `schema`, whatever columns it was written with; names are names, not patterns."""
    return pl.scan_parquet(
        source,
        schema=schema,
        glob=False,
        hive_partitioning=False,
        missing_columns="insert",
        extra_columns="ignore",
        **options,
    )


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
