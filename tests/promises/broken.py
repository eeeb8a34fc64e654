"""A sandbox X API that does not deliver some accounts' timelines."""

import os

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

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
