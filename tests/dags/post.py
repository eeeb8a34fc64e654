"""A real SMTP server and a chat service over HTTP, which keep what they are given."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.sandbox.x.server import serving


@dataclass
class Post:
    """A mail server and a chat service that keep what they are given."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    chats: list[dict[str, Any]] = field(default_factory=list)
    chat_status: int = 200
    mail_port: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self.recipients += envelope.rcpt_tos
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    async def chat(self, request: Request) -> Response:
        self.chats.append(await request.json())
        return Response("", self.chat_status)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    post = Post(mail_port=free_port())
    controller = Controller(post, hostname="127.0.0.1", port=post.mail_port)
    controller.start()
    app = Starlette(routes=[Route("/{path:path}", post.chat, methods=["POST"])])
    try:
        with serving(app) as address:
            mail_by(monkeypatch, post.mail_port)
            chat = {"config": {"path": address.replace("http://", "json://")}}
            connection = {"conn_type": "apprise", "extra": chat}
            monkeypatch.setenv("AIRFLOW_CONN_TEAM_CHAT", json.dumps(connection))
            yield post
    finally:
        controller.stop()


def mail_by(monkeypatch: pytest.MonkeyPatch, port: int, **extra: Any) -> None:
    """Make the SMTP server on `port` the one of the Connection `smtp_default`."""
    plain = {"disable_ssl": True, "disable_tls": True, "retry_limit": 0, "timeout": 10}
    sender = {"from_email": "aviary@example.org"}
    connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": plain | sender | extra}
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(connection))


def text_of(mail: EmailMessage, form: str = "plain") -> str:
    """Return the text of a mail, or its HTML."""
    body = mail.get_body((form,))
    assert body is not None
    return str(body.get_content())
