"""The lake on a real S3 server: whole objects, conditional writes, and every failure as one line."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.errors import ConfigError, LakeError, LakeRefused
from pipeline.lake import client as lake_module
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame, put_frame
from pipeline.schema import POSTS
from tests.pipeline.given import stored_posts


def etag(lake: Lake, key: str) -> str:
    found = lake.find(key)
    assert found is not None
    return found[1]


def head(lake: Lake, key: str) -> dict[str, Any]:
    answer: dict[str, Any] = boto3.client("s3").head_object(Bucket=lake.bucket, Key=lake.prefix + key)
    return answer


# --- objects -------------------------------------------------------------------------------------


def test_what_is_put_is_got(lake: Lake) -> None:
    lake.put("a/b.json", b'{"a": 1}', "application/json")
    assert lake.get("a/b.json") == lake.find("a/b.json") == b'{"a": 1}'
    assert lake.exists("a/b.json")
    assert head(lake, "a/b.json")["ContentType"] == "application/json"


def test_what_is_not_there_is_none_and_no_failure(lake: Lake) -> None:
    assert lake.find("nothing") is None
    assert lake.find("nothing") is None
    assert find_frame(lake, "nothing", POSTS) is None
    assert not lake.exists("nothing")
    lake.delete("nothing")
    with pytest.raises(KeyError, match="nothing"):
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
    lake.put_html("index.html", "<p>ä</p>")
    assert lake.get("index.html") == "<p>ä</p>".encode()
    told = head(lake, "index.html")
    assert told["ContentType"] == "text/html; charset=utf-8"
    assert told["ContentEncoding"] == "gzip"
    assert told["CacheControl"] == "no-cache"
    raw = boto3.client("s3").get_object(Bucket=lake.bucket, Key=lake.prefix + "index.html")["Body"].read()
    assert gzip.decompress(raw).decode() == "<p>ä</p>"


def test_the_same_page_and_frame_are_the_same_bytes(lake: Lake) -> None:
    for key in ("one", "two"):
        lake.put_html(f"{key}.html", "<p>hi</p>" * 100)
        put_frame(lake, f"{key}.parquet", stored_posts({"text": "hi"}, {"text": "ho", "hashtags": ["a"]}))
    assert etag(lake, "one.html") == etag(lake, "two.html")
    assert etag(lake, "one.parquet") == etag(lake, "two.parquet")


# --- prefixes ------------------------------------------------------------------------------------


def test_lakes_of_one_bucket_do_not_see_each_other(lake: Lake) -> None:
    inner, twin = Lake(f"{lake.url}/inner/"), Lake(f"{lake.url}/inner-twin")
    inner.put("a", b"inner")
    twin.put("a", b"twin")
    assert (inner.get("a"), twin.get("a")) == (b"inner", b"twin")
    assert inner.keys("") == ["a"]
    assert lake.keys("inner/") == ["inner/a"]
    assert inner.url == f"{lake.url}/inner"


@pytest.mark.parametrize("folder", ["x*y", "what?", "[ab]", "50%20off", "my lake", "ä", "a#b"])
def test_a_prefix_is_taken_letter_by_letter_by_polars_too(lake: Lake, folder: str) -> None:
    odd = Lake(f"{lake.url}/{folder}")
    posts = stored_posts({"text": "hi"})
    put_frame(odd, "p.parquet", posts)
    assert_frame_equal(odd.scan_parquet(["p.parquet"], POSTS).collect(), posts)


@pytest.mark.parametrize(
    "url", ["", "lake", "s3://", "s3:///prefix", "s3://la ke", "s3://lake?x", "https://lake", "S3:/lake"]
)
def test_an_address_that_is_none_of_s3_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="is not an S3 address; write it like s3://bucket/prefix"):
        Lake(url)


# --- frames --------------------------------------------------------------------------------------


def test_frames_are_read_one_below_the_other_with_the_given_types(lake: Lake) -> None:
    one, two = stored_posts({"account": "007", "text": "a"}), stored_posts({"text": "b"}, {"text": "c"})
    put_frame(lake, "posts/account=007/p.parquet", one)
    put_frame(lake, "posts/account=b/p.parquet", two)
    frame = lake.scan_parquet(["posts/account=007/p.parquet", "posts/account=b/p.parquet"], POSTS).collect()
    assert_frame_equal(frame, pl.concat([one, two]))
    assert frame["account"][0] == "007"


def test_no_frames_are_an_empty_frame(lake: Lake) -> None:
    assert lake.scan_parquet([], POSTS).collect().schema == POSTS


def test_an_older_frame_lacks_new_columns_and_still_reads(lake: Lake) -> None:
    posts = stored_posts({"text": "a"})
    put_frame(lake, "old", posts.drop("impression_count").with_columns(gone=pl.lit(1)))
    frame = lake.scan_parquet(["old"], POSTS).collect()
    assert (frame.schema, frame["impression_count"].to_list()) == (POSTS, [None])
    found = find_frame(lake, "old", POSTS)
    assert found is not None
    assert_frame_equal(found, frame)


# --- conditional writes --------------------------------------------------------------------------


def test_only_one_of_many_makes_an_object(lake: Lake) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: lake.put_if("once", str(number).encode(), None), range(8)))
    assert made.count(True) == 1
    assert lake.get("once") == str(made.index(True)).encode()


def test_only_one_of_many_changes_an_object_they_all_saw(lake: Lake) -> None:
    lake.put("book", b"start")
    seen = etag(lake, "book")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: lake.put_if("book", str(number).encode(), seen), range(8)))
    assert made.count(True) == 1
    assert lake.get("book") == str(made.index(True)).encode()


def test_an_object_that_is_gone_cannot_be_changed(lake: Lake) -> None:
    lake.put("book", b"start")
    seen = etag(lake, "book")
    lake.delete("book")
    assert not lake.put_if("book", b"changed", seen)
    assert lake.find("book") is None


# --- failures ------------------------------------------------------------------------------------

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


def test_the_lake_in_front_of_us_passes_its_check(lake: Lake) -> None:
    lake.check()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask S3 once: how often it is asked again is botocore's own business."""
    once = lake_module.CLIENT_CONFIG.merge(
        lake_module.Config(retries={"mode": "standard", "total_max_attempts": 1})
    )
    monkeypatch.setattr(lake_module, "CLIENT_CONFIG", once)


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


