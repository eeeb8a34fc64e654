"""What a sandbox's owner asks of it beside X's API: what it has served, how it is to misbehave. No token needed."""

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.errors import ConfigError
from pipeline.sandbox.faults.active import FaultRules
from pipeline.sandbox.x.responses import json_response, problem
from pipeline.sandbox.x.stats import RequestStats


def control_routes(stats: RequestStats, active: FaultRules) -> list[Route]:
    """Return the routes below `/sandbox/`."""
    control = _Control(stats, active)
    return [
        Route("/sandbox/served", control.served_counts),
        Route("/sandbox/served/reset", control.reset_served, methods=["POST"]),
        Route("/sandbox/orders", control.orders, methods=["GET", "POST", "DELETE"]),
    ]


class _Control:
    def __init__(self, stats: RequestStats, fault_rules: FaultRules) -> None:
        self._stats = stats
        self._fault_rules = fault_rules

    async def served_counts(self, _: Request) -> Response:
        """Return what was served since the start or the last reset."""
        return json_response(self._stats.body())

    async def reset_served(self, _: Request) -> Response:
        """Start counting from nothing."""
        self._stats.reset()
        return json_response(self._stats.body())

    async def orders(self, request: Request) -> Response:
        """Add fault rules (POST, a list), list them with their hits (GET), or remove them (DELETE)."""
        if request.method == "DELETE":
            self._fault_rules.clear()
        elif request.method == "POST":
            try:
                self._fault_rules.add(_listed(await request.body()))
            except ConfigError as error:
                return problem(400, "Invalid Request", detail=str(error))
        return json_response(self._fault_rules.body())


def _listed(body: bytes) -> list[object]:
    try:
        entries = json.loads(body)
    except ValueError:
        entries = None
    if not isinstance(entries, list):
        raise ConfigError("fault rules come as a JSON list of objects with handle and fault")
    return entries
