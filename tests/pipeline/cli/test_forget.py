"""`forget` says what it will remove before it does, and refuses what the lake does not hold."""

import io
import sys
from pathlib import Path

import polars as pl
import pytest
from typing_extensions import override

from pipeline.cli import main
from pipeline.erasure.post_ids import mentioned_ids
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.raw import read_pages
from tests.old_lakes import put_old_lake
from tests.old_lakes.make import OLD_DAY
from tests.promises.days import etags, write_accounts
from tests.promises.kills import Killed, counting

NOWHERE = "1990000000000000001"


@pytest.fixture(autouse=True)
def stored(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake with a day of two accounts that accounts.yaml does not list any more."""
    put_old_lake(lake, "v1")
    monkeypatch.chdir(tmp_path)
    write_accounts(tmp_path, monkeypatch, "accounts: [pixelforge]\n")
    return lake


@pytest.fixture
def post_id(lake: Lake) -> str:
    posts = pl.read_parquet(io.BytesIO(lake.get(keys.posts(OLD_DAY, "1729"))))
    return str(posts["post_id"][0])


def run(
    *arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """Run `./aviary forget ARGUMENTS` in this process; return the exit code, stdout and stderr."""
    monkeypatch.setattr(sys, "argv", ["pipeline", "forget", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    code = ended.value.code
    return code if isinstance(code, int) else 0, out, err


def test_a_dry_run_says_what_would_be_removed_and_changes_nothing(
    post_id: str, lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = etags(lake)
    code, out, _ = run("--post", post_id, "--dry-run", monkeypatch=monkeypatch, capsys=capsys)
    assert code == 0
    assert out.splitlines() == [
        f"{post_id}: to remove: 1 post, in 5 objects (2 in csv, 1 in daily, 1 in posts, 1 in raw)",
        f"of 1 account-day: @1729 {OLD_DAY}",
        "nothing was removed (--dry-run)",
    ]
    assert etags(lake) == before


def test_the_same_is_said_before_anything_is_done(
    post_id: str, lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def die(number: int) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        counting(dying, die)
        dying.setattr(sys, "argv", ["pipeline", "forget", "--post", post_id])
        with pytest.raises(Killed):
            main()
    assert "to remove: 1 post, in 5 objects" in capsys.readouterr().out

    code, out, _ = run("--post", post_id, monkeypatch=monkeypatch, capsys=capsys)
    assert code == 0
    assert f"{post_id}: removed from 5 objects (2 in csv, 1 in daily, 1 in posts, 1 in raw)" in out


def test_of_an_account_the_same(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = etags(lake)
    posts = pl.read_parquet(io.BytesIO(lake.get(keys.posts(OLD_DAY, "1729")))).height
    code, out, _ = run("--account", "1729", "--dry-run", monkeypatch=monkeypatch, capsys=capsys)
    assert code == 0
    assert f"@1729: to remove: {posts} posts, in " in out
    assert f"of 1 account-day: @1729 {OLD_DAY}" in out
    assert etags(lake) == before


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["--post", NOWHERE], NOWHERE),
        (["--post", "http://mobile.twitter.com/jack/status/20?s=20"], "20"),
        (["--account", "@NobodyHere"], "@nobodyhere"),
    ],
)
def test_what_the_lake_does_not_hold_is_refused_unless_it_is_meant(
    arguments: list[str],
    name: str,
    lake: Lake,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = etags(lake)
    for attempt in (arguments, [*arguments, "--dry-run"]):
        code, out, err = run(*attempt, monkeypatch=monkeypatch, capsys=capsys)
        assert (code, out) == (2, "")
        assert err == (
            f"{name} is not in {lake.url}, so there is nothing to remove; check it, or add --yes, so that it is "
            "left out if X ever sends it\n"
        )
    assert etags(lake) == before

    code, out, _ = run(*arguments, "--yes", "--dry-run", monkeypatch=monkeypatch, capsys=capsys)
    assert (code, out) == (0, f"{name}: nothing of it is stored\n")
    assert etags(lake) == before

    code, out, _ = run(*arguments, "--yes", monkeypatch=monkeypatch, capsys=capsys)
    assert (code, out) == (0, f"{name}: not found in the lake; if X sends it from now on, it is left out\n")
    added = {key for key, etag in etags(lake).items() if before.get(key) != etag}
    assert len(added) == 1
    assert added.pop().startswith("forgotten/")
    # What has a record counts as held: a killed command must be able to go on.
    assert run(*arguments, monkeypatch=monkeypatch, capsys=capsys)[0] == 0


class Terminal(io.StringIO):
    """What somebody types."""

    @override
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code"), [("n\n", 2), ("\n", 2), ("y\n", 0)])
def test_on_a_terminal_it_is_asked_for(
    answer: str,
    code: int,
    post_id: str,
    lake: Lake,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = etags(lake)
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    ended, out, err = run("--post", post_id, monkeypatch=monkeypatch, capsys=capsys)
    assert ended == code
    assert "to remove: 1 post" in out
    assert (etags(lake) == before) == bool(code)
    if code:
        assert err.endswith("nothing was removed, because the question was not answered with yes\n")


def test_nothing_is_asked_with_yes(
    post_id: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(""))
    assert run("--post", post_id, "--yes", monkeypatch=monkeypatch, capsys=capsys)[0] == 0


def test_a_post_that_is_only_mentioned_is_said_to_be(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (page,) = read_pages(lake, OLD_DAY, "1729")
    (mentioned,) = mentioned_ids(page) - {item["id"] for item in page.items}
    code, out, _ = run("--post", mentioned, "--dry-run", monkeypatch=monkeypatch, capsys=capsys)
    assert code == 0
    assert "to remove: no post, only mentions, in " in out
