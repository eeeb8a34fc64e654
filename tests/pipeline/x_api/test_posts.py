"""Posts looked up by their ids, through tweepy, as X's own JSON."""

import pytest

from pipeline.errors import RunStopped, XBadResponse, XUnavailable
from pipeline.window import Window
from pipeline.x_api.client import XApi
from tests.conftest import Answer, StubServer
from tests.pipeline.given import DAY

DAY_END = Window(DAY, "UTC").end
NOT_FOUND = {"resource_id": "20", "title": "Not Found Error"}


def test_ids_go_in_one_request_and_the_answer_comes_as_it_is(stub: StubServer) -> None:
    body = {"data": [{"id": "7", "text": "x"}], "errors": [NOT_FOUND]}
    x = stub.x(Answer(body))
    assert x.posts("nasa", ["7", "20"]) == body
    [request] = stub.requests
    assert request.url.path == "/2/tweets"
    assert stub.asked() == [{"ids": "7,20", "tweet.fields": "created_at"}]


def test_errors_alone_are_an_answer(stub: StubServer) -> None:
    assert stub.x(Answer({"errors": [NOT_FOUND]})).posts("nasa", ["20"]) == {"errors": [NOT_FOUND]}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer({"title": "CreditsDepleted"}, 402), RunStopped),
        (Answer({"title": "Unauthorized"}, 401), RunStopped),
        (Answer("", 503), XUnavailable),
        (Answer("<html>"), XBadResponse),
        (Answer({"data": {"id": "7"}}), XBadResponse),
        (Answer({}), XBadResponse),
    ],
)
def test_failures_are_those_of_every_request_and_name_the_account(
    stub: StubServer, answer: Answer, error: type[Exception]
) -> None:
    with pytest.raises(error) as raised:
        stub.x(answer).posts("nasa", ["20"])
    assert type(raised.value) is error
    assert error is RunStopped or "@nasa: looking up 1 posts" in str(raised.value)


def test_the_sandbox_is_asked_the_same_way(x: XApi, morning_after: str) -> None:
    profile = x.users(["pixelforge"])[0]["pixelforge"]
    page = x.timeline_page("pixelforge", profile.user_id, end_time=DAY_END, max_results=5)
    ids = [post["id"] for post in page["data"]]
    body = x.posts("pixelforge", [*ids, "20"])
    assert [post["id"] for post in body["data"]] == ids
    assert [error["resource_id"] for error in body["errors"]] == ["20"]
