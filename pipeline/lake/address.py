"""The lake's address, `s3://bucket[/prefix]`, checked before anything is read or written. Pure."""

import re

from pipeline.errors import ConfigError
from pipeline.text import inert

_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")  # what botocore takes as a name
_PATTERNS = "*?[\\"  # DuckDB takes them for patterns and queries, wherever they stand
_MAX_PREFIX = 500  # bytes; S3 allows 1,024 for a whole key


def parse_address(url: str) -> tuple[str, str]:
    """Return the bucket, and what keys in it begin with: empty, or ended by a slash. Raises `ConfigError`."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://") or not _BUCKET.fullmatch(bucket):
        raise ConfigError(
            f"AVIARY_LAKE={inert(url)!r} is not an S3 address; write it like s3://bucket/prefix"
        )
    prefix = prefix.removesuffix("/")
    if not prefix:
        return bucket, ""
    if problem := _problem(prefix):
        raise ConfigError(f"AVIARY_LAKE={inert(url)!r} cannot be used: {problem}; choose another prefix")
    return bucket, f"{prefix}/"


def _problem(prefix: str) -> str | None:
    """Return why not every reader of S3 would find what lies below the prefix, or None."""
    if bad := next((letter for letter in prefix if letter in _PATTERNS), None):
        return f"its prefix holds {bad!r}, which some readers of S3 take for a pattern"
    if not prefix.isprintable():
        return "its prefix holds characters that cannot be seen"
    if any(part in {"", ".", ".."} for part in prefix.split("/")):
        return "its prefix has an empty part, a '.' or a '..', which some clients of S3 remove"
    if len(prefix.encode()) > _MAX_PREFIX:
        return f"its prefix is longer than {_MAX_PREFIX} bytes"
    return None
