"""The sandbox's own routes beside X's API: what it has served, and its fault rules. No token is needed."""

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.errors import ConfigError
from pipeline.sandbox.faults.active import FaultRules
from pipeline.sandbox.x.responses import json_response, problem
from pipeline.sandbox.x.stats import RequestStats


def control_routes(stats: RequestStats, rules: FaultRules) -> list[Route]:
    """Return the routes below `/sandbox/`."""
    control = _Control(stats, rules)
    return [
        Route("/sandbox/served", control.show_stats),
        Route("/sandbox/served/reset", control.reset_stats, methods=["POST"]),
        Route("/sandbox/orders", control.fault_rules, methods=["GET", "POST", "DELETE"]),
    ]


class _Control:
    def __init__(self, stats: RequestStats, rules: FaultRules) -> None:
        self._stats = stats
        self._rules = rules

    async def show_stats(self, _: Request) -> Response:
        """Return what was served since the start or the last reset."""
        return json_response(self._stats.body())

    async def reset_stats(self, _: Request) -> Response:
        """Set all counters to zero."""
        self._stats.reset()
        return json_response(self._stats.body())

    async def fault_rules(self, request: Request) -> Response:
        """Add fault rules (POST, a list), list them with their hits (GET), or remove them (DELETE)."""
        if request.method == "DELETE":
            self._rules.clear()
        elif request.method == "POST":
            try:
                self._rules.add(_entries(await request.body()))
            except ConfigError as error:
                return problem(400, "Invalid Request", detail=str(error))
        return json_response(self._rules.body())


def _entries(body: bytes) -> list[object]:
    try:
        entries = json.loads(body)
    except ValueError:
        entries = None
    if not isinstance(entries, list):
        raise ConfigError("send fault rules as a JSON list of objects with handle and fault")
    return entries