@pytest.mark.parametrize(
    ("url", "variables", "words"),
    [
        ("s3://no-such-bucket", {}, "there is no bucket 'no-such-bucket'"),
        ("s3://lake", {"AWS_SECRET_ACCESS_KEY": "wrong-secret"}, "refuses the credentials for bucket 'lake'"),
        ("s3://lake", {"AWS_ACCESS_KEY_ID": "nobody"}, "refuses the credentials for bucket 'lake'"),
        (
            "s3://lake",
            {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
            "no AWS credentials were found",
        ),
        ("s3://lake", {"AWS_SECRET_ACCESS_KEY": None}, "missing: AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_the_check_says_what_to_mend(
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    variables: dict[str, str | None],
    words: str,
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name, value in variables.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    with pytest.raises(ConfigError) as caught:
        Lake(url).check()
    assert words in str(caught.value)
    assert str(caught.value).isprintable()
    assert "wrong-secret" not in str(caught.value)


def test_the_check_says_when_nobody_is_there(
    environment: dict[str, str], dead_address: str, impatient: None
) -> None:
    with pytest.raises(ConfigError, match=f"S3 at {dead_address} cannot be reached"):
        Lake("s3://lake", endpoint_url=dead_address).check()


def test_an_endpoint_that_is_no_address_is_refused(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "nowhere")
    with pytest.raises(ConfigError, match="S3 cannot be used with these settings"):
        Lake("s3://lake")


def test_a_profile_that_is_not_there_is_refused(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ConfigError, match=r"S3 cannot be used with these settings: .*nobody"):
        Lake("s3://lake")


def test_json_survives_the_way(lake: Lake) -> None:
    lake.put("a.json", json.dumps({"a": "ä"}).encode())
    assert json.loads(lake.get("a.json")) == {"a": "ä"}
