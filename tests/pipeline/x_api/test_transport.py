"""How requests reach X: the host, the token, the end of every wait."""

import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from pipeline.errors import (
    XBadResponse,
    XTimedOut,
)
from pipeline.x_api import transport
from pipeline.x_api.client import XApi
from tests.conftest import Answer, StubServer
from tests.pipeline.given import a_body, a_post
from tests.pipeline.x_api.pages import TABLE, TOKEN, failure, page


def test_the_token_goes_to_the_host_it_is_for(stub: StubServer) -> None:
    page(stub.x(Answer(a_body(a_post())), token=TOKEN))
    assert stub.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert stub.requests[0].headers["host"] == stub.address.removeprefix("http://")


def test_a_frozen_clock_is_told_to_the_sandbox(stub: StubServer) -> None:
    page(stub.x(Answer(a_body(a_post()))))
    assert stub.requests[0].headers["x-aviary-now"] == "2026-11-23T06:00:00+00:00"


def test_a_proxy_for_the_world_outside_is_not_asked_for_this_machine(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch, dead_address: str
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, dead_address)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    page(stub.x(Answer(a_body(a_post()))))
    assert len(stub.requests) == 1


def test_no_netrc_takes_the_tokens_place(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("default login somebody password something\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    page(stub.x(Answer(a_body(a_post())), token=TOKEN))
    assert stub.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_server_that_says_nothing_is_given_up_on(
    silent_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", (0.2, 0.2))
    error = failure(XApi(TOKEN, silent_address))
    assert isinstance(error, XBadResponse)
    assert "did not answer in time" in str(error)


def test_a_silent_server_costs_one_timeout_and_not_three(
    silent_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", (0.2, 0.2))
    send, sent = HTTPAdapter.send, []

    def watched(self: HTTPAdapter, *args: Any, **kwargs: Any) -> Any:
        sent.append(args)
        return send(self, *args, **kwargs)

    monkeypatch.setattr(HTTPAdapter, "send", watched)
    assert isinstance(failure(XApi(TOKEN, silent_address)), XTimedOut)
    assert len(sent) == 1


def test_an_answer_a_byte_at_a_time_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte is in time, so that only the time for the whole answer can end it."""
    monkeypatch.setattr(transport, "WHOLE_ANSWER", 0.2)
    with dripping() as (address, drops):
        error = failure(XApi(TOKEN, address))
    assert isinstance(error, XTimedOut)
    assert drops[0] < 1_000_000


def test_the_limits_are_those_that_the_documentation_states() -> None:
    text = (Path(__file__).parents[3] / "docs/architecture.md").read_text(encoding="utf-8")
    silence = transport.TIMEOUT[1]
    assert f"one timeout ({silence:.0f} s without a byte, {transport.WHOLE_ANSWER:.0f} s in all)" in text
    assert (
        f"more than {transport.AS_SENT // 10**6} MB, or than {transport.UNPACKED // 10**6} MB unpacked"
        in text
    )


@contextmanager
def dripping() -> Iterator[tuple[str, list[int]]]:
    """A server whose answer of a million bytes comes one by one; yields its address and how many it has sent."""
    drops = [0]
    gone = Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
            while drops[0] < 1_000_000 and not gone.wait(0.001):
                connection.sendall(b" ")
                drops[0] += 1

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=drip, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", drops
        gone.set()
        thread.join()


def test_a_connection_is_used_again_even_after_an_error(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = stub.x(Answer(a_body(a_post())), Answer({"title": "Bad"}, 400), Answer(a_body(a_post())))
    page(x)
    failure(x)
    page(x)
    assert len({request.client for request in stub.requests}) == 1


def test_every_request_has_a_time_to_connect_and_one_to_answer(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, seen = HTTPAdapter.send, []

    def watched(self: HTTPAdapter, *args: Any, **kwargs: Any) -> Any:
        seen.append(kwargs["timeout"])
        return send(self, *args, **kwargs)

    monkeypatch.setattr(HTTPAdapter, "send", watched)
    page(stub.x(Answer(a_body(a_post()))))
    stub.x(Answer({"data": []})).users(["nasa"])
    stub.x(Answer({"data": {}})).usage(1)
    assert seen == [(5.0, 30.0)] * 3


def test_an_answer_shorter_than_it_said_is_one_line(stub: StubServer) -> None:
    error = failure(stub.x(Answer('{"data": []', headers={"content-length": "5000"})))
    assert isinstance(error, XBadResponse)


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Every logger at DEBUG, tweepy's too, which then logs the headers of each request."""
    with ExitStack() as stack:
        for name in (None, "tweepy", "tweepy.client", "urllib3", "requests"):
            stack.enter_context(caplog.at_level(logging.DEBUG, name))
        yield caplog


@pytest.mark.parametrize("case", ["401", "503 HTML", "429 window"])
def test_the_token_is_in_no_log_record(
    stub: StubServer, everything_logged: pytest.LogCaptureFixture, case: str
) -> None:
    failure(stub.x(TABLE[case][0], token=TOKEN))
    page(stub.x(Answer(a_body(a_post())), token=TOKEN))
    assert any("Headers: " in record.getMessage() for record in everything_logged.records)
    for record in everything_logged.records:
        assert TOKEN not in f"{record.getMessage()} {record.__dict__}"


def test_the_token_is_in_no_representation_of_a_connection() -> None:
    assert TOKEN not in repr(XApi(TOKEN, "https://api.x.com"))
