"""What a sandbox's owner asks of it beside X's API: what it has served, how it is to misbehave. No token needed."""

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.errors import ConfigError
from pipeline.sandbox.faults.active import FaultRules
from pipeline.sandbox.x.responses import json_response, problem
from pipeline.sandbox.x.stats import RequestStats


def control_routes(served: RequestStats, standing: FaultRules) -> list[Route]:
    """Return the routes below `/sandbox/`."""
    control = _Control(served, standing)
    return [
        Route("/sandbox/served", control.served_counts),
        Route("/sandbox/served/reset", control.reset_served, methods=["POST"]),
        Route("/sandbox/orders", control.orders, methods=["GET", "POST", "DELETE"]),
    ]


class _Control:
    def __init__(self, served: RequestStats, orders: FaultRules) -> None:
        self._served = served
        self._orders = orders

    async def served_counts(self, _: Request) -> Response:
        """Tell what was served since the start or the last reset."""
        return json_response(self._served.body())

    async def reset_served(self, _: Request) -> Response:
        """Start counting from nothing."""
        self._served.reset()
        return json_response(self._served.body())

    async def orders(self, request: Request) -> Response:
        """Add orders to misbehave (POST, a list), list them with their hits (GET), or forget them (DELETE)."""
        if request.method == "DELETE":
            self._orders.clear()
        elif request.method == "POST":
            try:
                self._orders.add(_listed(await request.body()))
            except ConfigError as error:
                return problem(400, "Invalid Request", detail=str(error))
        return json_response(self._orders.body())


def _listed(body: bytes) -> list[object]:
    try:
        entries = json.loads(body)
    except ValueError:
        entries = None
    if not isinstance(entries, list):
        raise ConfigError("orders come as a JSON list of objects with handle and fault")
    return entries
