"""A finished day keeps what its posts are scored with: the plan names it, and only `--score-again` changes it."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.analyze import analyze
from pipeline.cli.report import report
from pipeline.collect import collect
from pipeline.erasure.rebuild import rebuild
from pipeline.erasure.redact import ErasureTarget, redact
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, find_plan
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import find_raw_day
from pipeline.lake.records import Plan
from pipeline.page import pack
from pipeline.plan import plan
from pipeline.schema import POSTS, SCORERS
from tests.conftest import Answer, StubServer
from tests.pipeline.given import AUTHOR, DAY, a_body, a_post, config
from tests.promises.days import etags, write_accounts

PROFILE = {"data": [{"id": AUTHOR, "username": "nasa", "name": "NASA"}]}
PAGE = a_body(
    a_post(1, text="On adore", lang="fr"), a_post(2, text="I love it"), a_post(3, text="Ja", lang="de")
)
BY_ALL = ["lexicon-fr", "vader-en", None]
BY_VADER = [None, "vader-en", None]


def planned(lake: Lake) -> Plan:
    found = find_plan(lake, DAY)
    assert found
    return found


def posts(lake: Lake) -> pl.DataFrame:
    frame = find_frame(lake, keys.posts(DAY, "nasa"), POSTS)
    assert frame is not None
    return frame.sort("post_id")


def run(lake: Lake, stub: StubServer, run_id: str) -> None:
    x = stub.x(Answer(PROFILE), Answer(PAGE))
    [task] = plan(lake, x, config("nasa"), DAY, run_id=run_id, sample=True)
    collect(lake, x, task)
    analyze(lake, task)


@pytest.fixture
def older(lake: Lake, stub: StubServer) -> Lake:
    """A day that was planned before French was scored."""
    run(lake, stub, "first")
    stored = planned(lake).model_dump(mode="json", by_alias=True)
    del stored["scorers"]
    lake.put_model(keys.plan(DAY), Plan.model_validate(stored))
    assert planned(lake).scorers == ("vader-en",)
    run(lake, stub, "again")
    return lake


def test_a_new_plan_names_all_scorers_and_each_post_the_one_that_scored_it(
    lake: Lake, stub: StubServer
) -> None:
    run(lake, stub, "first")
    assert planned(lake).scorers == SCORERS
    assert posts(lake)["scorer"].to_list() == BY_ALL
    assert posts(lake)["sentiment"].to_list() == ["positive", "positive", None]


def test_a_day_of_an_older_plan_is_scored_as_it_was(older: Lake, stub: StubServer) -> None:
    before = etags(older, without="spend/")
    assert posts(older)["scorer"].to_list() == BY_VADER
    older.delete(keys.posts(DAY, "nasa"))
    run(older, stub, "once more")
    assert etags(older, without="spend/") == before
    assert planned(older).scorers == ("vader-en",)


def test_so_it_is_when_a_post_of_it_is_forgotten(older: Lake) -> None:
    raw_day = find_raw_day(older, DAY, "nasa")
    assert raw_day
    target = ErasureTarget(frozenset({a_post(3)["id"]}))
    [page] = raw_day.pages
    older.put(keys.raw_page(DAY, "nasa", 1), pack(redact(page, target)))
    rebuild(older, (DAY, "nasa"), target)
    assert posts(older)["scorer"].to_list() == BY_VADER[:2]


def test_scored_again_it_is_scored_by_all_and_a_later_run_leaves_it(
    older: Lake, stub: StubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = posts(older).row(1)
    write_accounts(tmp_path, monkeypatch, "accounts: [nasa]\n")
    report(day=str(DAY), again=True)
    assert planned(older).scorers == SCORERS
    assert posts(older)["scorer"].to_list() == BY_ALL
    assert posts(older).row(1) == english
    outcome = find_outcome(older, DAY, "nasa")
    assert outcome
    assert outcome.scored == 2
    after = etags(older, without="spend/")
    run(older, stub, "once more")
    assert etags(older, without="spend/") == after
