"""The sandbox's X API v2 as an ASGI application: users, their timelines, posts by id, counts, usage. All sample data.

It responds as X documents and as recorded responses show, and then as the fault rules demand. Its clock is
`pipeline.clock`; a request's `X-Aviary-Now` header replaces the clock for that request, so that one running
server can be read day by day. A request in the new spelling (`post.fields`, `referenced_posts`) gets a
response in the new spelling; mixing it with the old one (`tweet.fields`, `referenced_tweets.id`) is refused,
and a request that shows neither gets the old one.
"""

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline import clock
from pipeline.errors import ConfigError
from pipeline.ids import is_id
from pipeline.sandbox.control import control_routes
from pipeline.sandbox.faults.active import FaultRules, Matched
from pipeline.sandbox.faults.pages import altered_page, page_objects
from pipeline.sandbox.faults.responses import NoResponse, fault_response, truncated
from pipeline.sandbox.faults.rules import Fault
from pipeline.sandbox.post_counts import counts_body
from pipeline.sandbox.post_lookup import PostLookup
from pipeline.sandbox.world.snowflakes import at_ms
from pipeline.sandbox.world.timelines import STORY_DAY, World
from pipeline.sandbox.x.count_query import CountQuery
from pipeline.sandbox.x.handles import Handles
from pipeline.sandbox.x.objects import user_body
from pipeline.sandbox.x.paging import page_of
from pipeline.sandbox.x.parameters import InvalidRequest, ParameterError, invalid_value
from pipeline.sandbox.x.partial_errors import account_error, reference_errors
from pipeline.sandbox.x.requests import (
    counts_request,
    lookup_request,
    timeline_request,
    usage_request,
    users_request,
)
from pipeline.sandbox.x.responses import invalid_request, json_response, problem
from pipeline.sandbox.x.stats import RATE_LIMIT, WINDOW_SECONDS, RequestStats

NOW_HEADER = "X-Aviary-Now"
USERS_LIMIT = 300  # requests per rate window
LOOKUP_LIMIT = 3_500
USAGE_LIMIT = 50
COUNTS_LIMIT = 300
_MONTHLY_CAP = 2_000_000  # posts
_PROJECT = "1700000000000000000"

Endpoint = Callable[[Request, datetime, Matched], dict[str, Any]]


def create_app(
    token: str,
    *,
    seed: int = 1,
    story_day: date = STORY_DAY,
    rate_limit: int = RATE_LIMIT,
    rate_window: int = WINDOW_SECONDS,
    handles_file: Path | None = None,
    fault_rules: Iterable[Mapping[str, object]] = (),
) -> Starlette:
    """Return the X API as an application that accepts `token` as its bearer token.

    `rate_limit` is the timeline's, in requests per `rate_window` seconds; `handles_file` keeps handles over
    restarts; `fault_rules` are as in `faults.rules`. Serve it with `x.server` only: the faults need its
    connections. Raises `ConfigError` for a wrong rule.
    """
    stats, rules = RequestStats(rate_window), FaultRules(fault_rules)
    world = World(seed, story_day)
    x = _XApi(token, world, Handles(world, handles_file), stats, rules)
    return Starlette(
        routes=[
            Route("/2/users/by", x.route("users_by", USERS_LIMIT, x.users_by)),
            Route("/2/users/{id}/tweets", x.route("timeline", rate_limit, x.timeline)),
            Route("/2/tweets", x.route("lookup", LOOKUP_LIMIT, x.lookup)),
            Route("/2/tweets/counts/recent", x.route("counts", COUNTS_LIMIT, x.counts)),
            Route("/2/usage/tweets", x.route("usage", USAGE_LIMIT, x.usage)),
            *control_routes(stats, rules),
        ],
        exception_handlers={404: _not_found, 405: _not_found},
    )


