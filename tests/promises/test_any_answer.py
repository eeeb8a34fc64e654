"""Whatever X answers is an outcome: one line, or posts that add up; and it costs one account at most.

`AVIARY_ODD_ANSWERS=100000 pytest tests/promises/test_any_answer.py` tries more of them.
"""

import io
import os
from random import Random
from typing import Any

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.erasure.redact import ErasureTarget, redact
from pipeline.errors import AviaryError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.lake.frames import find_frame
from pipeline.page import Page, pack, unpack
from pipeline.progress import DayProgress
from pipeline.run import run_stages
from pipeline.sandbox.x.server import serving
from pipeline.schema import POSTS
from pipeline.transform.account_day import derive
from pipeline.transform.metrics import newer_counts, seen_ids
from pipeline.transform.spreadsheet import from_csv, to_csv
from pipeline.window import Window
from pipeline.x_api.client import XApi
from reports import publish
from tests.pipeline.given import AUTHOR, COLLECTED_AT, DAY, a_body, a_post, config, work
from tests.pipeline.x_api.asking import page as ask_for_page
from tests.promises.odd_answers import changed, real_look_up, real_pages

ANSWERS = int(os.environ.get("AVIARY_ODD_ANSWERS", "5000"))
PARTS = 4  # side by side, where there are processors
BATCH = 25  # answers to one account's day
ODD_ACCOUNTS = 36  # in one run, beside good ones
FORGOTTEN = ErasureTarget(frozenset({"1990000000000000001", "17"}))
ALL_KINDS = ("posts", "quotes", "replies", "retweets")


class Wire:
    """Gives `answer` in place of the network, below all that is ours."""

    answer: tuple[bytes, dict[str, str]]

    def send(self, request: requests.PreparedRequest, **__: Any) -> requests.Response:
        body, headers = self.answer
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url or ""
        response.headers.update(headers)
        response.raw = urllib3.HTTPResponse(io.BytesIO(body), headers, 200, preload_content=False)
        return response


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch, morning_after: str) -> Wire:
    wire = Wire()
    monkeypatch.setattr(HTTPAdapter, "send", wire.send)
    return wire


def read(x: XApi) -> Page | None:
    """Return the page that X answered, stored and read again; None where that is one line."""
    try:
        body = ask_for_page(x, expansions=["referenced_tweets.id"])
    except AviaryError as error:
        assert str(error).isprintable()
        return None
    page = Page(request={"user_id": AUTHOR}, collected_at=COLLECTED_AT, body=body)
    assert page.next_token is None or page.next_token.isascii()
    assert page.billed >= len(page.items)
    stored = unpack(pack(page))
    assert stored == page
    return redact(stored, FORGOTTEN)


def check(pages: list[Page]) -> None:
    """Hold that a day of such pages adds up, and can be stored."""
    derived = derive(pages, work(include=ALL_KINDS, max_posts=3))
    counts = derived.counts
    assert counts.fetched == sum(len(page.items) for page in pages)
    assert counts.fetched == (
        counts.kept + counts.filtered + counts.duplicates + counts.quarantined + counts.forgotten
    )
    for frame in (derived.posts, derived.rejected, newer_counts(pages, "nasa", [Window(DAY, "UTC")])):
        frame.write_parquet(io.BytesIO())
    assert from_csv(to_csv(derived.posts)).equals(derived.posts)
    assert all(isinstance(post_id, str) for post_id in seen_ids(pages))


@pytest.mark.parametrize("part", range(PARTS))
def test_any_answer_is_one_line_or_a_page_whose_posts_add_up(wire: Wire, part: int) -> None:
    x = XApi("a-token", "http://127.0.0.1:1")
    taken = 0
    for first in range(part * BATCH, ANSWERS, PARTS * BATCH):
        pages = []
        for seed in range(first, first + BATCH):
            chance = Random(seed)
            wire.answer = changed(chance.choice(real_pages()), chance)
            try:
                page = read(x)
            except Exception as error:
                error.add_note(f"answer {seed}: {wire.answer[0][:2000]!r}")
                raise
            pages += [page] if page else []
        try:
            check(pages)
        except Exception as error:
            error.add_note(f"answers {first} to {first + BATCH - 1}")
            raise
        taken += len(pages)
    assert taken > ANSWERS / PARTS / 2


def test_any_answer_to_a_look_up_is_one_line_or_profiles(wire: Wire) -> None:
    x = XApi("a-token", "http://127.0.0.1:1")
    for seed in range(ANSWERS // 10):
        wire.answer = changed(real_look_up(), Random(seed))
        try:
            found, refused = x.users(["nasa", "esa"])
        except AviaryError as error:
            assert str(error).isprintable()
        else:
            assert all(profile.user_id.isdigit() and profile.name.encode() for profile in found.values())
            assert all(isinstance(handle, str) for handle in refused)


def test_an_odd_answer_costs_its_account_alone(lake: Lake) -> None:
    accounts = [f"odd_{number}" for number in range(ODD_ACCOUNTS)]
    good = ["first_good", "second_good", "third_good"]
    handles = [*good[:1], *accounts, *good[1:]]
    ids = {str(2244994945 + number): handle for number, handle in enumerate(handles)}

    def users(request: Request) -> Response:
        names = request.query_params["usernames"].split(",")
        by_handle = {handle: user_id for user_id, handle in ids.items()}
        data = [{"id": by_handle[name], "username": name, "name": name} for name in names]
        return JSONResponse({"data": data})

    def timeline(request: Request) -> Response:
        handle = ids[request.path_params["id"]]
        if handle in good:
            return JSONResponse(a_body(a_post(1), a_post(2)))
        chance = Random(1000 + accounts.index(handle))
        body, headers = changed(chance.choice(real_pages()), chance)
        return Response(body, headers=headers)

    app = Starlette(routes=[Route("/2/users/by", users), Route("/2/users/{id}/tweets", timeline)])
    settings = config(
        *handles, tolerate={"failed_accounts": "100%"}, budget={"usd_per_run": 50, "usd_per_month": 99}
    )
    with serving(app) as address:
        x = XApi("a-token", address)
        run_stages(lake, x, settings, DAY, publish, sample=True, progress=DayProgress())

    outcomes = find_outcomes(lake, DAY)
    assert set(outcomes) == set(handles)
    for handle, outcome in outcomes.items():
        counts = outcome.counts.model_dump()
        assert counts.pop("fetched") == sum(counts.values())
        assert "Traceback" not in (outcome.reason or "")
        assert "Error:" not in (outcome.reason or ""), (
            f"{handle}: {outcome.reason}"
        )  # none is a fault of ours
    for handle in good:
        frame = find_frame(lake, keys.posts(DAY, handle), POSTS)
        assert frame is not None
        assert frame.height == 2
    assert lake.exists("reports/2026-11-22/index.html")
