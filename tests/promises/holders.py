"""Who in a lake still holds what must be forgotten."""

import json
import uuid
import zlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import polars as pl
import pytest
import zstandard

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import read_pages
from pipeline.schema import POSTS
from tests.conftest import DAY
from tests.promises.days import write_accounts

ACCOUNTS = """\
defaults: {mentions: true, no_tone: [Moss & Mortar]}
accounts:
  - pixelforge
  - handle: cobaltmotors
    include: [posts, replies, quotes, retweets]
"""


@cache
def s3() -> Any:
    """Return the tests' own way to the server; each client takes a while to make."""
    return boto3.client("s3")


def everything(lake: Lake) -> Iterator[tuple[str, str]]:
    """Return every version of every object but the records, made readable without the product's own means."""
    client = s3()
    for page in client.get_paginator("list_object_versions").paginate(Bucket=lake.bucket, Prefix=lake.prefix):
        for version in page.get("Versions", []):
            key = version["Key"].removeprefix(lake.prefix)
            if key.startswith("forgotten/"):
                continue
            stored = client.get_object(
                Bucket=lake.bucket, Key=version["Key"], VersionId=version["VersionId"]
            )["Body"].read()
            yield key, readable(key, stored)


def readable(key: str, stored: bytes) -> str:
    """Return the text of an object, unpacked."""
    if key.endswith(".zst"):
        stored = json.dumps(
            json.loads(zstandard.ZstdDecompressor().decompress(stored)), ensure_ascii=False
        ).encode("utf-8", "replace")
    elif key.endswith(".parquet"):
        stored = json.dumps(
            pl.read_parquet(BytesIO(stored)).to_dicts(), ensure_ascii=False, default=str
        ).encode()
    elif key.endswith(".html"):
        stored = zlib.decompress(stored, 31)
    return stored.decode()


def holders(lake: Lake, *words: str) -> list[str]:
    return [key for key, text in everything(lake) if any(word in text for word in words)]


@pytest.fixture
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write_accounts(tmp_path, monkeypatch, ACCOUNTS)


def a_thread(lake: Lake) -> dict[str, str]:
    """Return a post of pixelforge's that another of its posts goes on from."""
    (page,) = read_pages(lake, DAY, "pixelforge")
    answered = {reference["id"] for item in page.items for reference in item.get("referenced_tweets", [])}
    return next(item for item in page.items if item["id"] in answered)


def the_best(lake: Lake, account: str) -> dict[str, str]:
    """Return an account's post with the most engagement: it is in the report."""
    posts = find_frame(lake, keys.posts(DAY, account), POSTS)
    assert posts is not None
    return posts.filter(pl.col("kind") != "retweet").sort("engagement", descending=True).row(0, named=True)


@pytest.fixture
def versioned(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake in a bucket that keeps what is overwritten and deleted."""
    bucket = f"versioned-{uuid.uuid4().hex[:12]}"
    client = s3()
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    monkeypatch.setenv("AVIARY_LAKE", f"s3://{bucket}")
    return Lake(f"s3://{bucket}")


ONLY_COBALT = "accounts: [{handle: cobaltmotors, include: [posts, replies, quotes, retweets]}]\n"
