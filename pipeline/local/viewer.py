"""The reports of a private bucket in a browser of this machine, through a small server on loopback.

Three doors are shut: only the keys of pages are read, whatever is asked for; the address holds a secret, since every
user and every web page on this machine can reach a loopback port; and requests that name another host are refused,
which a page could send whose own name was made to mean 127.0.0.1.
"""

import gzip
import secrets
import socket
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from pipeline.errors import AviaryError
from pipeline.lake import keys
from pipeline.lake.catalogue import is_served
from pipeline.lake.client import Lake
from pipeline.lake.stored import StoredObject

_HOST = "127.0.0.1"
# The pages bring their own policy, by the hashes of their script and style; what a page cannot say of itself is here.
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


class Viewer:
    """A server for one lake's pages, at an address that nobody can guess."""

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
        """Return where a browser finds the page at `key`."""
        return f"http://{_HOST}:{self._listener.getsockname()[1]}/{self._secret}/{quote(key)}"

    def serve(self) -> None:
        """Serve until ctrl-c."""
        try:
            self._server.run(sockets=[self._listener])
        except KeyboardInterrupt:
            pass  # the server has closed; this is how it is meant to end
        finally:
            self._listener.close()


def create_app(lake: Lake, secret: str) -> Starlette:
    """Return the server of a lake's pages, below `/secret/`."""

    def page(request: Request) -> Response:
        key = request.path_params["key"]
        asked = request.path_params["secret"].encode()
        if not secrets.compare_digest(asked, secret.encode()) or not is_served(key):
            return PlainTextResponse("there is no such page", 404, _HEADERS)
        try:
            found = lake.find(key, known_etag=request.headers.get("If-None-Match"))
        except AviaryError as error:
            return PlainTextResponse(f"{error}\n", 502, _HEADERS)
        if found is None:
            return PlainTextResponse(f"there is no {key} in {lake.url}", 404, _HEADERS)
        return _answer(found, key, takes_gzip="gzip" in request.headers.get("Accept-Encoding", ""))

    def start(request: Request) -> Response:
        return RedirectResponse(
            f"/{quote(request.path_params['secret'])}/{keys.REPORTS_INDEX}", headers=_HEADERS
        )

    return Starlette(
        routes=[Route("/{secret}/", start), Route("/{secret}/{key:path}", page)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[_HOST, "localhost"])],
    )


def _answer(found: StoredObject, key: str, *, takes_gzip: bool) -> Response:
    headers = {**_HEADERS, "ETag": found.etag}
    if found.unchanged:
        return Response(status_code=304, headers=headers)
    body = found.stored
    if found.content_encoding == "gzip" and takes_gzip:
        headers["Content-Encoding"] = "gzip"
    elif found.content_encoding == "gzip":
        body = gzip.decompress(body)
    if key.startswith("csv/"):
        day, _, name = key.removeprefix("csv/day=").partition("/")
        headers["Content-Disposition"] = f'attachment; filename="{day}-{name}"'
    return Response(body, headers=headers, media_type=found.content_type)
