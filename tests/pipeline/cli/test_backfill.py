"""`./aviary backfill`: one bad day costs one day, and what is interrupted goes on where it stopped."""

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import main
from pipeline.cli.day import Runner
from pipeline.cli.reporter import Reporter
from pipeline.errors import RunStopped
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.run import AccountsRun
from pipeline.settings import ROOT
from tests.conftest import DAY, FaultRules, RequestStats
from tests.promises.days import write_accounts

pytestmark = pytest.mark.slow

EVE = DAY - timedelta(days=1)
# A shell lets what it runs in the background ignore ctrl-c, and so all that the tests start then.
INTERRUPTIBLE = (
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('pipeline', run_name='__main__')"
)
BACKFILL = ["backfill", "--from", str(EVE), "--to", str(DAY)]


@pytest.fixture(autouse=True)
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One account, and nobody's .env."""
    monkeypatch.chdir(tmp_path)
    write_accounts(tmp_path, monkeypatch, "accounts: [pixelforge]\n")


def backfill(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[object, str, str]:
    """Run the command; return its exit code, stdout and stderr."""
    monkeypatch.setattr(sys, "argv", ["pipeline", *BACKFILL, *more])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, *capsys.readouterr()


def end_second_day(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let the accounts of the second day end with an error."""
    run_accounts = Runner.run_accounts

    def ended(self: Runner, day: date, *more: Any) -> AccountsRun:
        if day == DAY:
            raise error
        return run_accounts(self, day, *more)

    monkeypatch.setattr(Runner, "run_accounts", ended)


def test_when_a_day_fails_the_others_still_run_and_it_is_named(
    lake: Lake, fault_rules: FaultRules, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fault_rules.add("pixelforge", "400", times=1)

    code, _, err = backfill(monkeypatch, capsys)

    assert code == 1
    assert err.endswith(
        f"1 of 2 days failed: {EVE}; fix what the lines above name and run the same command again, which reads only "
        "what is missing\n"
    )
    assert [lake.exists(keys.posts(day, "pixelforge")) for day in (EVE, DAY)] == [False, True]

    code, out, _ = backfill(monkeypatch, capsys)

    assert code in (0, None)
    assert f"2 days are in the lake, {EVE} to {DAY}" in out


def test_interrupted_it_says_so_without_a_traceback_and_goes_on_later(
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with monkeypatch.context() as interrupted:
        end_second_day(interrupted, KeyboardInterrupt())
        code, _, err = backfill(monkeypatch, capsys)
    assert code == 130
    assert err.splitlines()[-1] == (
        "interrupted; everything stored so far is kept, and the same command continues from there"
    )
    stored = lake.etags(keys.raw_folder(EVE, "pixelforge"))
    assert backfill(monkeypatch, capsys)[0] in (0, None)
    assert lake.etags(keys.raw_folder(EVE, "pixelforge")) == stored


def test_ctrl_c_ends_both_processes_without_a_traceback(
    lake: Lake, request_stats: RequestStats, tmp_path: Path
) -> None:
    first = DAY - timedelta(days=5)
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, "backfill", "--from", str(first), "--to", str(DAY)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # the signal is for its processes alone, as a terminal's is
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith(f"{first}: 1 ok; ")
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stderr.read()  # ends when no process has it open any more
    assert process.returncode == 130
    assert "Traceback" not in rest
    assert rest.splitlines()[-1].startswith("interrupted; everything stored so far is kept")


def test_ctrl_c_never_reaches_the_process_of_the_reports(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enter = Reporter.__enter__

    def interrupted_as_it_starts(self: Reporter) -> Reporter:
        enter(self)
        os.kill(self._process.pid or 0, signal.SIGINT)
        return self

    monkeypatch.setattr(Reporter, "__enter__", interrupted_as_it_starts)
    assert backfill(monkeypatch, capsys)[0] in (0, None)


def test_what_stops_the_second_day_leaves_the_first_finished_and_told(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    end_second_day(monkeypatch, RunStopped("X refuses the token"))
    code, _, err = backfill(monkeypatch, capsys)
    assert code == 1
    first, last = err.splitlines()
    assert first.startswith(f"{EVE}: 1 ok; ")
    assert last == "X refuses the token"
    assert lake.exists(keys.report(EVE))


@pytest.mark.parametrize("killed", [EVE, DAY])
def test_the_killed_process_of_the_reports_is_told_and_the_same_command_goes_on(
    killed: date,
    lake: Lake,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    make = Reporter.make

    def make_killed(self: Reporter, done: AccountsRun) -> None:
        if done.day == killed:
            self._process.kill()
            self._process.join()
        make(self, done)

    with monkeypatch.context() as killing:
        killing.setattr(Reporter, "make", make_killed)
        code, _, err = backfill(monkeypatch, capsys)
    assert code == 1
    assert err.splitlines()[-1].startswith("the process that makes the reports was killed before that of ")
    stored = lake.etags(keys.raw_folder(killed, "pixelforge"))

    assert backfill(monkeypatch, capsys)[0] in (0, None)
    assert lake.etags(keys.raw_folder(killed, "pixelforge")) == stored
    assert [lake.exists(keys.report(day)) for day in (EVE, DAY)] == [True, True]


def test_counts_as_of_each_day_s_morning_are_no_offer_for_x(
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("X_API_URL", "https://api.x.com")
    code, _, err = backfill(monkeypatch, capsys, "--as-if-daily")
    assert code == 2
    assert err == "--as-if-daily works only on the sandbox, because X returns today's counts; leave it out\n"
    assert lake.keys("") == []
