"""The answers that come in place of X's when that was ordered: refusals, nonsense, silence."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pipeline.sandbox.faults.rules import Fault
from pipeline.sandbox.x.answers import PROBLEMS
from pipeline.sandbox.x.connections import cut
from pipeline.sandbox.x.parameters import ParameterError
from pipeline.sandbox.x.requests import invalid_token
from pipeline.sandbox.x.responses import HEADERS, Headers, json_response, problem, refusal

_DRIP_SECONDS = 0.1
_HTML = (
    "<!DOCTYPE html>\n<html><head><title>X</title></head><body><h1>Something went wrong</h1></body></html>\n"
)


class Unanswered(Response):
    """Waits until the client has gone; with `reset`, by cutting the connection itself."""

    def __init__(self, status: Literal["hang", "reset"]) -> None:
        super().__init__()
        self.status = status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the request and say nothing."""
        if self.status == "reset":
            cut(scope)
        await _gone(receive)


class Dripping(Response):
    """Answers with white space, of which JSON allows any amount, a byte at a time until the client has gone."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin as any answer does, and never come to the point."""
        # Without a length, which would tell the client when it is through.
        headers = [header for header in self.raw_headers if header[0] != b"content-length"]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        gone = asyncio.ensure_future(_gone(receive))
        while not gone.done():
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.wait({gone}, timeout=_DRIP_SECONDS)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def truncated(response: Response) -> Response:
    """Return an answer cut in the middle, whose headers say that this is all."""
    return Response(
        bytes(response.body)[: len(response.body) // 2],
        response.status_code,
        headers={name: value for name, value in response.headers.items() if name != "content-length"},
    )


def fault_answer(fault: Fault, request: Request, headers: Headers) -> Response:
    """Return what a fault answers in X's place; `headers` are those of the rate limit."""
    return _ANSWERS[fault](request, headers)


def _rate_limited(_: Request, headers: Headers) -> Response:
    return problem(429, "Too Many Requests", {**headers, "x-rate-limit-remaining": "0"})


def _monthly_cap(_: Request, headers: Headers) -> Response:
    body = {
        "account_id": 1,
        "product_name": "standard-basic",
        "title": "UsageCapExceeded",
        "period": "Monthly",
        "scope": "Product",
        "detail": "Usage cap exceeded: Monthly product cap",
        "type": f"{PROBLEMS}/usage-capped",
    }
    return json_response(body, 429, headers)


def _out_of_credits(_: Request, headers: Headers) -> Response:
    body = {
        "title": "CreditsDepleted",
        "detail": "Your enrolled account [1] does not have any credits to fulfill this request.",
        "type": f"{PROBLEMS}/credits",
    }
    return json_response(body, 402, headers)


def _not_enrolled(_: Request, headers: Headers) -> Response:
    body = {
        "client_id": "1",
        "title": "Client Forbidden",
        "reason": "client-not-enrolled",
        "required_enrollment": "Appropriate Level of API Access",
        "detail": "The app of these keys and tokens is not attached to a Project with access to this endpoint.",
        "registration_url": "https://developer.twitter.com/en/docs/projects/overview",
        "type": f"{PROBLEMS}/client-forbidden",
    }
    return json_response(body, 403, headers)


def _spend_cap(_: Request, headers: Headers) -> Response:
    body = {
        "account_id": 1,
        "title": "SpendCapReached",
        "detail": "The spend cap of the billing cycle has been reached.",
        "type": f"{PROBLEMS}/credits",
    }
    return json_response(body, 403, headers)


def _wrong_request(_: Request, headers: Headers) -> Response:
    message = "The `tweet.fields` query parameter value [lang] is not one of [created_at,id,text]"
    return refusal([ParameterError("tweet.fields", ["lang"], message)], headers)


def _expired_token(request: Request, headers: Headers) -> Response:
    return refusal([invalid_token(request.query_params["pagination_token"])], headers)


_ANSWERS: Mapping[Fault, Callable[[Request, Headers], Response]] = {
    Fault.RATE_LIMITED: _rate_limited,
    Fault.RATE_LIMITED_WITHOUT_RESET: lambda *_: problem(429, "Too Many Requests"),
    Fault.MONTHLY_CAP: _monthly_cap,
    Fault.UNAUTHORIZED: lambda *_: problem(401, "Unauthorized"),
    Fault.OUT_OF_CREDITS: _out_of_credits,
    Fault.NOT_ENROLLED: _not_enrolled,
    Fault.SPEND_CAP: _spend_cap,
    Fault.WRONG_REQUEST: _wrong_request,
    Fault.BROKEN: lambda _, headers: problem(500, "Internal Server Error", headers),
    Fault.UNAVAILABLE: lambda _, headers: problem(503, "Service Unavailable", headers),
    Fault.HTML: lambda *_: Response(_HTML, media_type="text/html", headers=HEADERS),
    Fault.LIST: lambda _, headers: json_response([{"message": "Something went wrong"}], headers=headers),
    Fault.RESET: lambda *_: Unanswered("reset"),
    Fault.HANG: lambda *_: Unanswered("hang"),
    Fault.DRIP: lambda _, headers: Dripping(headers={**HEADERS, **headers}, media_type="application/json"),
    Fault.EXPIRED: _expired_token,
}
