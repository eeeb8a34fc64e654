"""A finished day keeps its scores, whatever interpreter works on it later: the plan says how floats are added."""

from typing import get_args

import polars as pl
import pytest

from pipeline.analyze import analyze
from pipeline.collect import collect
from pipeline.erasure.rebuild import rebuild
from pipeline.erasure.redact import ErasureTarget, redact
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_plan
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import find_raw_day
from pipeline.lake.records import Plan
from pipeline.page import pack
from pipeline.plan import plan
from pipeline.schema import POSTS
from pipeline.sentiment.sums import OWN_SUMS, Sums
from tests.conftest import Answer, StubServer
from tests.pipeline.given import AUTHOR, DAY, a_body, a_post, config

TEXT = "horrible nice awful excellent!"
COMPOUND = {"plain": 0.0, "compensated": 0.0752}
PROFILE = {"data": [{"id": AUTHOR, "username": "nasa", "name": "NASA"}]}
PAGE = a_body(a_post(1, text=TEXT), a_post(2))


def planned(lake: Lake) -> Plan:
    found = find_plan(lake, DAY)
    assert found
    return found


def score(lake: Lake) -> float:
    frame = find_frame(lake, keys.posts(DAY, "nasa"), POSTS)
    assert frame is not None
    return float(frame.filter(pl.col("post_id") == a_post(1)["id"])["compound"].item())


def run(lake: Lake, stub: StubServer, run_id: str) -> None:
    x = stub.x(Answer(PROFILE), Answer(PAGE))
    [task] = plan(lake, x, config("nasa"), DAY, run_id=run_id, sample=True)
    collect(lake, x, task)
    analyze(lake, task)


def forget_the_other_post(lake: Lake) -> None:
    raw_day = find_raw_day(lake, DAY, "nasa")
    assert raw_day
    target = ErasureTarget(frozenset({a_post(2)["id"]}))
    [page] = raw_day.pages
    lake.put(keys.raw_page(DAY, "nasa", 1), pack(redact(page, target)))
    rebuild(lake, (DAY, "nasa"), target)


def test_a_new_plan_says_how_this_interpreter_adds(lake: Lake, stub: StubServer) -> None:
    run(lake, stub, "first")
    assert planned(lake).sums == OWN_SUMS
    assert score(lake) == COMPOUND[OWN_SUMS]


@pytest.mark.parametrize("sums", get_args(Sums))
def test_a_day_that_another_interpreter_finished_keeps_its_scores(
    lake: Lake, stub: StubServer, sums: Sums
) -> None:
    run(lake, stub, "first")
    lake.put_model(keys.plan(DAY), planned(lake).model_copy(update={"sums": sums}))
    run(lake, stub, "again")
    assert (planned(lake).sums, score(lake)) == (sums, COMPOUND[sums])
    forget_the_other_post(lake)
    assert score(lake) == COMPOUND[sums]


def test_a_plan_of_an_older_version_says_nothing_and_stays_so(lake: Lake, stub: StubServer) -> None:
    run(lake, stub, "first")
    lake.put_model(keys.plan(DAY), planned(lake).model_copy(update={"sums": None}))
    run(lake, stub, "again")
    assert planned(lake).sums is None
    assert score(lake) == COMPOUND[OWN_SUMS]
