"""What an answer may weigh, how it may be packed, and that the token goes nowhere else."""

import gzip
import json
import resource
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import AviaryError, XBadResponse, XRefused, XTooLarge
from pipeline.x_api.client import XApi
from pipeline.x_api.transport import AS_SENT, UNPACKED
from pipeline.x_api.unpacking import Unpacker
from tests.pipeline.given import a_body, a_post
from tests.pipeline.x_api.asking import failure, page

Headers = dict[str, str]
BODY = a_body(a_post(text="Größe \U0001f680"))
RAW = json.dumps(BODY, ensure_ascii=False).encode()


class Bytes:
    """A server that answers with bytes as they are, and remembers the tokens it was shown."""

    def __init__(self) -> None:
        self.answer: tuple[int, Headers, bytes | Iterator[bytes]] = (200, {}, b"")
        self.tokens: list[str | None] = []
        self.address = ""

    def x(self, body: bytes | Iterator[bytes], status: int = 200, **headers: str) -> XApi:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer, self.tokens = (status, named, body), []
        return XApi("SECRET", self.address)


@contextmanager
def _bytes() -> Iterator[Bytes]:
    told = Bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.tokens.append(self.headers["authorization"])
            status, headers, body = told.answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for part in [body] if isinstance(body, bytes) else body:
                    self.wfile.write(part)
            except OSError:  # the client has heard enough
                self.close_connection = True

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        told.address = f"http://127.0.0.1:{server.server_port}"
        yield told
        server.shutdown()


@pytest.fixture
def server(morning_after: str) -> Iterator[Bytes]:
    with _bytes() as told:
        yield told


def deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("gzip", lambda body: gzip.compress(body[:50]) + gzip.compress(body[50:])),
        ("gzip", lambda body: gzip.compress(body) + b"\0" * 100),
        ("deflate", zlib.compress),
        ("deflate", deflated),
    ],
)
def test_an_answer_may_be_packed_in_any_way_that_was_asked_for(
    server: Bytes, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    assert page(server.x(pack(RAW), content_encoding=encoding)) == BODY


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", RAW),
        ("gzip", gzip.compress(RAW)[:60]),
        ("gzip, gzip", gzip.compress(gzip.compress(RAW))),
        ("zstd", zstandard.ZstdCompressor().compress(RAW)),
        ("deflate", b"\xff" * 50),
    ],
    ids=["not packed", "cut", "twice", "zstd", "noise"],
)
def test_one_that_cannot_be_unpacked_is_one_line(server: Bytes, encoding: str, body: bytes) -> None:
    assert type(failure(server.x(body, content_encoding=encoding))) is XBadResponse


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("kind", ["application/json; charset=iso-8859-1", "text/plain", "image/png", ""])
def test_json_is_utf8_whatever_the_header_says(server: Bytes, kind: str, mark: bytes) -> None:
    assert page(server.x(mark + RAW, content_type=kind)) == BODY


def test_a_small_answer_that_unpacks_to_hundreds_of_megabytes_is_left_packed(server: Bytes) -> None:
    bomb = gzip.compress(b" " * 10_000_000) * 80
    assert len(bomb) < 1_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = failure(server.x(bomb, content_encoding="gzip"))
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert isinstance(error, XTooLarge)
    assert "@nasa: X's answer is larger than 64 MB unpacked" in str(error)
    assert grown_mb < 200
    assert len(server.tokens) == 1  # not three times


def test_an_answer_without_an_end_is_read_no_further_than_the_limit(server: Bytes) -> None:
    sent: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            sent.append(1_000_000)
            yield b" " * 1_000_000

    error = failure(server.x(endless()))
    assert "larger than 16 MB, so it is not read" in str(error)
    assert sum(sent) < AS_SENT + 20_000_000  # what the connection holds besides


@pytest.mark.heavy
def test_an_empty_packing_that_goes_on_and_on_ends_too(server: Bytes) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield gzip.compress(b"") * 10_000

    assert isinstance(failure(server.x(endless(), content_encoding="gzip")), XTooLarge)


@pytest.mark.heavy
def test_answers_just_within_the_limits_are_read(server: Bytes) -> None:
    assert page(server.x(RAW + b" " * (AS_SENT - len(RAW)))) == BODY
    full = RAW + b" " * (UNPACKED - len(RAW))
    assert page(server.x(gzip.compress(full), content_encoding="gzip")) == BODY
    assert isinstance(failure(server.x(gzip.compress(full + b" "), content_encoding="gzip")), XTooLarge)


@given(st.binary(max_size=3000), st.lists(st.integers(1, 400)), st.sampled_from(["gzip", "deflate", "raw"]))
def test_unpacking_is_the_same_in_any_pieces_and_stops_at_the_limit(
    body: bytes, cuts: list[int], kind: str
) -> None:
    packing: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "raw": deflated,
    }
    packed = packing[kind](body)
    unpacker = Unpacker("gzip" if kind == "gzip" else "deflate")
    pieces, place = [], 0
    for length in [2, *cuts, len(packed)]:
        pieces.append(unpacker.unpack(packed[place : place + length], len(body)))
        place += length
    assert b"".join(pieces) == body
    if body:
        over = Unpacker("gzip" if kind == "gzip" else "deflate").unpack(packed, len(body) - 1)
        assert len(over) == len(body)


# --- redirects -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 300, 304])
def test_no_redirect_takes_the_token_along(server: Bytes, status: int) -> None:
    with _bytes() as thief:
        for target in (thief.address, "https://api.twitter.com.evil.example", "https://api.twitter.com"):
            error = failure(server.x(b"moved", status, location=f"{target}/2/users/1/tweets"))
            assert isinstance(error, XRefused)
            assert f"({status} to {target}/2/users/1/tweets)" in str(error)
            assert "X_API_URL" in str(error)
            assert server.tokens == ["Bearer SECRET"]
        assert thief.tokens == []


def test_a_redirect_says_nothing_harmful(server: Bytes) -> None:
    error = failure(server.x(b'["odd"]', 302, location="https://x.example/\x1b[31m\u00e9" + "a" * 500))
    assert len(str(error)) < 400


def test_looking_up_and_usage_follow_none_either(server: Bytes) -> None:
    asks: list[Callable[[XApi], object]] = [lambda x: x.users(["nasa"]), lambda x: x.usage(1)]
    for ask in asks:
        with pytest.raises(AviaryError, match="answered with a redirect"):
            ask(server.x(b"", 307, location="http://127.0.0.1:9/"))
        assert len(server.tokens) == 1
