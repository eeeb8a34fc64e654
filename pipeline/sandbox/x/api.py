"""The embedded X API v2: users by name, their timelines, usage. Sample data, and every answer says so.

It answers as X documents and as recorded responses show, by the one clock; a request's `X-Aviary-Now` header
replaces the clock for that request, so that history can be read as if day by day with one server running.
The spelling of a request (`tweet.fields` or `post.fields`, `referenced_tweets.id` or `referenced_posts`)
decides the spelling of the answer; mixing the two is refused, and a request that shows
neither gets the old one.
"""

import hmac
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline import clock
from pipeline.errors import ConfigError
from pipeline.sandbox.faults.active import FaultRules, Matched
from pipeline.sandbox.faults.answers import Unanswered, fault_answer, truncated
from pipeline.sandbox.faults.pages import odd_page, worded
from pipeline.sandbox.faults.rules import Fault
from pipeline.sandbox.world.snowflakes import at_ms
from pipeline.sandbox.world.timelines import STORY_DAY, World
from pipeline.sandbox.x.answers import gone_references, unreadable, user_body
from pipeline.sandbox.x.control import control_routes
from pipeline.sandbox.x.handles import Handles
from pipeline.sandbox.x.paging import page_of
from pipeline.sandbox.x.parameters import ParameterError, Refused
from pipeline.sandbox.x.requests import timeline_request, usage_request, users_request
from pipeline.sandbox.x.responses import json_response, problem, refusal
from pipeline.sandbox.x.stats import WINDOW_SECONDS, RequestStats

NOW_HEADER = "X-Aviary-Now"
USERS_LIMIT = 300
USAGE_LIMIT = 50
_MONTHLY_CAP = 2_000_000
_PROJECT = "1700000000000000000"
_ID = re.compile("[0-9]{1,19}")

Answer = Callable[[Request, datetime, Matched], dict[str, Any]]


def create_app(
    token: str,
    *,
    seed: int = 1,
    story_day: date = STORY_DAY,
    rate_limit: int = 10_000,
    rate_window: int = WINDOW_SECONDS,
    handles_file: Path | None = None,
    fault_rules: Iterable[Mapping[str, object]] = (),
) -> Starlette:
    """Return the X API as an ASGI application that takes `token` as its bearer token.

    `rate_limit` is the timeline's, in requests per `rate_window` seconds; `handles_file` keeps handles over
    restarts; `orders` to misbehave are as in `faults`. RequestStats by `x_server` only: faults need its connections.
    """
    served, standing = RequestStats(rate_window), FaultRules(fault_rules)
    world = World(seed, story_day)
    x = _XApi(token, world, Handles(world, handles_file), served, standing)
    return Starlette(
        routes=[
            Route("/2/users/by", x.endpoint("users_by", USERS_LIMIT, x.users_by)),
            Route("/2/users/{id}/tweets", x.endpoint("timeline", rate_limit, x.timeline)),
            Route("/2/usage/tweets", x.endpoint("usage", USAGE_LIMIT, x.usage)),
            *control_routes(served, standing),
        ],
        exception_handlers={404: _not_found, 405: _not_found},
    )


