"""X's HTTP responses: JSON, a problem, the 400 for wrong parameters."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from pipeline.sandbox.x.parameters import ParameterError
from pipeline.sandbox.x.partial_errors import PROBLEMS

HEADERS: Mapping[str, str] = {"x-aviary-sandbox": "1", "api-version": "2.167"}
Headers = Mapping[str, str]


def json_response(body: object, status: int = 200, headers: Headers | None = None) -> Response:
    """Return a JSON response."""
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
        status,
        media_type="application/json; charset=utf-8",
        headers={**HEADERS, **(headers or {})},
    )


def problem(status: int, title: str, headers: Headers | None = None, **more: Any) -> Response:
    """Return an error with X's usual body; `more` adds to the body or replaces parts of it."""
    body = {"title": title, "type": "about:blank", "status": status, "detail": title}
    return json_response(body | more, status, headers)


def invalid_request(errors: Sequence[ParameterError], headers: Headers | None = None) -> Response:
    """Return the 400 for wrong parameters."""
    body = {
        "errors": [error.body() for error in errors],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}/invalid-request",
    }
    return json_response(body, 400, headers)
