"""What was forgotten is gone, stays gone, and is still counted: whenever the forgetting was killed."""

import json
import uuid
import zlib
from collections.abc import Iterator
from datetime import timedelta
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import polars as pl
import pytest
import zstandard

from pipeline import run_day
from pipeline.cli.forget import forget
from pipeline.erasure.posts import finish, forget_posts
from pipeline.errors import ConfigError, LakeError, RunFailed
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.lake.frames import find_frame, put_frame
from pipeline.lake.raw import discard, read_pages
from pipeline.lake.records import DeletedPosts
from pipeline.report import report
from pipeline.schema import POSTS, ROLLUP
from reports import publish
from tests.conftest import DAY, RequestStats
from tests.promises.days import etags, write_accounts
from tests.promises.test_killed_anywhere import Killed, counting
from tests.promises.test_nothing_lost import adds_up

ACCOUNTS = """\
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
            yield key, stored.decode()


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


def a_retweeted(lake: Lake) -> dict[str, str]:
    """Return somebody's post that cobaltmotors has retweeted."""
    (page,) = read_pages(lake, DAY, "cobaltmotors")
    retweeted = {
        reference["id"]
        for item in page.items
        for reference in item.get("referenced_tweets", [])
        if reference["type"] == "retweeted"
    }
    return next(post for post in page.included if post["id"] in retweeted)


def the_best(lake: Lake, account: str) -> dict[str, str]:
    """Return an account's post with the most engagement: it is in the report."""
    posts = find_frame(lake, keys.posts(DAY, account), POSTS)
    assert posts is not None
    return posts.filter(pl.col("kind") != "retweet").sort("engagement", descending=True).row(0, named=True)


