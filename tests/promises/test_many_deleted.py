"""Many posts gone from X at once stay until a person says so: `forget --gone`."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline import clock, run_day
from pipeline.cli.forget import forget
from pipeline.errors import ConfigError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome
from pipeline.lake.frames import find_frame
from pipeline.lake.records import Outcome
from pipeline.schema import POSTS
from tests.conftest import DAY, FaultRules
from tests.promises.days import copy_objects, etags, write_accounts
from tests.promises.kills import Killed, counting, dies_at, tried

HANDLE = "stadiumfc"  # 27 posts on EVE
EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
MANY = 12
COMMAND = f"./aviary forget --gone {HANDLE}"


@pytest.fixture(autouse=True)
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write_accounts(tmp_path, monkeypatch, f"defaults: {{refresh_days: 1}}\naccounts: [{HANDLE}]\n")


def run(day: date) -> None:
    with clock.frozen(clock.parse_instant(f"{day + timedelta(days=1)}T06:00:00Z")):
        run_day(day)


def ids(lake: Lake, day: date = EVE) -> list[str]:
    found = find_frame(lake, keys.posts(day, HANDLE), POSTS)
    assert found is not None
    return found["post_id"].to_list()


def outcome(lake: Lake, day: date) -> Outcome:
    found = find_outcome(lake, day, HANDLE)
    assert found is not None
    return found


def page_of(lake: Lake, day: date) -> str:
    return " ".join(lake.get(keys.report(day)).decode().split())


def lose(fault_rules: FaultRules, posts: int) -> None:
    """Delete the newest posts of the day before DAY, after DAY's own page, and run until X has said so twice."""
    run(EVE)
    fault_rules.add(HANDLE, "gone", after=1, posts=posts)
    run(DAY)
    run(NEXT)


@pytest.fixture
def lost(lake: Lake, fault_rules: FaultRules) -> Lake:
    lose(fault_rules, MANY)
    return lake


def test_more_than_ten_and_a_fifth_of_the_posts_wait_and_an_alert_says_for_what(lost: Lake) -> None:
    found = outcome(lost, NEXT)
    assert (found.deletions_waiting, found.deleted, found.doubted) == (MANY, 0, 0)
    assert len(ids(lost)) == outcome(lost, EVE).counts.kept == 27
    page = page_of(lost, NEXT)
    assert "has lost many posts at X" in page
    assert page.count(COMMAND) == 2  # in the alert and in the data section

    # More history makes them a smaller share; still they wait.
    run(NEXT + timedelta(days=1))
    assert outcome(lost, NEXT + timedelta(days=1)).deletions_waiting == MANY
    assert len(ids(lost)) == 27


def test_ten_are_forgotten_unasked(lake: Lake, fault_rules: FaultRules) -> None:
    lose(fault_rules, 10)
    assert outcome(lake, NEXT).deleted == 10
    assert len(ids(lake)) == 17


def test_dry_run_says_what_would_go_and_changes_nothing(
    lost: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    before = lost.etags("")
    forget(gone=f"@{HANDLE.upper()}", dry_run=True)
    assert capsys.readouterr().out.splitlines() == [
        f"@{HANDLE}: X no longer has {MANY} posts ({MANY} of {EVE})",
        "nothing was removed (--dry-run)",
    ]
    assert lost.etags("") == before


def test_the_command_removes_them_and_the_report_says_no_more_that_they_wait(
    lost: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = ids(lost)[-MANY:]
    forget(gone=HANDLE)

    assert f"@{HANDLE}: X no longer has {MANY} posts" in capsys.readouterr().out
    assert len(ids(lost)) == 27 - MANY
    assert outcome(lost, EVE).counts.forgotten == MANY
    assert f"{MANY} forgotten" in page_of(lost, EVE)
    assert outcome(lost, NEXT).deletions_waiting == 0
    assert COMMAND not in page_of(lost, NEXT)
    holding = [key for key in lost.keys("posts") + lost.keys("csv") if gone[0] in str(lost.get(key))]
    assert not holding

    run(NEXT)  # what is derived again says so, too
    assert outcome(lost, NEXT).deletions_waiting == 0
    run(NEXT + timedelta(days=1))
    assert outcome(lost, NEXT + timedelta(days=1)).deletions_waiting == 0


def test_once_they_are_gone_the_command_has_nothing_to_do(
    lost: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    forget(gone=HANDLE)
    before = lost.etags("")
    capsys.readouterr()
    forget(gone=HANDLE)
    assert capsys.readouterr().out.splitlines() == [f"@{HANDLE}: no post waits to be removed"]
    assert lost.etags("") == before


def test_an_account_of_which_nothing_was_doubted_is_refused(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(
        ConfigError, match="--gone pixelforge: X was never found to lack posts of @pixelforge"
    ):
        forget(gone="pixelforge")
    forget(gone="pixelforge", yes=True)
    assert capsys.readouterr().out.splitlines() == ["@pixelforge: no post waits to be removed"]
    with pytest.raises(ConfigError, match="is not an X handle"):
        forget(gone="not a handle")


def test_killed_anywhere_the_same_command_ends_in_the_same_bytes(
    lost: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def command(name: str, before_write: Callable[[int], None] | None = None) -> dict[str, str]:
        copy = Lake(f"{lost.url}-{name}")
        if not copy.keys("plans/"):
            copy_objects(lost, copy)
        with monkeypatch.context() as patch:
            patch.setenv("AVIARY_LAKE", copy.url)
            if before_write:
                counting(patch, before_write)
            forget(gone=HANDLE)
        return etags(copy)

    writes: list[int] = []
    expected = command("undisturbed", writes.append)
    for last in tried(1, len(writes)):
        with pytest.raises(Killed):
            command(str(last), dies_at(last))
        assert command(str(last)) == expected, f"killed before write {last}"
