"""Serves the current release from PostgreSQL; may run twice, and finishes what a kill broke off."""

import logging
import time
from pathlib import Path
from typing import Any

from townsquare import release
from townsquare.errors import TownsquareError
from townsquare.release import Release
from townsquare.serving import _loading, _names, _roles, _server, _switching
from townsquare.serving._server import Server
from townsquare.settings import SERVING_URL, Home, serving_url
from townsquare.whole import write_text

log = logging.getLogger(__name__)

# The release that new sessions read, and two before it for sessions that began on them.
KEPT = 3


def follow(home: Home, erased: bool = False) -> dict[str, Any] | None:
    """Serve what is current where a server is named; None where none is, or nothing is current.

    Raises TownsquareError where somebody was `erased` and the server that this home has served is
    not named: it would keep the person.
    """
    served = _note(home)
    if erased and serving_url() is None and served.exists():
        raise TownsquareError(
            f"{served} says that this home serves {served.read_text(encoding='utf-8').strip()}, "
            f"which still holds who is to be erased, and {SERVING_URL} is not set; set it and "
            "finish the erasure, or delete that file if the server is gone."
        )
    return serve(home, erased) if serving_url() and home.current.exists() else None


def serve(home: Home, erased: bool = False) -> dict[str, Any]:
    """Have the server's new sessions read the current release, and hold no row that was erased.

    A release that is on the server already is not loaded again. Where somebody was `erased`, all
    that is out of sight must be gone at the end, and not at some later time. Returns what was done.
    """
    with _server.connect() as server:
        _roles.prepare(server)
        write_text(_note(home), _server.shown() + "\n")
        told = _serve(server, home, erased)
        # What was current may have moved while rows were loaded, and its own serving given up.
        while release.current(home).release_id != told["release_id"]:
            told = _serve(server, home, erased)
        if erased:
            # Statistics of dropped tables hold ids as bounds, until their file is written anew.
            server.run("vacuum full pg_catalog.pg_statistic")
    log.info("the server reads %s: %s", told["release_id"], told)
    return told


def _note(home: Home) -> Path:
    """Which server holds releases of this home, so that an erasure cannot forget it."""
    return home.root / "served.txt"


def _serve(server: Server, home: Home, erased: bool) -> dict[str, Any]:
    began = time.monotonic()
    current = release.current(home)
    _switching.sweep(server)
    on_server = _on_server(server)
    is_loaded = on_server.get(current.release_id, ("", False))[0] != current.fingerprint
    rows = None
    if is_loaded or not on_server[current.release_id][1]:
        rows = _bring(server, current, is_loaded)
    was_changed = is_loaded and current.release_id in on_server
    dropped = _take_away(server, home, current, erased or was_changed)
    return {
        "release_id": current.release_id,
        "is_loaded": is_loaded,
        "rows": rows if is_loaded else None,
        "dropped": dropped,
        "seconds": round(time.monotonic() - began, 1),
    }


def _on_server(server: Server) -> dict[str, tuple[str, bool]]:
    """Fingerprint, and whether it is the current one, of every release on the server."""
    found = server.rows(f"select release_id, fingerprint, is_current from {_names.LEDGER}.releases")
    return {name: (fingerprint, is_current) for name, fingerprint, is_current in found}


def _bring(server: Server, current: Release, is_loaded: bool) -> int:
    held = _loading.read(current)
    rows = _loading.load(server, current, held) if is_loaded else 0
    place = _names.LOADING_TABLES if is_loaded else _names.place_of(current.release_id)
    _loading.make_views(server, current, held, place)
    _switching.switch(server, current, is_loaded)
    return rows


def _take_away(server: Server, home: Home, current: Release, insist: bool) -> list[str]:
    """Drop releases past their time, and, without fail, those that the home has changed."""
    kept = {one.release_id: one.fingerprint for one in release.kept(home)}
    newest = server.rows(
        f"select release_id, fingerprint from {_names.LEDGER}.releases "
        "order by is_current desc, served_at desc"
    )
    changed = [name for name, fingerprint in newest if kept.get(name) != fingerprint]
    old = [name for name, _ in newest[KEPT:]]
    dropped = sorted({*changed, *old} - {current.release_id})
    for name in dropped:
        _switching.retire(server, name)
    # What was pruned may go when its readers end; what is kept in another form was erased.
    _switching.sweep(server, insist or any(name in kept for name in changed))
    return dropped