def test_a_post_is_nowhere_any_more_and_is_counted_as_forgotten(
    lake: Lake, accounts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_day(DAY)
    post = the_best(lake, "pixelforge")
    before = find_outcomes(lake, DAY)["pixelforge"]
    metrics = pl.DataFrame({"post_id": [post["post_id"], "1"], "like_count": [5, 6]})
    put_frame(lake, "metrics/observed=2026-11-24/account=pixelforge/metrics.parquet", metrics)
    # raw, posts, both spreadsheets, the roll-up, the report, the account's and the latest; and these.
    assert len(holders(lake, post["post_id"])) == 9

    forget(post=post["post_id"])

    assert holders(lake, post["post_id"], post["text"]) == []
    after = find_outcomes(lake, DAY)["pixelforge"]
    assert adds_up(after)
    assert after == before.model_copy(
        update={
            "counts": before.counts.model_copy(
                update={"kept": before.counts.kept - 1, "forgotten": 1},
            ),
            "scored": before.scored - (post["compound"] is not None),
        }
    )
    assert "1 forgotten" in lake.get(keys.report(DAY)).decode()
    told = capsys.readouterr().out
    assert (
        "removed from 9 objects (2 in csv, 1 in daily, 1 in metrics, 1 in posts, 1 in raw, 3 in reports)"
        in told
    )
    assert "it is gone" in told


def test_a_post_that_others_speak_of_leaves_no_trace_in_them(lake: Lake, accounts: Path) -> None:
    run_day(DAY)
    post = a_thread(lake)
    assert len(holders(lake, post["id"])) > 5
    kept = find_outcomes(lake, DAY)["pixelforge"].counts.kept

    forget(post=f"https://x.com/pixelforge/status/{post['id']}?s=20")

    assert holders(lake, post["id"], post["text"]) == []
    assert find_outcomes(lake, DAY)["pixelforge"].counts.kept == kept - 1


def test_a_retweet_goes_with_its_original(lake: Lake, accounts: Path) -> None:
    run_day(DAY)
    original = a_retweeted(lake)
    before = find_outcomes(lake, DAY)["cobaltmotors"]

    forget(post=original["id"])

    assert holders(lake, original["id"], original["text"]) == []
    after = find_outcomes(lake, DAY)["cobaltmotors"]
    assert (after.counts.forgotten, after.counts.fetched) == (1, before.counts.fetched)
    assert after.cost_usd == before.cost_usd


def test_a_forgotten_post_stays_forgotten_whatever_is_run(
    lake: Lake, accounts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_day(DAY)
    post = the_best(lake, "pixelforge")
    forget(post=post["post_id"])
    forgotten = etags(lake)

    run_day(DAY)
    assert etags(lake) == forgotten

    report(lake, DAY, publish)
    assert etags(lake) == forgotten

    run_day(DAY, refetch=True)  # X still shows it
    assert etags(lake) == forgotten

    forget(post=post["post_id"])
    assert etags(lake) == forgotten
    assert "not found" in capsys.readouterr().out


def test_a_post_may_be_forgotten_before_it_is_ever_read(lake: Lake, accounts: Path) -> None:
    run_day(DAY)
    post = the_best(lake, "pixelforge")
    for key in lake.keys(""):
        lake.delete(key)

    forget(post=post["post_id"])
    run_day(DAY)

    assert holders(lake, post["post_id"], post["text"]) == []
    assert find_outcomes(lake, DAY)["pixelforge"].counts.forgotten == 1


def test_the_days_after_are_as_if_it_had_been_forgotten_before_they_were_made(
    lake: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their pages compare with the day's roll-up, which changes."""
    for day in (DAY, DAY + timedelta(days=1)):
        monkeypatch.setenv("AVIARY_NOW", f"{day + timedelta(days=1)}T06:00:00Z")
        run_day(day)
    before = etags(lake)
    forget(post=the_best(lake, "pixelforge")["post_id"])
    forgotten = etags(lake)
    later = keys.report(DAY + timedelta(days=1))
    assert forgotten[later] != before[later]

    run_day(DAY)
    run_day(DAY + timedelta(days=1))

    assert etags(lake) == forgotten


def test_when_the_raw_pages_have_expired_what_was_made_of_them_is_mended(lake: Lake, accounts: Path) -> None:
    run_day(DAY)
    post, thread = the_best(lake, "pixelforge"), a_thread(lake)
    original = a_retweeted(lake)
    for account in ("pixelforge", "cobaltmotors"):
        discard(lake, DAY, account)
    fetched = find_outcomes(lake, DAY)["pixelforge"].counts.fetched

    gone = {post["post_id"], thread["id"]}
    for post_id in gone:
        forget(post=post_id)

    assert holders(lake, *gone, post["text"], thread["text"]) == []
    counts = find_outcomes(lake, DAY)["pixelforge"].counts
    assert (counts.fetched, counts.forgotten) == (fetched, len(gone))
    rollup = find_frame(lake, keys.rollup(DAY), ROLLUP)
    assert rollup is not None
    assert rollup["forgotten"].sum() == len(gone)
    assert original["text"] in dict(everything(lake))[keys.posts(DAY, "cobaltmotors")]
    after = etags(lake)
    run_day(DAY)
    assert etags(lake) == after


def test_a_retweet_whose_raw_page_has_expired_goes_with_a_listed_accounts_post(
    lake: Lake, accounts: Path
) -> None:
    """Its row does not tell what it is of, but it reads like it."""
    run_day(DAY)
    post = the_best(lake, "pixelforge")
    stored = find_frame(lake, keys.posts(DAY, "cobaltmotors"), POSTS)
    assert stored is not None
    copy = stored.filter(pl.col("kind") == "retweet")[0].with_columns(
        text=pl.lit(f"RT @PixelForge: {post['text']}"), post_id=pl.lit("1234567890123456789")
    )
    put_frame(lake, keys.posts(DAY, "cobaltmotors"), pl.concat([stored, copy]))
    discard(lake, DAY, "cobaltmotors")
    report(lake, DAY, publish)

    forget(post=post["post_id"])

    assert holders(lake, post["post_id"], post["text"], "1234567890123456789") == []


@pytest.fixture
def versioned(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake in a bucket that keeps what is overwritten and deleted."""
    bucket = f"versioned-{uuid.uuid4().hex[:12]}"
    client = s3()
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    monkeypatch.setenv("AVIARY_LAKE", f"s3://{bucket}")
    return Lake(f"s3://{bucket}")


def test_older_versions_are_gone_as_well(versioned: Lake, accounts: Path) -> None:
    run_day(DAY)
    post = the_best(versioned, "pixelforge")
    run_day(DAY, refetch=True)
    run_day(DAY + timedelta(days=-1))
    assert len(holders(versioned, post["post_id"])) > 12

    forget(post=post["post_id"])

    assert holders(versioned, post["post_id"], post["text"]) == []


@pytest.mark.parametrize("what", ["a post", "a post whose raw page has expired", "an account"])
def test_killed_before_any_write_the_same_command_finishes(
    what: str, versioned: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_day(DAY)
    post = the_best(versioned, "pixelforge")
    if what == "a post whose raw page has expired":
        discard(versioned, DAY, "pixelforge")
    if what == "an account":
        write_accounts(accounts.parent, monkeypatch, ONLY_COBALT)
    command = (
        partial(forget, account="pixelforge")
        if what == "an account"
        else partial(forget, post=post["post_id"])
    )
    stored = versioned.keys("")

    def a_lake(number: int) -> Lake:
        """Return a lake with the same day; run for each, the test would take minutes."""
        for key in stored:
            source = {"Bucket": versioned.bucket, "Key": key}
            s3().copy_object(Bucket=versioned.bucket, Key=f"{number}/{key}", CopySource=source)
        monkeypatch.setenv("AVIARY_LAKE", f"{versioned.url}/{number}")
        return Lake(f"{versioned.url}/{number}")

    lake = a_lake(0)
    writes: list[int] = []
    with monkeypatch.context() as patch:
        counting(patch, writes.append)
        command()
    expected = etags(lake)
    assert len(writes) > 12

    for last in range(1, len(writes) + 1):

        def die(number: int, last: int = last) -> None:
            if number >= last:
                raise Killed

        lake = a_lake(last)
        with monkeypatch.context() as dying:
            counting(dying, die)
            with pytest.raises(Killed):
                command()
        command()
        assert etags(lake) == expected, f"killed before write {last}"
        assert holders(lake, post["post_id"], post["text"]) == []


@pytest.mark.parametrize("post", ["nasa", "0", "12345678901234567890", "", "https://x.com/nasa"])
def test_what_is_no_id_is_refused(post: str, lake: Lake) -> None:
    with pytest.raises(ConfigError, match="is not a post's id"):
        forget(post=post)


def test_one_of_post_and_account_must_be_named(lake: Lake) -> None:
    with pytest.raises(ConfigError, match="--post ID, or --account HANDLE"):
        forget()
    with pytest.raises(ConfigError, match="--post ID, or --account HANDLE"):
        forget(post="1", account="nasa")


# --- accounts ------------------------------------------------------------------------------------

ONLY_COBALT = "accounts: [{handle: cobaltmotors, include: [posts, replies, quotes, retweets]}]\n"


def test_an_account_is_as_if_it_had_never_been_listed(
    versioned: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for day in (DAY - timedelta(days=1), DAY):
        run_day(day)
    run_day(DAY, refetch=True)
    versioned.put_model(keys.deleted_posts(DAY, "pixelforge"), DeletedPosts(days={}))
    write_accounts(accounts.parent, monkeypatch, ONLY_COBALT)
    bought = etags(versioned, without="-")

    forget(account="@PixelForge")

    assert "it is gone" in capsys.readouterr().out
    assert not versioned.exists(keys.deleted_posts(DAY, "pixelforge"))
    assert [text for key, text in everything(versioned) if "pixelforge" in (key + text).lower()] == []
    assert {key: tag for key, tag in bought.items() if key.startswith("spend/")}.items() <= etags(
        versioned, without="-"
    ).items()
    forgotten = etags(versioned)
    for day in (DAY - timedelta(days=1), DAY):
        run_day(day)
    assert etags(versioned) == forgotten


def test_a_listed_account_is_not_forgotten(
    lake: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_day(DAY)
    before = etags(lake)
    with pytest.raises(ConfigError, match=r"@pixelforge is still listed in .*take it out first"):
        forget(account="PixelForge")
    assert etags(lake) == before


def test_a_forgotten_account_that_is_listed_again_is_not_read_and_says_why(
    lake: Lake, request_stats: RequestStats, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(accounts.parent, monkeypatch, ONLY_COBALT)
    forget(account="pixelforge")
    write_accounts(accounts.parent, monkeypatch, ACCOUNTS)
    with pytest.raises(RunFailed, match=r"delete forgotten/account=pixelforge.json from the lake"):
        run_day(DAY)
    assert not [key for key in lake.keys("") if key.startswith(("raw/", "posts/")) and "pixelforge" in key]
    lake.delete(keys.erased_account("pixelforge"))
    assert run_day(DAY).statuses == {"ok": 2}


def test_the_only_account_of_a_day_leaves_an_empty_report(
    lake: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(accounts.parent, monkeypatch, "accounts: [pixelforge]\n")
    run_day(DAY)
    write_accounts(accounts.parent, monkeypatch, ONLY_COBALT)
    forget(account="pixelforge")
    assert "pixelforge" not in lake.get(keys.report(DAY)).decode().lower()


@pytest.mark.parametrize("account", ["", "no handle", "way_too_long_a_handle", "https://x.com/nasa"])
def test_what_is_no_handle_is_refused(account: str, lake: Lake, accounts: Path) -> None:
    with pytest.raises(ConfigError, match="is not a handle of X"):
        forget(account=account)


# --- what other stages call ----------------------------------------------------------------------


def test_posts_of_one_account_are_forgotten_without_a_look_at_the_rest(
    versioned: Lake, accounts: Path
) -> None:
    """As when a later reading finds that X shows them no more."""
    run_day(DAY)
    best, thread = the_best(versioned, "pixelforge"), a_thread(versioned)
    gone = {best["post_id"], thread["id"]}

    removed = forget_posts(versioned, "pixelforge", gone, [DAY], "gone on X")
    for day in removed.record.days:
        report(versioned, day, publish)
    finish(versioned, removed.record)

    assert holders(versioned, *gone, best["text"], thread["text"]) == []
    assert find_outcomes(versioned, DAY)["pixelforge"].counts.forgotten == len(gone)


def test_what_is_still_there_is_named(lake: Lake, accounts: Path) -> None:
    run_day(DAY)
    removed = forget_posts(lake, "pixelforge", [the_best(lake, "pixelforge")["post_id"]], [DAY], "gone on X")
    with pytest.raises(LakeError, match=r"all-accounts\.csv still holds what must be forgotten"):
        finish(lake, removed.record)
