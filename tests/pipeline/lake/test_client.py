"""The lake on a real S3 server: whole objects, conditional writes, and every failure as one line."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import boto3
import pytest

from pipeline.errors import ConfigError, LakeError, LakeRefused
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame
from pipeline.schema import POSTS
from tests.pipeline.lake.requests import (
    etag,
    impatient,  # noqa: F401  # fixtures
)


def head(lake: Lake, key: str) -> dict[str, Any]:
    answer: dict[str, Any] = boto3.client("s3").head_object(Bucket=lake.bucket, Key=lake.prefix + key)
    return answer


def test_what_is_put_is_got(lake: Lake) -> None:
    key = keys.plan(date(2026, 11, 22))
    lake.put(key, b'{"a": 1}')
    found = lake.find(key)
    assert found is not None
    assert lake.get(key) == found.body == b'{"a": 1}'
    assert lake.exists(key)
    assert head(lake, key)["ContentType"] == found.content_type == "application/json"


def test_what_is_not_there_is_none_and_no_failure(lake: Lake) -> None:
    assert lake.find("nothing") is None
    assert find_frame(lake, "nothing", POSTS) is None
    assert not lake.exists("nothing")
    lake.delete("nothing")
    with pytest.raises(LakeError, match="nothing is missing"):
        lake.get("nothing")


def test_what_is_deleted_is_gone(lake: Lake) -> None:
    lake.put("a", b"1")
    lake.delete("a")
    assert lake.find("a") is None


def test_keys_come_in_order_below_a_prefix_and_after_a_key(lake: Lake) -> None:
    for key in ("b/2", "b/1", "a/1", "b/10", "c/1"):
        lake.put(key, b"")
    assert lake.keys("b/") == ["b/1", "b/10", "b/2"]
    assert lake.keys("b/", after="b/10") == ["b/2"]
    assert lake.keys("") == ["a/1", "b/1", "b/10", "b/2", "c/1"]
    assert lake.keys("d/") == []


def test_a_page_is_compressed_and_shown_as_html(lake: Lake) -> None:
    lake.put_html(keys.REPORTS_INDEX, "<p>ä</p>")
    assert lake.get(keys.REPORTS_INDEX) == "<p>ä</p>".encode()
    told = head(lake, keys.REPORTS_INDEX)
    assert told["ContentType"] == "text/html; charset=utf-8"
    assert told["ContentEncoding"] == "gzip"
    assert told["CacheControl"] == "no-cache"
    raw = (
        boto3.client("s3").get_object(Bucket=lake.bucket, Key=lake.prefix + keys.REPORTS_INDEX)["Body"].read()
    )
    assert gzip.decompress(raw).decode() == "<p>ä</p>"


def test_lakes_of_one_bucket_do_not_see_each_other(lake: Lake) -> None:
    inner, twin = Lake(f"{lake.url}/inner/"), Lake(f"{lake.url}/inner-twin")
    inner.put("a", b"inner")
    twin.put("a", b"twin")
    assert (inner.get("a"), twin.get("a")) == (b"inner", b"twin")
    assert inner.keys("") == ["a"]
    assert lake.keys("inner/") == ["inner/a"]
    assert inner.url == f"{lake.url}/inner"


@pytest.mark.parametrize(
    "url", ["", "lake", "s3://", "s3:///prefix", "s3://la ke", "s3://lake?x", "https://lake", "S3:/lake"]
)
def test_an_address_that_is_none_of_s3_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="is not an S3 address; write it like s3://bucket/prefix"):
        Lake(url)


def test_only_one_of_many_makes_an_object(lake: Lake) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: lake.put_if("once", str(number).encode(), None), range(8)))
    [(winner, written)] = [(number, each) for number, each in enumerate(made) if each]
    assert lake.get("once") == str(winner).encode()
    assert written == etag(lake, "once")


def test_only_one_of_many_changes_an_object_they_all_saw(lake: Lake) -> None:
    lake.put("book", b"start")
    seen = etag(lake, "book")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: lake.put_if("book", str(number).encode(), seen), range(8)))
    [(winner, written)] = [(number, each) for number, each in enumerate(made) if each]
    assert lake.get("book") == str(winner).encode()
    assert written == etag(lake, "book")


def test_an_object_that_is_gone_cannot_be_changed(lake: Lake) -> None:
    lake.put("book", b"start")
    seen = etag(lake, "book")
    lake.delete("book")
    assert not lake.put_if("book", b"changed", seen)
    assert lake.find("book") is None


CALLS = {
    "get": lambda lake: lake.get("k"),
    "find": lambda lake: lake.find("k"),
    "exists": lambda lake: lake.exists("k"),
    "put": lambda lake: lake.put("k", b""),
    "put_html": lambda lake: lake.put_html("k", ""),
    "put_if": lambda lake: lake.put_if("k", b"", None),
    "delete": lambda lake: lake.delete("k"),
    "keys": lambda lake: lake.keys("k"),
}


@pytest.mark.parametrize("call", CALLS)
def test_an_unreachable_server_is_one_line_that_names_the_object(
    environment: dict[str, str], dead_address: str, impatient: None, call: str
) -> None:
    with pytest.raises(LakeError) as caught:
        CALLS[call](Lake("s3://lake/x", endpoint_url=dead_address))
    assert "s3://lake/x/k: EndpointConnectionError at " + dead_address in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("call", CALLS)
def test_a_wrong_secret_is_refused_for_good_and_told_nowhere(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret")
    with pytest.raises(LakeRefused) as caught:
        CALLS[call](Lake(lake.url))
    assert f"{lake.url}/k" in str(caught.value)
    assert "wrong-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "call", sorted(set(CALLS) - {"exists"})
)  # S3 does not say which of the two is missing
def test_a_bucket_that_is_not_there_is_refused_for_good(lake: Lake, call: str) -> None:
    with pytest.raises(LakeRefused, match="NoSuchBucket"):
        CALLS[call](Lake("s3://no-such-bucket"))


@pytest.mark.parametrize("call", CALLS)
def test_no_credentials_are_one_line(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(LakeRefused, match="Unable to locate credentials"):
        CALLS[call](Lake("s3://lake"))


def test_json_survives_the_way(lake: Lake) -> None:
    lake.put("a.json", json.dumps({"a": "ä"}).encode())
    assert json.loads(lake.get("a.json")) == {"a": "ä"}
