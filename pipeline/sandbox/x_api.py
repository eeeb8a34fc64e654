"""The embedded X API v2: users by name, their timelines, usage. Sample data, and every answer says so.

It answers as X documents and as recorded responses show, by the one clock; a request's `X-Aviary-Now` header
replaces the clock for that request, so that history can be read as if day by day with one server running.
The spelling of a request (`tweet.fields` or `post.fields`, `referenced_tweets.id` or `referenced_posts`)
decides the spelling of the answer; mixing the two is refused, and a request that shows
neither gets the old one.
"""

import hmac
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline import clock
from pipeline.errors import ConfigError
from pipeline.sandbox.handles import Handles
from pipeline.sandbox.paging import page_of
from pipeline.sandbox.parameters import Complaint, Refused
from pipeline.sandbox.served import Served
from pipeline.sandbox.snowflakes import at_ms
from pipeline.sandbox.timelines import STORY_DAY, World
from pipeline.sandbox.x_answers import (
    PROBLEMS,
    gone_references,
    includes,
    post_body,
    unreadable,
    user_body,
)
from pipeline.sandbox.x_requests import timeline_request, usage_request, users_request

NOW_HEADER = "X-Aviary-Now"
USERS_LIMIT = 300
USAGE_LIMIT = 50
_MONTHLY_CAP = 2_000_000
_PROJECT = "1700000000000000000"

Answer = Callable[[Request, datetime], dict[str, Any]]


def create_app(
    token: str,
    *,
    seed: int = 1,
    story_day: date = STORY_DAY,
    rate_limit: int = 10_000,
    handles_file: Path | None = None,
) -> Starlette:
    """Return the X API as an ASGI application that takes `token` as its bearer token.

    `rate_limit` is the timeline's, in requests per 15 minutes; `handles_file` keeps handles over restarts.
    """
    x = _XApi(token, World(seed, story_day), rate_limit, handles_file)
    return Starlette(
        routes=[
            Route("/2/users/by", x.endpoint("users_by", USERS_LIMIT, x.users_by)),
            Route("/2/users/{id}/tweets", x.endpoint("timeline", rate_limit, x.timeline)),
            Route("/2/usage/tweets", x.endpoint("usage", USAGE_LIMIT, x.usage)),
            Route("/sandbox/served", x.served_counts),
            Route("/sandbox/served/reset", x.reset_served, methods=["POST"]),
        ],
        exception_handlers={404: _not_found, 405: _not_found},
    )


