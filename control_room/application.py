"""The application behind the pages: who may see, who may act, and what a browser may load."""

import secrets
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import get_user, requires_access_dag
from airflow.api_fastapi.logging.decorators import action_logging
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from control_room import address, drawing, reading
from control_room.pages import CARD, FIRST, PREFIX, names
from townsquare.errors import TownsquareError
from townsquare.settings import Home

SEEN_WITH = "townsquare_daily"  # whoever may look at this DAG may look at its releases
ROLLBACK = "townsquare_rollback"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_PAGE = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src data:; "
    "frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)
# A document of a release draws itself, from what it holds, in an origin of its own: its scripts
# can neither read Airflow's pages nor call anybody. Its forms, such as the one that says which
# part of the lineage is drawn, reach those scripts and nobody else. Data docs hold only links.
_DRAWN = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "img-src data: blob:; font-src data:; worker-src blob:; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'; sandbox allow-scripts allow-downloads allow-forms"
)
_WRITTEN = (
    "default-src 'none'; style-src 'unsafe-inline' 'self'; img-src data: 'self'; "
    "font-src data: 'self'; frame-ancestors 'self'; base-uri 'none'"
)
DOCUMENTS = ("data_docs", "model_cards", "dbt_docs", "report.html")

User = Annotated[BaseUser, Depends(get_user)]


@cache
def application() -> FastAPI:
    """The application, once per process."""
    seen = Depends(requires_access_dag("GET", None, SEEN_WITH))
    made = FastAPI(dependencies=[seen], docs_url=None, redoc_url=None, openapi_url=None)
    made.add_api_route("/", _first, response_class=RedirectResponse)
    made.add_api_route("/release/{release_id}/{document:path}", _document)
    made.add_api_route(CARD, _card)
    made.add_api_route("/{name}", _page, response_class=HTMLResponse)
    made.add_api_route(
        "/rollback",
        _roll_back,
        methods=["POST"],
        dependencies=[
            Depends(requires_access_dag("POST", DagAccessEntity.RUN, ROLLBACK)),
            Depends(_from_own_page),
            Depends(action_logging("townsquare_rollback")),
        ],
    )
    made.add_exception_handler(HTTPException, _refused)
    made.add_exception_handler(TownsquareError, _told)
    return made


def _first() -> Response:
    return RedirectResponse(f"{address.parts().path}{PREFIX}/{FIRST}")


def _page(name: str, request: Request, user: User) -> Response:
    if name not in names():
        raise HTTPException(404, f"There is no page {name!r}.")
    asked = reading.Asked(Home.from_environment(), dict(request.query_params), _may_roll_back(user))
    facts = import_module(f"control_room.pages.{name}").facts(asked)
    return _html(name, facts)


def _html(name: str, facts: dict[str, Any], status: int = 200) -> Response:
    nonce = secrets.token_urlsafe(16)
    policy = {"Content-Security-Policy": _PAGE.format(nonce=nonce)}
    page = drawing.draw(name, nonce, facts, address.parts().path)
    return HTMLResponse(page, status, headers={**_HEADERS, **policy})


def _may_roll_back(user: BaseUser) -> bool:
    return get_auth_manager().is_authorized_dag(
        method="POST",
        access_entity=DagAccessEntity.RUN,
        details=DagDetails(id=ROLLBACK),
        user=user,
    )


def _document(release_id: str, document: str) -> Response:
    """A file that a release keeps for people to look at, and none of its others."""
    folder = reading.find(Home.from_environment(), release_id).folder
    shown = document.split("/")[0]
    if shown not in DOCUMENTS:
        raise HTTPException(404, f"{document!r} is not shown here.")
    return _file(folder / shown, folder / document)


def _card(score: str, version: str) -> Response:
    """The card of any model version that is kept, promoted or not."""
    models = Home.from_environment().models
    return _file(models, models / score / version / "card.html")


def _file(within: Path, path: Path) -> Response:
    if not path.resolve().is_relative_to(within.resolve()) or not path.is_file():
        raise HTTPException(404, "There is no such document.")
    policy = _WRITTEN if "data_docs" in path.parts else _DRAWN
    return FileResponse(path, headers={**_HEADERS, "Content-Security-Policy": policy})


def _from_own_page(request: Request) -> None:
    """Refuse a form that another site, or a page in a sandbox, sends in the user's name."""
    origin = request.headers.get("origin", "")
    own = origin.partition("://")[2] in (
        request.headers.get("host"),
        address.parts().netloc or None,
    )
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin" or not own:
        raise HTTPException(403, "This form was not sent from a page of this Airflow.")


async def _roll_back(request: Request, user: User) -> Response:
    """Start the DAG that makes a kept release current again."""
    from airflow.api.common.trigger_dag import trigger_dag
    from airflow.utils.types import DagRunTriggeredByType
    from starlette.concurrency import run_in_threadpool

    sent = parse_qs((await request.body()).decode("utf-8", "replace"))
    release_id = sent.get("release_id", [""])[0]
    reason = sent.get("reason", [""])[0]
    reading.find(Home.from_environment(), release_id)
    run = await run_in_threadpool(
        trigger_dag,
        ROLLBACK,
        triggered_by=DagRunTriggeredByType.UI,
        triggering_user_name=user.get_name(),
        conf={"release_id": release_id, **({"reason": reason} if reason else {})},
    )
    started = run.run_id if run else ""
    page = f"{address.parts().path}{PREFIX}/releases"
    return RedirectResponse(f"{page}?{urlencode({'started': started})}", status_code=303)


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _html("_sentence", {"sentence": error.detail}, error.status_code)


def _told(_: Request, error: Exception) -> Response:
    return _html("_sentence", {"sentence": str(error)}, 404)
