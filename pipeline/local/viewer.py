"""A small server on loopback that shows the reports of a private bucket in a browser on this machine.

Three protections: it serves only keys of pages, whatever is requested; the address contains a secret, because every
user and every web page on this machine can reach a loopback port; and it refuses requests with another host name,
which stops DNS rebinding (a web page whose own name resolves to 127.0.0.1).
"""

import secrets
import socket
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.web import HEADERS, answer, refusal

_HOST = "127.0.0.1"


class Viewer:
    """A server for one lake's pages, at an address that cannot be guessed."""

    def __init__(self, lake: Lake) -> None:
        self._secret = secrets.token_urlsafe(16)
        self._listener = socket.create_server((_HOST, 0))
        config = uvicorn.Config(
            create_app(lake, self._secret),
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)

    def address(self, key: str) -> str:
        """Return the address of the page at `key`."""
        return f"http://{_HOST}:{self._listener.getsockname()[1]}/{self._secret}/{quote(key)}"

    def serve(self) -> None:
        """Serve until ctrl-c."""
        try:
            self._server.run(sockets=[self._listener])
        except KeyboardInterrupt:
            pass  # the server is closed already; ctrl-c is the normal end
        finally:
            self._listener.close()


def create_app(lake: Lake, secret: str) -> Starlette:
    """Return the app that serves a lake's pages below `/secret/`."""

    def page(request: Request) -> Response:
        given = request.path_params["secret"].encode()
        if not secrets.compare_digest(given, secret.encode()):
            return refusal("there is no such page", 404)
        return answer(lake, request.path_params["key"], request.headers, frame_ancestors="'none'")

    def start(request: Request) -> Response:
        return RedirectResponse(
            f"/{quote(request.path_params['secret'])}/{keys.REPORTS_INDEX}", headers=HEADERS
        )

    return Starlette(
        routes=[Route("/{secret}/", start), Route("/{secret}/{key:path}", page)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[_HOST, "localhost"])],
    )
