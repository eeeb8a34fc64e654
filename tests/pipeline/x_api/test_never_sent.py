"""What never reached X costs nothing; what may have reached it, in any of its tries, is perhaps billed."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from urllib3.util import connection

from pipeline.collect import collect
from pipeline.errors import ExpansionRefused, XBadResponse, XError, XUnreachable
from pipeline.lake.client import Lake
from pipeline.spend.ledger import spent
from pipeline.spend.writer import read_month
from pipeline.x_api.client import XApi
from pipeline.x_api.prices import Reads
from tests.conftest import Answer, StubServer
from tests.pipeline.given import a_body, a_post, work
from tests.pipeline.x_api.asking import failure
from tests.pipeline.x_api.pages import TOKEN

UNANSWERED = b""
NO_TUNNEL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """Run a server that gives each connection one of `answers` after its first bytes, then refuses all others."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for place, answer in enumerate(answers, 1):
            client, _ = listener.accept()
            with client:
                client.recv(65_536)
                if place == len(answers):
                    listener.close()
                client.sendall(answer)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    thread.join(timeout=10)


def refuse_names(*_: object, **__: object) -> Any:
    raise socket.gaierror(-2, "Name or service not known")


def time_out(*_: object, **__: object) -> Any:
    raise TimeoutError


def lost(address: str) -> XError:
    error = failure(XApi(TOKEN, address))
    assert isinstance(error, XError)
    return error


def test_a_refused_connection_was_never_sent(dead_address: str) -> None:
    error = lost(dead_address)
    assert str(error) == (
        "@nasa: cannot reach X (ConnectionError), so nothing was sent and nothing is billed; check the network, then "
        "run again"
    )
    assert isinstance(error, XUnreachable)
    assert not error.perhaps_billed


@pytest.mark.parametrize("broken", [refuse_names, time_out], ids=["no such name", "timeout while connecting"])
@pytest.mark.parametrize("address", ["http://x.example", "https://x.example"])
def test_a_connection_that_cannot_be_made_was_never_sent(
    broken: Any, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "create_connection", broken)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert isinstance(lost(address), XUnreachable)


def test_a_server_without_tls_got_no_request() -> None:
    with answering(*[b"HTTP/1.1 400 Bad Request\r\n\r\n"] * 3) as address:
        assert isinstance(lost(f"https://{address}"), XUnreachable)


def test_a_connection_reset_during_the_tls_handshake_got_no_request() -> None:
    with answering(*[UNANSWERED] * 3) as address:
        assert isinstance(lost(f"https://{address}"), XUnreachable)


def test_a_proxy_that_refuses_the_tunnel_got_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(*[NO_TUNNEL] * 3) as address:
        monkeypatch.setenv("https_proxy", f"http://{address}")
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert isinstance(lost("https://x.example"), XUnreachable)


def test_a_request_that_is_not_answered_is_perhaps_billed() -> None:
    with answering(*[UNANSWERED] * 3) as address:
        error = lost(f"http://{address}")
    assert isinstance(error, XBadResponse)
    assert error.perhaps_billed


@pytest.mark.parametrize("status", ["503 Service Unavailable", "400 Bad Request", "401 Unauthorized"])
def test_an_error_that_x_reports_after_a_lost_answer_does_not_make_that_free(status: str) -> None:
    refusal = f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\n{{}}".encode()
    with answering(UNANSWERED, *[refusal] * (2 if status.startswith("5") else 1)) as address:
        assert lost(f"http://{address}").perhaps_billed


def test_three_tries_of_which_one_was_sent_are_perhaps_billed() -> None:
    with answering(UNANSWERED) as address:
        error = lost(f"http://{address}")
    assert isinstance(error, XUnreachable)  # the last try
    assert error.perhaps_billed


def test_a_lost_answer_before_x_asks_for_its_new_words_is_remembered(stub: StubServer) -> None:
    refused = Answer({"errors": [{"parameters": {"expansions": ["referenced_tweets.id"]}}]}, 400)
    x = stub.x(Answer("<html>"), refused, Answer({}, 503))
    error = failure(x, expansions=["referenced_tweets.id"])
    assert isinstance(error, XError)
    assert not isinstance(error, ExpansionRefused)
    assert error.perhaps_billed


def test_a_dead_network_costs_nothing_and_the_day_can_be_read_when_it_is_back(
    lake: Lake, dead_address: str, stub: StubServer
) -> None:
    task = work(usd_per_run=0.6)  # one page at a time
    for _ in range(3):
        with pytest.raises(XUnreachable):
            collect(lake, XApi(TOKEN, dead_address), task)
    assert spent(read_month(lake, "2026-11")) == Reads()

    collect(lake, stub.x(Answer(a_body(a_post()))), task)
    assert spent(read_month(lake, "2026-11")) == Reads(posts=1)