class _XApi:
    def __init__(self, token: str, world: World, rate_limit: int, handles_file: Path | None) -> None:
        self._token = token
        self._world = world
        self._rate_limit = rate_limit
        self._handles = Handles(world, handles_file)
        self._served = Served()

    def endpoint(self, name: str, limit: int, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint behind what all share: token, clock, rate limit, the form of a 400."""

        async def respond(request: Request) -> Response:
            response = self._respond(name, limit, answer, request)
            self._served.answered(name, response.status_code)
            return response

        return respond

    def _respond(self, name: str, limit: int, answer: Answer, request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return _problem(401, "Unauthorized")
        try:
            now = _now(request)
        except ConfigError as error:
            return _refusal([Complaint(NOW_HEADER, [request.headers[NOW_HEADER]], str(error))], {})
        allowed, headers = self._served.rate_headers(name, limit, now)
        if not allowed:
            return _problem(429, "Too Many Requests", headers)
        try:
            return _json(answer(request, now), headers=headers)
        except Refused as refused:
            return _refusal(list(refused.complaints), headers)

    def users_by(self, request: Request, now: datetime) -> dict[str, Any]:
        """Answer `GET /2/users/by`."""
        names, wanted = users_request(_parameters(request))
        data, errors = [], []
        for name in {name.lower(): name for name in names}.values():
            handle = name.lower()
            self._handles.meet(handle)
            state = self._world.state(handle)
            if state == "open":
                data.append(user_body(self._world, handle, wanted.user_fields, at_ms(now)))
            else:
                errors.append(unreadable(state, "usernames", name))
        self._served.users(user["username"] for user in data)
        return {key: value for key, value in {"data": data, "errors": errors}.items() if value}

    def timeline(self, request: Request, now: datetime) -> dict[str, Any]:
        """Answer `GET /2/users/:id/tweets`."""
        user_id = request.path_params["id"]
        asked = timeline_request(_parameters(request), now)
        if not (user_id.isascii() and user_id.isdigit() and len(user_id) <= 19):
            message = f"The `id` query parameter value [{user_id}] is not valid"
            raise Refused([Complaint("id", [user_id], message)])
        handle = self._handles.handle_of(int(user_id))
        state = "missing" if handle is None else self._world.state(handle)
        if handle is None or state != "open":
            return {"errors": [unreadable(state, "id", user_id)]}
        now_ms = at_ms(now)
        page = page_of(self._world, handle, asked, now_ms)
        data = [post_body(self._world, post, asked.wanted, now_ms) for post in page.posts]
        included = includes(self._world, page.posts, asked.wanted, now_ms)
        meta: dict[str, Any] = {"result_count": len(data)}
        if data:
            meta |= {"newest_id": data[0]["id"], "oldest_id": data[-1]["id"]}
        tokens = {"next_token": page.next_token, "previous_token": page.previous_token}
        meta |= {name: token for name, token in tokens.items() if token}
        self._served.timeline(
            handle, (post.id for post in page.posts), sum(len(items) for items in included.values()), now
        )
        body = {"data": data, "includes": included, "errors": gone_references(page.posts, asked.wanted)}
        return {key: value for key, value in body.items() if value} | {"meta": meta}

    def usage(self, request: Request, now: datetime) -> dict[str, Any]:
        """Answer `GET /2/usage/tweets`."""
        days, fields = usage_request(_parameters(request))
        today = now.astimezone(UTC).date()
        dates = [today - timedelta(days=back) for back in range(days)]
        per_day = [
            {"date": f"{day}T00:00:00.000Z", "usage": str(self._served.used_on(day))}
            for day in reversed(dates)
        ]
        month = (today - timedelta(days=back) for back in range(today.day))
        data: dict[str, Any] = {
            "project_cap": str(_MONTHLY_CAP),
            "project_id": _PROJECT,
            "project_usage": str(sum(self._served.used_on(day) for day in month)),
        }
        optional: dict[str, Any] = {
            "cap_reset_day": 1,
            "daily_project_usage": {"project_id": _PROJECT, "usage": per_day},
            "daily_client_app_usage": [
                {"client_app_id": "1", "usage": per_day, "usage_result_count": len(per_day)}
            ],
        }
        return {"data": data | {name: value for name, value in optional.items() if name in fields}}

    async def served_counts(self, _: Request) -> Response:
        """Tell what was served since the start or the last reset."""
        return _json(self._served.body())

    async def reset_served(self, _: Request) -> Response:
        """Start counting from nothing."""
        self._served.reset()
        return _json(self._served.body())


def _now(request: Request) -> datetime:
    text = request.headers.get(NOW_HEADER)
    return clock.parse_instant(text) if text else clock.now()


def _parameters(request: Request) -> dict[str, str]:
    """Return the query's parameters; one given several times counts as a list, as with commas."""
    query = request.query_params
    return {name: ",".join(query.getlist(name)) for name in query}


def _json(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
        status,
        media_type="application/json; charset=utf-8",
        headers={"x-aviary-sandbox": "1", "api-version": "2.167"} | (headers or {}),
    )


def _problem(status: int, title: str, headers: dict[str, str] | None = None) -> Response:
    return _json({"title": title, "type": "about:blank", "status": status, "detail": title}, status, headers)


def _refusal(complaints: list[Complaint], headers: dict[str, str]) -> Response:
    body = {
        "errors": [complaint.body() for complaint in complaints],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}/invalid-request",
    }
    return _json(body, 400, headers)


async def _not_found(_: Request, __: Exception) -> Response:
    return _problem(404, "Not Found")
