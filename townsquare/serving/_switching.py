"""Moves new sessions to a release in one short transaction, and takes away what was before."""

import logging
import time

from townsquare.errors import TownsquareError
from townsquare.release import Release
from townsquare.serving import _names
from townsquare.serving._names import LEDGER, LOADING_TABLES, LOADING_VIEWS, STABLE, Place
from townsquare.serving._server import Server
from townsquare.sql_text import identifier, literal

log = logging.getLogger(__name__)

# Shorter than the server takes to look for a deadlock, so that no reader is ever its victim.
_DROP_MILLISECONDS = 200
INSIST_SECONDS = 30.0


def switch(server: Server, release: Release, is_loaded: bool) -> None:
    """Have every session that begins from now on read this release; nobody waits for it.

    Renaming a schema takes no lock that a reader of its tables holds.
    """
    place = _names.place_of(release.release_id)
    database = identifier(server.database())
    with server.transaction():
        if is_loaded:
            _rename(server, place, _names.retired())  # an erasure's older copy of the same
            _rename(server, LOADING_TABLES, place)
        _rename(server, STABLE, _names.retired())
        _rename(server, LOADING_VIEWS, STABLE)
        server.run(f"alter database {database} set search_path = {', '.join(place.both)}")
        for statement in _entries(release, is_loaded):
            server.run(statement)


def _rename(server: Server, old: Place, new: Place) -> None:
    for before, after in zip(old.both, new.both, strict=True):
        if server.rows("select 1 from pg_namespace where nspname = $1", before):
            server.run(f"alter schema {before} rename to {after}")


def _entries(release: Release, is_loaded: bool) -> tuple[str, ...]:
    """What the ledger says from now on."""
    name, now = literal(release.release_id), "now() at time zone 'UTC'"
    anew = f"where release_id = {name} and {'true' if is_loaded else 'false'}"
    return (
        f"delete from {LEDGER}.releases {anew}",
        f"update {LEDGER}.releases set is_current = false where is_current",
        f"insert into {LEDGER}.releases values "
        f"({name}, {literal(release.fingerprint)}, {now}, {now}, true) "
        f"on conflict (release_id) do update set is_current = true, served_at = {now}",
    )


def retire(server: Server, release_id: str) -> None:
    """Take a release that nobody is sent to any more out of sight."""
    with server.transaction():
        server.run(f"delete from {LEDGER}.releases where release_id = {literal(release_id)}")
        _rename(server, _names.place_of(release_id), _names.retired())


def sweep(server: Server, insist: bool = False) -> None:
    """Drop what is out of sight: retired schemas, and what a killed load has left behind.

    A table that somebody reads is left for the next time, unless it is to be gone for certain.
    """
    deadline = time.monotonic() + (INSIST_SECONDS if insist else 0)
    while left := [schema for schema in _out_of_sight(server) if not _drop(server, schema)]:
        if time.monotonic() >= deadline:
            break
        time.sleep(0.2)
    if left and insist:
        raise TownsquareError(
            f"Sessions of {_readers(server, left)} still read what must be erased from the "
            "server; end them and try again."
        )
    if left:
        log.warning(
            "%d retired schemas are still being read; the next serving drops them", len(left)
        )


def _out_of_sight(server: Server) -> list[str]:
    """Views first: a table under a view cannot be dropped alone."""
    found = server.rows(
        "select nspname::text from pg_namespace where nspname ~ $1 order by exists ("
        "select from pg_class where relnamespace = pg_namespace.oid and relkind = 'r'), nspname",
        f"^({_names.LOADING}|{_names.RETIRED})_",
    )
    return [name for (name,) in found]


def _drop(server: Server, schema: str) -> bool:
    """Drop a schema, one relation at a time, so that a reader never waits for one we wait with."""
    kinds = {"v": "view", "r": "table"}
    found = server.rows(
        "select relname::text, relkind::text from pg_class where relnamespace = "
        "(select oid from pg_namespace where nspname = $1) and relkind in ('v', 'r')",
        schema,
    )
    are_gone = [
        server.is_free(f"drop {kinds[kind]} {schema}.{identifier(name)}", _DROP_MILLISECONDS)
        for name, kind in found
    ]
    return all(are_gone) and server.is_free(f"drop schema {schema}", _DROP_MILLISECONDS)


def _readers(server: Server, schemas: list[str]) -> str:
    wanted = ", ".join(map(literal, schemas))
    found = server.rows(
        "select distinct usename::text, pid::text from pg_locks "
        "join pg_class on pg_class.oid = relation "
        "join pg_namespace on pg_namespace.oid = relnamespace "
        "join pg_stat_activity using (pid) "
        f"where nspname in ({wanted}) and pid <> pg_backend_pid() order by 1, 2"
    )
    return ", ".join(f"{user} (process {pid})" for user, pid in found) or "somebody"
