"""The reports inside Airflow, for those who are logged in to it: an entry in the navigation, and the pages themselves.

A frame of Airflow's shows them with Airflow's own origin, so nothing of a post may run there: only keys of pages are
served, each under the policy that its page states, which allows its own script and style by their hashes.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from fastapi import FastAPI

    from pipeline.lake.client import Lake

PREFIX = "/aviary"


def create_app() -> "FastAPI":
    """Return the app that serves the pages, at their keys. All of it is for users who may see plugins.

    Every process of Airflow loads the plugins, so what only the API server needs is imported here.
    """
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
    from airflow.api_fastapi.core_api.security import requires_access_view
    from fastapi import Depends, FastAPI, Request, Response

    from pipeline.errors import AviaryError
    from pipeline.lake.web import answer, refusal

    app = FastAPI(
        dependencies=[Depends(requires_access_view(AccessView.PLUGINS))],
        openapi_url=None,  # the API's description would be served to anyone
    )

    @app.get("/{key:path}")
    def page(request: Request, key: str) -> Response:
        try:
            lake = _open_lake()
        except AviaryError as error:
            return refusal(str(error), 502)
        answered = answer(lake, key, request.headers, frame_ancestors="'self'")
        if answered.status_code == 502:
            _open_lake.cache_clear()  # the Connection may have been corrected since
        return answered

    return app


@cache
def _open_lake() -> "Lake":
    """Return the lake of the tasks, opened once: its client takes longer than a page."""
    from dags.connections import open_lake

    return open_lake()


class AviaryReports(AirflowPlugin):
    """Registers the pages and their entry in the navigation."""

    name = "aviary_reports"
    # The address is relative to Airflow's own, which a proxy may serve below a folder.
    external_views = [  # noqa: RUF012  # declared by Airflow without ClassVar
        {
            "name": "X reports",
            "href": f"{PREFIX[1:]}/reports/latest.html",
            "url_route": "x-reports",
            "destination": "nav",
            "nav_top_level": True,
        }
    ]

    @property
    def fastapi_apps(self) -> list[dict[str, Any]]:  # type: ignore[override]  # Airflow reads it in the API server only
        """The app, made when the API server asks for it."""
        return [{"app": create_app(), "url_prefix": PREFIX, "name": "Aviary reports"}]
