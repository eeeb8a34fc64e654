"""An S3 that misbehaves: a proxy before the real one, which counts what passes and spoils what it is told to.

Requests reach the real server as they were signed (their `Host` names the proxy, and is part of the signature).
"""

import http.client
import os
import re
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from urllib.parse import parse_qs, unquote, urlsplit


class Fault(Enum):
    """What becomes of a request."""

    SLOW_DOWN = auto()  # 503, nothing done
    DENIED = auto()  # 403, nothing done
    RESET = auto()  # the connection breaks in mid-upload, nothing done
    LOST_ANSWER = auto()  # it is done, and the connection breaks before the answer
    CUT_ANSWER = auto()  # it is done, and the connection breaks in mid-answer
    HANG = auto()  # no answer before the client gives up


@dataclass(frozen=True)
class Asked:
    """One request: what for, and the how-manieth try and the how-manieth of its like it is, each from 1."""

    method: str
    key: str  # without bucket; of a listing, its prefix
    attempt: int
    nth: int
    conditional: bool


@dataclass
class Proxy:
    """The address to use, what has passed, and what to spoil."""

    address: str = ""
    spoil: Callable[[Asked], Fault | None] = lambda _: None
    asked: list[Asked] = field(default_factory=list)
    bytes_read: int = 0  # by clients
    bytes_written: int = 0
    lock: Lock = field(default_factory=Lock)
    over: Event = field(default_factory=Event)
    _seen: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def note(self, method: str, path: str, headers: Message) -> Asked:
        """Write a request down."""
        url = urlsplit(path)
        prefix = parse_qs(url.query).get("prefix", [""])[0]
        key = prefix or unquote(url.path).lstrip("/").partition("/")[2]
        attempt = re.search(r"attempt=(\d+)", headers.get("amz-sdk-request", ""))
        with self.lock:
            self._seen[like := (method, path, headers.get("Range", ""))] += 1
            nth = self._seen[like]
            asked = Asked(
                "LIST" if prefix or "list-type" in url.query else method,
                key,
                int(attempt[1]) if attempt else nth,
                nth,
                "If-Match" in headers or "If-None-Match" in headers,
            )
            self.asked.append(asked)
        return asked


@contextmanager
def proxy_to(upstream: str) -> Iterator[Proxy]:
    """Serve a proxy to an S3 server on a free loopback port."""
    proxy = Proxy()
    target = urlsplit(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            self.onward = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)

        def finish(self) -> None:
            self.onward.close()
            super().finish()

        def log_message(self, *_: object) -> None:
            pass

        def pass_on(self) -> None:
            fault = proxy.spoil(proxy.note(self.command, self.path, self.headers))
            length = int(self.headers.get("Content-Length") or 0)
            if fault == Fault.RESET:
                self.rfile.read(length // 2)
                self.reset()
                return
            body = self.rfile.read(length)
            if fault == Fault.HANG:
                proxy.over.wait(60)
                self.reset()
            elif fault == Fault.SLOW_DOWN:
                self.answer(503, [], error("SlowDown"))
            elif fault == Fault.DENIED:
                self.answer(403, [], error("AccessDenied"))
            else:
                self.ask_onward(body, fault)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = pass_on  # noqa: N815  as http.server calls them

        def ask_onward(self, body: bytes, fault: Fault | None) -> None:
            self.onward.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in ("connection", "expect"):
                    self.onward.putheader(name, value)
            self.onward.endheaders(body)
            answer = self.onward.getresponse()
            content = answer.read()
            if fault == Fault.LOST_ANSWER:
                self.reset()
                return
            with proxy.lock:
                proxy.bytes_read += len(content)
                proxy.bytes_written += len(body)
            self.answer(answer.status, answer.getheaders(), content, cut=fault == Fault.CUT_ANSWER)

        def answer(
            self, status: int, headers: list[tuple[str, str]], content: bytes, *, cut: bool = False
        ) -> None:
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                    self.send_header(name, value)
            told = dict(headers).get("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", told or str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content[: len(content) // 2] if cut else content)
            if cut:
                self.reset()

        def reset(self) -> None:
            """Close so that the other side sees a reset."""
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    proxy.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield proxy
    finally:
        proxy.over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def error(code: str) -> bytes:
    """Return S3's error document."""
    return f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'.encode()
