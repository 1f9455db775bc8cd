"""Airflow's plugin: every page of control_room/pages in the UI, and the application that draws it.

Every Airflow process loads this file, so it imports little besides the folder's list of names;
the application is imported when the first page is asked for.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from control_room import address
from control_room.pages import FIRST, PREFIX, names, route, title

Message = MutableMapping[str, Any]
ADDRESS = address.parts().path + PREFIX
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' "
    "stroke='%236f8aa6' stroke-width='2'%3E%3Cpath d='M3 21h18M4 21V9l8-5 8 5v12M9 21v-7h6v7'/%3E"
    "%3C/svg%3E"
)


class Pages:
    """The application that draws the pages, imported when it is first called."""

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Hand over to the application (ASGI)."""
        from control_room.application import application

        await application()(scope, receive, send)


def _view(name: str) -> dict[str, object]:
    return {
        "name": title(name),
        "href": f"{ADDRESS}/{name}",
        "destination": "nav",
        "category": "Townsquare",
        "icon": ICON,
        "url_route": route(name),
    }


class TownsquarePlugin(AirflowPlugin):
    """One view per page; the first of them also on the bar at the left, and gates at a run."""

    name = "townsquare"
    fastapi_apps = [{"app": Pages(), "url_prefix": PREFIX, "name": "Townsquare"}]
    external_views = [
        {**_view(FIRST), "name": "Release", "url_route": "townsquare", "nav_top_level": True},
        *[_view(name) for name in names()],
        {
            "name": "Gates",
            "href": f"{ADDRESS}/gates?run_id={{RUN_ID}}",
            "destination": "dag_run",
            "icon": ICON,
            "url_route": "townsquare-run-gates",
        },
    ]
