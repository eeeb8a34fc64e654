"""Bad input gets one clear line and the right exit code; nothing is started, nothing half-written."""

import sys
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.lake.client import Lake
from tests.promises.days import write_accounts

DAY = "2026-11-22"


def run(
    *arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """Run `./aviary ARGUMENTS` in this process; return the exit code, stdout and stderr."""
    monkeypatch.setattr(sys, "argv", ["pipeline", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    code = ended.value.code
    return code if isinstance(code, int) else 0, out, err


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's .env is read."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--day", "22.11.2026"], "'22.11.2026' is not a day"),
        (["run", "--day", "2026-11-31"], "'2026-11-31' is not a day"),
        (["run", "--day", "2026-11-23"], "2026-11-23 is not over in UTC"),
        (["run", "--day", "2026-11-24"], "the last full day is 2026-11-22"),
        (
            ["run", "--day", DAY, "--account", "pixelfroge"],
            "is not in accounts.yaml; did you mean pixelforge?",
        ),
        (["backfill", "--from", DAY, "--to", "2026-11-20"], "--from 2026-11-22 is after --to 2026-11-20"),
        (["backfill", "--from", DAY, "--to", "2026-11-24"], "2026-11-24 is not over in UTC"),
        (["forget"], "forget needs either --post ID, --account HANDLE or --gone HANDLE"),
        (["forget", "--post", "nasa"], "'nasa' is not a post id"),
        (["forget", "--account", "@PixelForge"], "@pixelforge is still listed"),
    ],
)
def test_a_bad_request_is_one_line_and_exit_2(
    arguments: list[str],
    said: str,
    lake: Lake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_accounts(tmp_path, monkeypatch)

    code, out, err = run(*arguments, monkeypatch=monkeypatch, capsys=capsys)

    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err
    assert lake.keys("") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "accounts.yaml:1:1: "),
        ("accounts: []\n", "accounts.yaml:1:11: "),
        ("accounts:\n  - @nasa\n", "accounts.yaml:2:5: "),
        ("accounts:\n  - nasa\n  - NASA\n", "accounts.yaml:3:5: "),
        ("accounts: [nasa\n", "accounts.yaml:"),
    ],
)
def test_a_broken_accounts_file_is_told_with_its_place(
    text: str,
    place: str,
    lake: Lake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_accounts(tmp_path, monkeypatch, text)

    code, _, err = run("run", "--day", DAY, monkeypatch=monkeypatch, capsys=capsys)

    assert code == 2
    assert place in err.splitlines()[0]
    assert lake.keys("") == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"X_BEARER_TOKEN": ""}, "X_BEARER_TOKEN is not set"),
        ({"X_BEARER_TOKEN": "Bearer abc"}, "X_BEARER_TOKEN contains characters that no token has"),
        ({"X_API_URL": "http://x.example"}, "would send the token in the clear"),
        ({"AVIARY_LAKE": ""}, "AVIARY_LAKE is not set"),
        ({"AVIARY_LAKE": "my-bucket"}, "is not an S3 address"),
        ({"AVIARY_LAKE": "s3://no-such-bucket"}, "there is no bucket 'no-such-bucket'"),
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "refuses the credentials"),
        ({"AVIARY_NOW": "yesterday"}, "AVIARY_NOW='yesterday' is not an instant"),
    ],
)
def test_a_bad_setting_is_one_line_and_exit_2(
    changed: dict[str, str],
    said: str,
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_accounts(tmp_path, monkeypatch)
    for name, value in changed.items():
        monkeypatch.setenv(name, value)

    code, _, err = run("run", "--day", DAY, monkeypatch=monkeypatch, capsys=capsys)

    assert (code, len(err.splitlines())) == (2, 1)
    assert said in err


def test_an_unreachable_lake_is_one_line_and_exit_2(
    environment: dict[str, str],
    dead_address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_accounts(tmp_path, monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", dead_address)

    code, _, err = run("run", "--day", DAY, monkeypatch=monkeypatch, capsys=capsys)

    assert (code, len(err.splitlines())) == (2, 1)
    assert f"S3 at {dead_address} cannot be reached" in err


def test_a_refused_token_is_one_line_and_exit_1(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run had begun: X was asked."""
    write_accounts(tmp_path, monkeypatch)
    monkeypatch.setenv("X_BEARER_TOKEN", "not-the-token")

    code, _, err = run("run", "--day", DAY, monkeypatch=monkeypatch, capsys=capsys)

    assert (code, len(err.splitlines())) == (1, 1)
    assert "X refuses the bearer token (401)" in err
    assert "not-the-token" not in err


def test_a_report_of_a_day_never_run_says_so(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_accounts(tmp_path, monkeypatch)

    code, _, err = run("report", "--day", DAY, monkeypatch=monkeypatch, capsys=capsys)

    assert (code, len(err.splitlines())) == (1, 1)
    assert f"there is no plan for {DAY}" in err
    assert lake.keys("") == []


@pytest.mark.parametrize("command", [[], ["check"], ["run"], ["backfill"], ["report"], ["sandbox"]])
def test_every_command_explains_itself(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(*command, "--help", monkeypatch=monkeypatch, capsys=capsys)

    assert code == 0
    assert "Usage: ./aviary" in out
