"""What an account's task asks of S3: docs/lake.md names each request with its reason."""

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline import clock, run_day
from pipeline import run as run_module
from pipeline.account import AccountResult, run_account
from pipeline.accounts import load_accounts
from pipeline.analyze import analyze
from pipeline.lake.client import Lake
from pipeline.lake.no_tone import NO_LISTS, find_no_tone
from pipeline.lake.records import AccountTask
from pipeline.score_again import score_again
from tests.conftest import DAY
from tests.promises.days import etags, write_accounts

DOC = Path(__file__).parents[2] / "docs" / "lake.md"
METHODS = {"get": "GET", "head": "HEAD", "put": "PUT", "delete": "DELETE", "list": "LIST"}


def named_in_docs() -> list[str]:
    """Return the requests of an account's task, in order, as the page names them."""
    _, _, section = DOC.read_text(encoding="utf-8").partition("## What an account's task asks of S3")
    rows = [
        line.split("|")[1:3] for line in section.partition("\n## ")[0].splitlines() if line.startswith("| ")
    ]
    return [f"{method.strip()} {prefix.strip().strip('`')}" for method, prefix in rows[2:]]


def named_for_a_count() -> list[str]:
    """Return the requests of a count, in order, as the page names them in a sentence."""
    [sentence] = re.findall(r"A count of mentions is [a-z]+ more: ([^.]*)\.", DOC.read_text(encoding="utf-8"))
    return [f"{method} {prefix}" for method, prefix in re.findall(r"([A-Z]+) `([a-z]+/)`", sentence)]


@pytest.fixture
def asked(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """By account, what its tasks ask for; each has a lake of its own, as in a process of its own.

    The ledger's clock runs: a frozen one may stand before what is bought, so the ledger's months are listed.
    """
    request = Lake.request
    found: dict[str, list[str]] = {}
    lakes: dict[int, str] = {}

    def counted(self: Lake, operation: str, key: str, **arguments: Any) -> dict[str, Any]:
        if id(self) in lakes:
            method = METHODS[operation.partition("_")[0]]
            found.setdefault(lakes[id(self)], []).append(f"{method} {key.partition('/')[0]}/")
        return request(self, operation, key, **arguments)

    def alone(lake: Lake, x: Any, task: AccountTask, *more: Any) -> AccountResult:
        own = Lake(lake.url, lake.session, lake.endpoint)
        lakes[id(own)] = task.account
        handed_on = AccountTask.model_validate(task.mapping())
        try:
            return run_account(own, x, handed_on, *more)
        finally:
            del lakes[id(own)]

    monkeypatch.setattr(Lake, "request", counted)
    monkeypatch.setattr(run_module, "run_account", alone)
    monkeypatch.setattr(run_module, "WORKERS", 1)  # several race for the ledger, now and then once more
    running = SimpleNamespace(now=clock.now, frozen_at=lambda: None)
    monkeypatch.setattr("pipeline.spend.ledger.clock", running)
    return found


@pytest.fixture
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Write accounts.yaml, and return where."""
    return lambda text: write_accounts(tmp_path, monkeypatch, text)


def test_it_asks_for_what_the_docs_name_and_again_for_nothing(
    asked: dict[str, list[str]], accounts: Callable[[str], Path]
) -> None:
    accounts("accounts: [pixelforge, {handle: citymetro, no_tone: [the moon]}, 1729]\n")
    run_day(DAY)
    named = named_in_docs()
    assert len(named) == 12
    assert asked["pixelforge"] == asked["1729"] == named
    assert sorted(asked["citymetro"]) == sorted([*named, "GET no_tone/"])
    asked.clear()
    run_day(DAY)
    assert asked == {}


def test_counting_mentions_reads_nothing_back_that_was_just_written(
    asked: dict[str, list[str]], accounts: Callable[[str], Path]
) -> None:
    accounts("accounts: [{handle: pixelforge, mentions: true}]\n")
    run_day(DAY)
    named = named_in_docs()
    manifest = named.index("PUT posts/")
    counting = asked["pixelforge"][manifest : len(asked["pixelforge"]) - len(named) + manifest]
    assert asked["pixelforge"] == [*named[:manifest], *counting, *named[manifest:]]
    assert counting == named_for_a_count()


def test_a_task_planned_before_the_day_was_scored_again_keeps_to_the_new_list(
    lake: Lake, accounts: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when Airflow's task is cleared: it has the mapping that it was planned with, which has no list."""
    tasks = planned(monkeypatch)
    accounts("accounts: [pixelforge]\n")
    run_day(DAY)
    score_again(
        lake, load_accounts(accounts("accounts: [{handle: pixelforge, no_tone: [the, is, a]}]\n")), DAY
    )
    before = etags(lake)
    [task] = tasks
    assert task.no_tone is None
    analyze(lake, task)
    assert etags(lake) == before


def test_scored_again_while_it_is_read_an_account_keeps_the_list_that_it_was_planned_with(
    lake: Lake, accounts: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the lists of the day say by what its posts are scored, and a later run has nothing to do."""
    new = load_accounts(accounts("accounts: [{handle: pixelforge, no_tone: [the, is, a]}]\n"))
    accounts("accounts: [pixelforge]\n")
    with monkeypatch.context() as patch:
        tasks = planned(patch, lambda: score_again(lake, new, DAY))
        run_day(DAY)
    assert find_no_tone(lake, DAY) == NO_LISTS
    before = etags(lake)
    again = planned(monkeypatch)
    run_day(DAY)
    assert [task.unchanged for task in tasks + again] == [False, True]
    assert etags(lake) == before


def planned(monkeypatch: pytest.MonkeyPatch, first: Callable[[], object] = lambda: None) -> list[AccountTask]:
    """Return the tasks that runs come to, each as it is handed on; `first` comes before each."""
    tasks: list[AccountTask] = []

    def noted(lake: Lake, x: Any, task: AccountTask, *more: Any) -> AccountResult:
        tasks.append(AccountTask.model_validate(task.mapping()))
        first()
        return run_account(lake, x, task, *more)

    monkeypatch.setattr(run_module, "run_account", noted)
    return tasks
