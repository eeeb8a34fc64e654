"""AWS as the trial's machine sees it: SeaweedFS for S3 and moto for the rest, behind a door that knows the role.

Each request is compared with what the machine's role allows, as the stack in moto has it; what it does not allow is
refused, as AWS would, and written down like the others.
"""

import http.client
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit

import requests

from tests.aws.calls import Call, Statement, call_of
from tests.aws.stack import REGION

_HOSTS = {"secretsmanager": "secretsmanager", "cloudwatch": "monitoring"}
_DENIED = b"<Error><Code>AccessDenied</Code><Message>the role does not allow it</Message></Error>"
_HOP = {
    "connection",
    "transfer-encoding",
    "content-length",
    "keep-alive",
    "server",
    "date",
    "content-encoding",
}


@dataclass
class Door:
    """The address to use, what the role allows, and what was asked for."""

    allowed: list[Statement]
    address: str = ""
    used: Counter[tuple[int, str]] = field(default_factory=Counter)  # by statement and action
    refused: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def lets(self, call: Call) -> bool:
        """Whether the role allows a call, which is written down."""
        by = [number for number, statement in enumerate(self.allowed) if statement.allows(call)]
        with self.lock:
            for number in by:
                self.used[number, call.action] += 1
            if not by:
                self.refused.append(f"{call.action} on {call.resource}")
        return bool(by)

    def unused(self) -> list[str]:
        """Return what the role allows and nothing has asked for."""
        allowed = [(number, action) for number, one in enumerate(self.allowed) for action in one.actions]
        return [
            f"{action} on {self.allowed[n].resources[0]}" for n, action in allowed if not self.used[n, action]
        ]


@contextmanager
def door_to(s3: str, allowed: list[Statement]) -> Iterator[Door]:
    """Serve the door on a free loopback port, within `mock_aws`; `s3` is the address of an S3 server."""
    door, target = Door(allowed), urlsplit(s3)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            pass

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                call = call_of(self.command, self.path, dict(self.headers.items()), body)
            except (ValueError, KeyError) as error:
                call = Call(f"unknown: {self.command} {self.path} {error}", "?")
            if not door.lets(call):
                self.answer(403, {"Content-Type": "application/xml"}, _DENIED)
            elif call.action.startswith("s3:"):
                self.ask_s3(body)
            else:
                self.ask_moto(_HOSTS[call.action.partition(":")[0]], body)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = pass_on  # noqa: N815  as http.server calls them

        def ask_s3(self, body: bytes) -> None:
            onward = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
            try:
                onward.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():  # `Host` too, which is part of the signature
                    onward.putheader(name, value)
                onward.endheaders(body)
                answer = onward.getresponse()
                self.answer(answer.status, dict(answer.getheaders()), answer.read())
            finally:
                onward.close()

        def ask_moto(self, host: str, body: bytes) -> None:
            url = f"https://{host}.{REGION}.amazonaws.com/"
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            answer = requests.post(url, data=body, headers=headers, timeout=60)
            self.answer(answer.status_code, dict(answer.headers), answer.content)

        def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers.items():
                if name.lower() not in _HOP or (
                    name.lower() == "content-encoding" and self.command != "POST"
                ):
                    self.send_header(name, value)
            length = (
                headers.get("Content-Length", str(len(body))) if self.command == "HEAD" else str(len(body))
            )
            self.send_header("Content-Length", length)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        door.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield door
        finally:
            server.shutdown()
            thread.join()
