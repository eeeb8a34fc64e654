"""Each thing that X says instead of an answer is one line of the right kind."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.errors import (
    AccountUnavailable,
    NotEnrolled,
    RateLimited,
    RunStopped,
    XUnavailable,
)
from pipeline.status import Status
from pipeline.x_api.problems import refusal_in
from tests.conftest import RECORDINGS, Answer, StubServer
from tests.pipeline.given import a_body, a_post
from tests.pipeline.x_api.pages import TABLE, TOKEN, failure, page, problem


@pytest.mark.parametrize("host", ["api.twitter.com", "api.x.com"])
def test_a_problems_type_is_known_by_its_end(host: str) -> None:
    error = {"title": "Authorization Error", "type": f"https://{host}/2/problems/not-authorized-for-resource"}
    refusal = refusal_in(error)
    assert refusal is not None
    assert refusal.status == Status.PROTECTED


def test_a_suspended_account_is_not_taken_for_a_missing_one() -> None:
    error = problem("Forbidden", "KeishaJake", detail="User has been suspended: [KeishaJake].")
    refusal = refusal_in(error)
    assert refusal is not None
    assert refusal.status == Status.SUSPENDED


@pytest.mark.parametrize("case", TABLE)
def test_each_failure_is_one_line_of_the_right_kind(stub: StubServer, case: str) -> None:
    answer, kind, when, words = TABLE[case]
    error = failure(stub.x(answer, token=TOKEN))
    assert type(error) is kind
    assert isinstance(error, when)
    assert words in str(error)
    assert str(error).isprintable()
    assert TOKEN not in str(error)


@pytest.mark.parametrize("case", TABLE)
def test_only_what_may_pass_is_asked_again(stub: StubServer, case: str) -> None:
    answer, kind, *_ = TABLE[case]
    failure(stub.x(answer))
    understood = not issubclass(kind, XUnavailable) or case == "a reason unheard of"
    assert len(stub.requests) == (1 if understood else 3)


def test_trouble_that_passes_is_told_in_the_log_alone(
    stub: StubServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "pipeline"):
        assert page(stub.x(Answer("<html>", 502), Answer("{"), Answer(a_body(a_post())))) == a_body(a_post())
    assert [record.getMessage() for record in caplog.records] == [
        "@nasa: X answered 502 Bad Gateway; it usually passes: run again later; asked again in 0.0 s",
        "@nasa: X answered with something that is not JSON; it usually passes; asked again in 0.0 s",
    ]


def test_a_used_up_window_says_until_when(stub: StubServer) -> None:
    error = failure(stub.x(TABLE["429 window"][0]))
    assert isinstance(error, RateLimited)
    assert error.reset_at == datetime(2026, 11, 23, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (problem("Not Found Error", "1"), Status.MISSING),
        (problem("Forbidden", "1", detail="User has been suspended: [1]."), Status.SUSPENDED),
        (problem("Authorization Error", "1", kind="not-authorized-for-resource"), Status.PROTECTED),
    ],
)
def test_a_timeline_x_does_not_show_says_why(stub: StubServer, error: dict[str, Any], status: Status) -> None:
    caught = failure(stub.x(Answer({"errors": [error]})))
    assert isinstance(caught, AccountUnavailable)
    assert caught.status == status
    assert str(caught).startswith("@nasa: ")


def test_errors_about_single_posts_leave_the_page_as_it_is(stub: StubServer) -> None:
    body = a_body(a_post()) | {"errors": [problem("Not Found Error", "1252320537600299008")]}
    assert page(stub.x(Answer(body))) == body


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings in ../shared are not here")
def test_recorded_error_bodies_are_told_apart(stub: StubServer) -> None:
    recorded = json.loads((RECORDINGS / "errors_real_bodies.json").read_text())
    told = [type(failure(stub.x(Answer(entry["body"], entry["status"])))) for entry in recorded]
    assert told == [
        RunStopped, RunStopped, RateLimited, RunStopped, NotEnrolled, AccountUnavailable, AccountUnavailable,
    ]  # fmt: skip