class _XApi:
    def __init__(
        self, token: str, world: World, handles: Handles, stats: RequestStats, rules: FaultRules
    ) -> None:
        self._token = token
        self._world = world
        self._handles = handles
        self._stats = stats
        self._rules = rules
        self._posts = PostLookup(world, handles, rules)

    def route(self, name: str, limit: int, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint with what all share: token, clock, rate limit, faults, the form of a 400."""

        async def respond(request: Request) -> Response:
            handles = self._handles_in(request)
            response = self._respond(name, limit, endpoint, request, handles)
            status = response.status if isinstance(response, NoResponse) else response.status_code
            self._stats.count_request(name, status, handles[0] if name == "timeline" and handles else None)
            return response

        return respond

    def _respond(
        self, name: str, limit: int, endpoint: Endpoint, request: Request, handles: list[str]
    ) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return problem(401, "Unauthorized")
        try:
            now = _now(request)
        except ConfigError as error:
            return invalid_request([ParameterError(NOW_HEADER, [request.headers[NOW_HEADER]], str(error))])
        allowed, headers = self._stats.count_against_limit(name, limit, now)
        headers["date"] = format_datetime(now, usegmt=True)
        if not allowed:
            return problem(429, "Too Many Requests", headers)
        matched = self._rules.match(name, handles, continued="pagination_token" in request.query_params)
        if matched.replacement:
            return fault_response(matched.replacement, request, headers)
        try:
            response = json_response(endpoint(request, now, matched), headers=headers)
        except InvalidRequest as invalid:
            return invalid_request(invalid.errors, headers)
        return truncated(response) if matched.truncated else response

    def _handles_in(self, request: Request) -> list[str]:
        """Return the lower-case handles that a request is about: by name, by id, by their posts or in a query."""
        user_id = request.path_params.get("id", "")
        if is_id(user_id):
            handle = self._handles.handle_of(int(user_id))
            return [] if handle is None else [handle]
        parameters = _parameters(request)
        if "ids" in parameters:
            return self._posts.authors(parameters["ids"].split(","))
        if "query" in parameters:
            query = CountQuery.parse(parameters["query"])
            return [query.handle] if query else []
        return parameters.get("usernames", "").lower().split(",")

    def users_by(self, request: Request, now: datetime, matched: Matched) -> dict[str, Any]:
        """Return the body for `GET /2/users/by`."""
        names, selection = users_request(_parameters(request))
        data, errors = [], []
        for name in {name.lower(): name for name in names}.values():
            handle = name.lower()
            self._handles.add(handle)
            state = matched.state(handle) or self._world.state(handle)
            if state != "open":
                errors.append(account_error(state, "usernames", name))
                continue
            owner = handle
            if matched.rules(Fault.RENAMED, handle):
                owner = f"new_{handle}"[:15]
                self._handles.add(owner)
            user = user_body(self._world, owner, selection.user_fields, at_ms(now))
            data.append(user | {"username": handle})
        self._stats.count_users(user["username"] for user in data)
        body = {"data": data, "errors": errors}
        return {key: value for key, value in body.items() if value}

    def timeline(self, request: Request, now: datetime, matched: Matched) -> dict[str, Any]:
        """Return the body for `GET /2/users/:id/tweets`."""
        user_id = request.path_params["id"]
        checked = timeline_request(_parameters(request), now)
        if not is_id(user_id):
            raise InvalidRequest([invalid_value("id", user_id, "is not valid")])
        handle = self._handles.handle_of(int(user_id))
        state = "missing" if handle is None else matched.state(handle) or self._world.state(handle)
        if handle is None or state != "open":
            return {"errors": [account_error(state, "id", user_id)]}
        now_ms = at_ms(now)
        page = page_of(self._world, handle, checked, now_ms, matched.depth(handle))
        page = altered_page(self._world, handle, page, checked, now_ms, matched=matched)
        data, included = page_objects(
            self._world, handle, page.posts, checked.selection, now_ms, matched=matched
        )
        meta: dict[str, Any] = {"result_count": len(data)}
        if page.posts:
            ids = [post.id for post in page.posts]
            meta |= {"newest_id": str(max(ids)), "oldest_id": str(min(ids))}
        tokens = {"next_token": page.next_token, "previous_token": page.previous_token}
        meta |= {name: token for name, token in tokens.items() if token}
        self._stats.count_posts(
            handle, (post.id for post in page.posts), sum(len(items) for items in included.values()), now
        )
        errors = reference_errors(page.posts, checked.selection)
        body = {"data": data, "includes": included, "errors": errors}
        return {key: value for key, value in body.items() if value} | {"meta": meta}

    def lookup(self, request: Request, now: datetime, matched: Matched) -> dict[str, Any]:
        """Return the body for `GET /2/tweets`."""
        ids, selection = lookup_request(_parameters(request))
        served, body = self._posts.respond(ids, selection, at_ms(now), matched)
        self._stats.count_lookup((post.id for post in served), now)
        return body

    def counts(self, request: Request, now: datetime, matched: Matched) -> dict[str, Any]:
        """Return the body for `GET /2/tweets/counts/recent`."""
        return counts_body(self._world, counts_request(_parameters(request), now), at_ms(now), matched)

    def usage(self, request: Request, now: datetime, _: Matched) -> dict[str, Any]:
        """Return the body for `GET /2/usage/tweets`."""
        days, fields = usage_request(_parameters(request))
        today = now.astimezone(UTC).date()
        dates = [today - timedelta(days=back) for back in range(days)]
        per_day = [
            {"date": f"{day}T00:00:00.000Z", "usage": str(self._stats.posts_read_on(day))}
            for day in reversed(dates)
        ]
        month = (today - timedelta(days=back) for back in range(today.day))
        data: dict[str, Any] = {
            "project_cap": str(_MONTHLY_CAP),
            "project_id": _PROJECT,
            "project_usage": str(sum(self._stats.posts_read_on(day) for day in month)),
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
    """Return the query's parameters; one that is given several times is a list, as with commas."""
    query = request.query_params
    return {name: ",".join(query.getlist(name)) for name in query}


async def _not_found(_: Request, __: Exception) -> Response:
    return problem(404, "Not Found")
