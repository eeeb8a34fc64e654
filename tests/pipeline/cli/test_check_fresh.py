"""`check --fresh` tells a watchdog by its exit code whether the report that should be there is."""

import sys
from pathlib import Path

import pytest

from pipeline import run_day
from pipeline.cli import main
from pipeline.lake.client import Lake
from tests.conftest import DAY, RequestStats
from tests.promises.days import etags, write_accounts

# 05:30 on the 23rd in New York is 10:30 UTC, so that the 22nd's report is due at 12:30 UTC.
ACCOUNTS = 'timezone: America/New_York\ncollect_at: "05:30"\naccounts: [pixelforge]\n'
DUE, BEFORE = "2026-11-23T12:30:00Z", "2026-11-23T12:29:59Z"


@pytest.fixture(autouse=True)
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_accounts(tmp_path, monkeypatch, ACCOUNTS)


def check(
    now: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[object, str, str]:
    monkeypatch.setenv("AVIARY_NOW", now)
    monkeypatch.setattr(sys, "argv", ["pipeline", "check", "--fresh", *more])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code or 0, *capsys.readouterr()


def test_a_report_that_is_there_is_one_line_and_changes_and_costs_nothing(
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AVIARY_NOW", DUE)
    run_day(DAY)
    before, asked = etags(lake, without="none"), request_stats.requests()
    monkeypatch.delenv("X_BEARER_TOKEN")  # a watchdog has none

    told = check(DUE, monkeypatch, capsys)

    assert told == (0, f"{lake.url}/reports/{DAY}/index.html is there\n", "")
    assert (etags(lake, without="none"), request_stats.requests()) == (before, asked)


@pytest.mark.parametrize(("now", "day"), [(DUE, "2026-11-22"), (BEFORE, "2026-11-21")])
def test_a_report_is_missed_from_two_hours_after_its_collect_at_on(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], now: str, day: str
) -> None:
    code, out, err = check(now, monkeypatch, capsys)

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert f"{lake.url}/reports/{day}/index.html is not there, although it was due at 2026-11-2" in err
    assert f"./aviary run --day {day} makes up for it" in err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9"),
        ("AVIARY_LAKE", "s3://no-such-bucket"),
        ("AWS_SECRET_ACCESS_KEY", "another-secret"),
    ],
)
def test_a_lake_that_cannot_be_read_is_one_line_and_exit_1(
    lake: Lake,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
) -> None:
    monkeypatch.setenv(name, value)

    code, out, err = check(DUE, monkeypatch, capsys)

    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("cannot list s3://")


@pytest.mark.parametrize(
    ("name", "value", "more"),
    [
        ("AVIARY_LAKE", "", ()),
        ("AVIARY_LAKE", "not-an-address", ()),
        ("AVIARY_ACCOUNTS", "no-such-file.yaml", ()),
        ("AVIARY_LAKE", "s3://any", ("--live",)),
    ],
)
def test_a_bad_configuration_is_one_line_and_exit_2(
    lake: Lake,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    more: tuple[str, ...],
) -> None:
    monkeypatch.setenv(name, value)

    code, out, err = check(DUE, monkeypatch, capsys, *more)

    assert (code, out, err.count("\n")) == (2, "", 1)
