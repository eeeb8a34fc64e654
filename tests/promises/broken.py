"""Sandbox X APIs that do not deliver some accounts' timelines, or change the names of some counts."""

import json
import os
from typing import Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from pipeline.x_api.client import XApi


class Broken:
    """The sandbox's X API, but for timelines whose ids are in `ids`: they answer with an error."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self.ids: set[str] = set()
        self.status = 503

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        broken = (
            scope["type"] == "http"
            and scope["path"].split("/")[3:4]
            and scope["path"].split("/")[3] in self.ids
        )
        answer = Response("<html>over capacity</html>", self.status) if broken else self.app
        await answer(scope, receive, send)


def break_accounts(broken: Broken, *handles: str) -> None:
    """Answer with an error for the timelines of these handles."""
    found, _ = XApi(os.environ["X_BEARER_TOKEN"], os.environ["X_API_URL"]).users(handles)
    broken.ids = {profile.user_id for profile in found.values()}


class Renamed:
    """The sandbox's X API, but every other post calls its likes by another name."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests += 1
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        if scope["path"].endswith("/tweets") and scope["path"] != "/2/usage/tweets":
            body = json.dumps(renamed(json.loads(body))).encode()
        headers = [pair for pair in sent[0]["headers"] if pair[0] != b"content-length"]
        await send({**sent[0], "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})


def renamed(answer: dict[str, Any]) -> dict[str, Any]:
    for item in answer.get("data", [])[::2]:
        item["public_metrics"]["thumbs_up"] = item["public_metrics"].pop("like_count")
    return answer
