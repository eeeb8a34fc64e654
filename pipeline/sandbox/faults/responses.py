"""The responses that replace X's: refusals, nonsense, silence."""

import asyncio
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pipeline.sandbox.faults.rules import Fault
from pipeline.sandbox.x.connections import reset_connection
from pipeline.sandbox.x.parameters import invalid_value
from pipeline.sandbox.x.requests import invalid_token_error
from pipeline.sandbox.x.responses import HEADERS, Headers, invalid_request, json_response, problem

_DRIP_SECONDS = 0.1
_ERRORS = tomllib.loads(Path(__file__).with_name("errors.toml").read_text(encoding="utf-8"))
_HTML = (
    "<!DOCTYPE html>\n<html><head><title>X</title></head><body><h1>Something went wrong</h1></body></html>\n"
)


class NoResponse(Response):
    """Waits until the client disconnects; with `reset`, by resetting the connection itself."""

    def __init__(self, status: Literal["hang", "reset"]) -> None:
        super().__init__()
        self.status = status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the request and send nothing."""
        if self.status == "reset":
            reset_connection(scope)
        await _client_disconnects(receive)


class DrippingResponse(Response):
    """Sends white space, of which JSON allows any amount, a byte at a time until the client disconnects."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start as every response does, and never end."""
        # Without a length, which would tell the client when the response is complete.
        headers = [header for header in self.raw_headers if header[0] != b"content-length"]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        disconnected = asyncio.ensure_future(_client_disconnects(receive))
        while not disconnected.done():
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.wait({disconnected}, timeout=_DRIP_SECONDS)


async def _client_disconnects(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def truncated(response: Response) -> Response:
    """Return the first half of a response, with headers that call it complete."""
    return Response(
        bytes(response.body)[: len(response.body) // 2],
        response.status_code,
        headers={name: value for name, value in response.headers.items() if name != "content-length"},
    )


def fault_response(fault: Fault, request: Request, headers: Headers) -> Response:
    """Return the response of a fault that replaces X's; `headers` are those of the rate limit."""
    if error := _ERRORS.get(fault):
        return json_response(error["body"], error["status"], headers)
    return _RESPONSES[fault](request, headers)


def _wrong_request(_: Request, headers: Headers) -> Response:
    return invalid_request(
        [invalid_value("tweet.fields", "lang", "is not one of [created_at,id,text]")], headers
    )


def _expired_token(request: Request, headers: Headers) -> Response:
    return invalid_request([invalid_token_error(request.query_params["pagination_token"])], headers)


def _rate_limited(_: Request, headers: Headers) -> Response:
    return problem(429, "Too Many Requests", {**headers, "x-rate-limit-remaining": "0"})


_RESPONSES: Mapping[Fault, Callable[[Request, Headers], Response]] = {
    Fault.RATE_LIMITED: _rate_limited,
    Fault.RATE_LIMITED_WITHOUT_RESET: lambda *_: problem(429, "Too Many Requests"),
    Fault.UNAUTHORIZED: lambda *_: problem(401, "Unauthorized"),
    Fault.WRONG_REQUEST: _wrong_request,
    Fault.BROKEN: lambda _, headers: problem(500, "Internal Server Error", headers),
    Fault.UNAVAILABLE: lambda _, headers: problem(503, "Service Unavailable", headers),
    Fault.HTML: lambda *_: Response(_HTML, media_type="text/html", headers=HEADERS),
    Fault.LIST: lambda _, headers: json_response([{"message": "Something went wrong"}], headers=headers),
    Fault.RESET: lambda *_: NoResponse("reset"),
    Fault.HANG: lambda *_: NoResponse("hang"),
    Fault.DRIP: lambda _, headers: DrippingResponse(
        headers={**HEADERS, **headers}, media_type="application/json"
    ),
    Fault.EXPIRED: _expired_token,
}
