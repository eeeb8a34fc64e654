"""One page of a timeline, asked for as the tests do."""

from typing import Any

import pytest

from pipeline.errors import (
    AviaryError,
    NotEnrolled,
    PageTokenExpired,
    RateLimited,
    RunStopped,
    Terminal,
    Transient,
    XBadResponse,
    XRefused,
    XUnavailable,
)
from pipeline.window import Window
from pipeline.x_api.client import XApi
from tests.conftest import Answer
from tests.pipeline.given import DAY

WINDOW = Window(DAY, "UTC")


TOKEN = "AAAAAAAAAAAAAAAAAAAAAsecret"


def page(x: XApi, **changes: Any) -> dict[str, Any]:
    window = {"start_time": WINDOW.start, "end_time": WINDOW.end}
    return x.timeline_page("nasa", "11348282", **({"max_results": 100} | window | changes))


def failure(x: XApi) -> AviaryError:
    with pytest.raises(AviaryError) as caught:
        page(x)
    return caught.value


def problem(title: str, value: str, *, kind: str = "resource-not-found", detail: str = "") -> dict[str, Any]:
    type_ = f"https://api.twitter.com/2/problems/{kind}"
    return {"value": value, "title": title, "detail": detail or f"Could not: [{value}].", "type": type_}


RESET = "1795413900"  # 2026-11-23 06:05:00 UTC


TABLE: dict[str, tuple[Answer, type[AviaryError], type, str]] = {
    "400": (
        Answer({"title": "Invalid Request", "detail": "One or more parameters was invalid.",
                "errors": [{"message": "max_results [3] is not between 5 and 100"}]}, 400),
        XRefused, Terminal, "(400: One or more parameters was invalid.; max_results [3] is not between 5 and 100)",
    ),
    "400 page token": (
        Answer({"errors": [{"parameters": {"pagination_token": ["t"]}, "message": "is not valid"}]}, 400),
        PageTokenExpired, Terminal, "no longer takes its own page token (400: is not valid)",
    ),
    "401": (Answer({"title": "Unauthorized", "status": 401}, 401), RunStopped, Terminal, "set X_BEARER_TOKEN"),
    "402": (
        Answer({"title": "CreditsDepleted", "detail": "does not have any credits"}, 402),
        RunStopped, Terminal, "out of credits (402: does not have any credits)",
    ),
    "403 not enrolled": (
        Answer({"title": "Client Forbidden", "reason": "client-not-enrolled", "detail": "use a Project"}, 403),
        NotEnrolled, Terminal, "may not read posts (403: use a Project)",
    ),
    "403 spend cap": (
        Answer({"title": "SpendCapReached", "detail": "cap"}, 403), RunStopped, Terminal, "(403: cap)",
    ),
    "403 other": (Answer({"title": "Forbidden", "detail": "not this one"}, 403), XRefused, Terminal, "not this one"),
    "404": (Answer({"title": "Not Found"}, 404), XRefused, Terminal, "(404: Not Found)"),
    "429 window": (
        Answer({"title": "Too Many Requests"}, 429, {"x-rate-limit-reset": RESET}),
        RateLimited, Transient, "@nasa: X's request window is used up until 06:05:00 UTC",
    ),
    "429 without a time": (
        Answer({"title": "Too Many Requests"}, 429), RateLimited, Transient, "until 06:15:00 UTC",
    ),
    "429 with an odd time": (
        Answer({"title": "Too Many Requests"}, 429, {"x-rate-limit-reset": "soon"}),
        RateLimited, Transient, "until 06:15:00 UTC",
    ),
    "429 with an endless time": (
        Answer({"title": "Too Many Requests"}, 429, {"x-rate-limit-reset": "9" * 30}),
        RateLimited, Transient, "until 06:15:00 UTC",
    ),
    "429 cap": (
        Answer({"title": "UsageCapExceeded", "detail": "Monthly product cap"}, 429,
               {"x-rate-limit-reset": RESET, "x-rate-limit-remaining": "39999"}),
        RunStopped, Terminal, "monthly cap of the X account is used up (429: Monthly product cap)",
    ),
    "503 JSON": (Answer({"title": "Service Unavailable"}, 503), XUnavailable, Transient, "X answered 503"),
    "503 HTML": (Answer("<html>\n<h1>Over capacity</h1>", 503), XUnavailable, Transient, "X answered 503"),
    "HTML with 200": (Answer("<!doctype html>\n<p>hi"), XBadResponse, Transient, "not JSON"),
    "cut JSON": (Answer('{"data": [{"id": "1'), XBadResponse, Transient, "not JSON"),
    "nothing at all": (Answer(""), XBadResponse, Transient, "not JSON"),
    "a list": (Answer([1, 2]), XBadResponse, Transient, "a list in place of an object"),
    "a word": (Answer('"ok"'), XBadResponse, Transient, "a str in place of an object"),
    "an error as a list": (Answer(["down"], 500), XUnavailable, Transient, "X answered 500"),
    "a bad token told as a list": (Answer(["no"], 401), RunStopped, Terminal, "set X_BEARER_TOKEN"),
    "an error of odd types": (
        Answer({"errors": [{"code": 5, "message": None}, 7, "x"], "detail": None, "title": ["a"]}, 400),
        XRefused, Terminal, "(400: ",
    ),
    "errors that are none": (Answer({"errors": 5, "detail": {"a": 1}}, 400), XRefused, Terminal, "(400: "),
    "several lines": (
        Answer({"detail": "one\ntwo\x1b[31m\u202e"}, 400), XRefused, Terminal, "(400: one two [31m)",
    ),
    "an empty object": (Answer({}), XBadResponse, Transient, "neither data nor a reason"),
    "a reason unheard of": (
        Answer({"errors": [{"title": "New"}, 5]}), XBadResponse, Transient, "neither posts nor a known reason",
    ),
    "posts that are no list": (Answer({"data": {"id": "1"}, "meta": {}}), XBadResponse, Transient, "data is a dict"),
    "a meta that is no object": (Answer({"meta": [1]}), XBadResponse, Transient, "meta is a list"),
    "includes that are no object": (
        Answer({"meta": {}, "includes": []}), XBadResponse, Transient, "includes is a list",
    ),
    "errors that are no list": (Answer({"meta": {}, "errors": "x"}), XBadResponse, Transient, "errors is a str"),
}  # fmt: skip
