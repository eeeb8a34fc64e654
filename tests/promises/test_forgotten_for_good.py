"""Promise: what is forgotten goes from older versions too, and a killed `forget` is finished by the same command."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from pipeline import run_day
from pipeline.cli.forget import forget
from pipeline.erasure.posts import finish, forget_posts
from pipeline.errors import ConfigError, LakeError
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.report import report
from reports import publish
from tests.conftest import DAY
from tests.promises.days import etags, expire_pages, write_accounts
from tests.promises.holders import ONLY_COBALT, a_thread, accounts, holders, s3, the_best, versioned  # noqa: F401  # fixtures
from tests.promises.kills import Killed, counting, dies_at, tried


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
        expire_pages(versioned, DAY, "pixelforge")
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

    for last in tried(1, len(writes)):
        lake = a_lake(last)
        with monkeypatch.context() as dying:
            counting(dying, dies_at(last))
            with pytest.raises(Killed):
                command()
        command()
        assert etags(lake) == expected, f"killed before write {last}"
        assert holders(lake, post["post_id"], post["text"]) == []


@pytest.mark.parametrize("post", ["nasa", "0", "12345678901234567890", "", "https://x.com/nasa"])
def test_what_is_no_id_is_refused(post: str, lake: Lake) -> None:
    with pytest.raises(ConfigError, match="is not a post id"):
        forget(post=post)


def test_one_of_post_and_account_must_be_named(lake: Lake) -> None:
    with pytest.raises(ConfigError, match="either --post ID, --account HANDLE or --gone HANDLE"):
        forget()
    with pytest.raises(ConfigError, match="either --post ID, --account HANDLE or --gone HANDLE"):
        forget(post="1", account="nasa")


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
    with pytest.raises(LakeError, match=r"posts_daily/.*/posts\.parquet still holds what must be forgotten"):
        finish(lake, removed.record)