class _XApi:
    def __init__(
        self, token: str, world: World, handles: Handles, served: RequestStats, fault_rules: FaultRules
    ) -> None:
        self._token = token
        self._world = world
        self._handles = handles
        self._served = served
        self._orders = fault_rules

    def endpoint(self, name: str, limit: int, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint behind what all share: token, clock, rate limit, faults, the form of a 400."""

        async def respond(request: Request) -> Response:
            handles = self._asked_for(request)
            response = self._respond(name, limit, answer, request, handles)
            status = response.status if isinstance(response, Unanswered) else response.status_code
            self._served.answered(name, status, handles[0] if name == "timeline" and handles else None)
            return response

        return respond

    def _respond(
        self, name: str, limit: int, answer: Answer, request: Request, handles: list[str]
    ) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return problem(401, "Unauthorized")
        try:
            now = _now(request)
        except ConfigError as error:
            return refusal([ParameterError(NOW_HEADER, [request.headers[NOW_HEADER]], str(error))])
        allowed, headers = self._served.rate_headers(name, limit, now)
        if not allowed:
            return problem(429, "Too Many Requests", headers)
        struck = self._orders.strike(name, handles, continued="pagination_token" in request.query_params)
        if struck.answer not in (None, Fault.TRUNCATED):
            return fault_answer(struck.answer, request, headers)
        try:
            response = json_response(answer(request, now, struck), headers=headers)
        except Refused as refused:
            return refusal(refused.complaints, headers)
        return truncated(response) if struck.answer else response

    def _asked_for(self, request: Request) -> list[str]:
        """Return the lower-case handles a request is about: those looked up, or the one whose timeline it is."""
        user_id = request.path_params.get("id", "")
        if _ID.fullmatch(user_id):
            handle = self._handles.handle_of(int(user_id))
            return [] if handle is None else [handle]
        return _parameters(request).get("usernames", "").lower().split(",")

    def users_by(self, request: Request, now: datetime, struck: Matched) -> dict[str, Any]:
        """Answer `GET /2/users/by`."""
        names, wanted = users_request(_parameters(request))
        data, errors = [], []
        for name in {name.lower(): name for name in names}.values():
            handle = name.lower()
            self._handles.meet(handle)
            state = struck.state(handle) or self._world.state(handle)
            if state != "open":
                errors.append(unreadable(state, "usernames", name))
                continue
            owner = handle
            if struck.of(Fault.RENAMED, handle):
                owner = f"new_{handle}"[:15]
                self._handles.meet(owner)
            user = user_body(self._world, owner, wanted.user_fields, at_ms(now))
            data.append(user | {"username": handle})
        self._served.users(user["username"] for user in data)
        body = {"data": data, "errors": errors}
        return {key: value for key, value in body.items() if value}

    def timeline(self, request: Request, now: datetime, struck: Matched) -> dict[str, Any]:
        """Answer `GET /2/users/:id/tweets`."""
        user_id = request.path_params["id"]
        asked = timeline_request(_parameters(request), now)
        if not _ID.fullmatch(user_id):
            message = f"The `id` query parameter value [{user_id}] is not valid"
            raise Refused([ParameterError("id", [user_id], message)])
        handle = self._handles.handle_of(int(user_id))
        state = "missing" if handle is None else struck.state(handle) or self._world.state(handle)
        if handle is None or state != "open":
            return {"errors": [unreadable(state, "id", user_id)]}
        now_ms = at_ms(now)
        depth = next((standing.order.posts for standing in struck.of(Fault.DEPTH, handle)), None)
        page = page_of(self._world, handle, asked, now_ms, depth)
        page = odd_page(self._world, handle, page, asked, now_ms, struck=struck)
        data, included = worded(self._world, handle, page.posts, asked.wanted, now_ms, struck=struck)
        meta: dict[str, Any] = {"result_count": len(data)}
        if page.posts:
            ids = [post.id for post in page.posts]
            meta |= {"newest_id": str(max(ids)), "oldest_id": str(min(ids))}
        tokens = {"next_token": page.next_token, "previous_token": page.previous_token}
        meta |= {name: token for name, token in tokens.items() if token}
        self._served.timeline(
            handle, (post.id for post in page.posts), sum(len(items) for items in included.values()), now
        )
        body = {"data": data, "includes": included, "errors": gone_references(page.posts, asked.wanted)}
        return {key: value for key, value in body.items() if value} | {"meta": meta}

    def usage(self, request: Request, now: datetime, _: Matched) -> dict[str, Any]:
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


def _now(request: Request) -> datetime:
    text = request.headers.get(NOW_HEADER)
    return clock.parse_instant(text) if text else clock.now()


def _parameters(request: Request) -> dict[str, str]:
    """Return the query's parameters; one given several times counts as a list, as with commas."""
    query = request.query_params
    return {name: ",".join(query.getlist(name)) for name in query}


async def _not_found(_: Request, __: Exception) -> Response:
    return problem(404, "Not Found")
