"""The steps of an erasure; each may run twice, so that what a kill interrupts is finished."""

import logging
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from townsquare import erasures, faults, locking, serving
from townsquare.account import who
from townsquare.erasing import _landing, _releases, _searching, _servers, _stores, _texts
from townsquare.erasing._parquet import connect, folders, landed_folders, parquet_files
from townsquare.erasing._person import Person
from townsquare.errors import TownsquareError
from townsquare.ingest import keys_folder
from townsquare.network import read_network
from townsquare.release import clear_candidates
from townsquare.release.replay import sweep
from townsquare.settings import Home

log = logging.getLogger(__name__)


def check(home: Home, user_id: str) -> None:
    """Raise a TownsquareError unless the home names this person somewhere."""
    begun = erasures.read_journal(home)
    if begun is None or begun["user_id"] != user_id:
        with connect() as connection:
            _refuse_unknown(home, connection, _person(home, connection, user_id))


def erase(home: Home, user_id: str, reason: str, keep_journal: bool = False) -> dict[str, Any]:
    """Take a person out of everything that the home holds; returns the receipt.

    With `keep_journal` the id stays noted until `finish` is called, for an erasure that something
    else, such as Airflow's log of it, has yet to end.
    """
    with _alone(home):
        begun = erasures.read_journal(home)
        if begun is not None and begun["user_id"] != user_id:
            log.warning("an erasure that was interrupted is finished first")
            _take_out(home, begun)
            _end(home, begun)
            begun = None
        if begun is None:
            begun = _begin(home, user_id, reason)
        _take_out(home, begun)
        if not keep_journal:
            _end(home, begun)
        return dict(begun["receipt"])


def finish(home: Home) -> dict[str, Any]:
    """End what `erase` began with `keep_journal`: clean and search once more, forget the id."""
    with _alone(home):
        begun = erasures.read_journal(home)
        if begun is None:
            raise TownsquareError(f"{home.root} has no erasure that waits to be finished.")
        _take_out(home, begun)  # what was written since the first time
        _end(home, begun)
        return dict(begun["receipt"])


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Nobody else writes to the home or replays a release of it meanwhile."""
    doing = "erasing a person"
    with faults.told(home), locking.writer(home, doing), locking.replaying(home, doing):
        yield


def _person(home: Home, connection: duckdb.DuckDBPyConnection, user_id: str) -> Person:
    contents = _landing.contents_of(home, connection, user_id)
    stand_ins = {content: f"erased-{secrets.token_hex(8)}" for content in contents}
    elsewhere = _landing.is_key_elsewhere(home, connection, user_id)
    return Person(user_id, f"erased-{secrets.token_hex(8)}", stand_ins, elsewhere)


def _refuse_unknown(home: Home, connection: duckdb.DuckDBPyConnection, person: Person) -> None:
    known = person.contents or any(
        folder.naming() for folder in landed_folders(home, connection, person)
    )
    if not known and not _searching.search(home, connection, person):
        raise TownsquareError(
            f"{home.root} names no user {person.user_id!r}; ids are matched exactly, as "
            "`townsquare sql` shows them in the column user_id."
        )


def _begin(home: Home, user_id: str, reason: str) -> dict[str, Any]:
    """Find out all that later steps need, while it can still be seen, and note it durably."""
    with connect() as connection:
        person = _person(home, connection, user_id)
        _refuse_unknown(home, connection, person)
        counts, landed, refused = _landing.planned(home, connection, person)
    receipt = {
        "receipt": secrets.token_hex(8),
        "erased_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat(),
        "done_by": who(),
        "reason": person.struck(reason),
        "landed_rows": landed,
        "quarantined_rows": refused,
        "models": _models(home, user_id),
        "unsearched": person.unsearched,
    }
    begun = {
        "user_id": user_id,
        "stand_in": person.stand_in,
        "contents": person.contents,
        "is_key_elsewhere": person.is_key_elsewhere,
        "counts": counts,
        "exports": _landing.told_exports(home),
        "receipt": receipt,
    }
    erasures.write_journal(home, begun)
    return begun


def _read(begun: dict[str, Any]) -> Person:
    return Person(begun["user_id"], begun["stand_in"], begun["contents"], begun["is_key_elsewhere"])


def _models(home: Home, user_id: str) -> list[str]:
    from ml.exposure import versions_that_saw

    return versions_that_saw(home, user_id)


def _take_out(home: Home, begun: dict[str, Any]) -> None:
    person, receipt = _read(begun), begun["receipt"]
    sweep(home)
    clear_candidates(home)
    # What is made of the landing is made anew by the next run, without the person in any total.
    made_anew = (
        home.warehouse.parent,
        home.inputs,
        home.learned,
        home.frames,
        keys_folder(home).parent,
    )
    for made in made_anew:
        shutil.rmtree(made, ignore_errors=True)
    with connect() as connection:
        for folder in folders(home, connection, person, _outside_releases(home)):
            for path in folder.naming():
                folder.clean(path)
    _landing.clean_quarantine(home, person)
    _landing.settle_accounts(home, person, begun["counts"], begun["exports"])
    if home.exports.exists():
        from townsquare.simulate import forget

        forget(home, person.user_id)
    erasures.write_receipt(home, receipt)
    releases = _releases.clean_releases(home, person, receipt["receipt"])
    log.info("%d releases and candidates are rewritten", releases)
    serving.follow(home, erased=True)


def _outside_releases(home: Home) -> list[Path]:
    """A release is cleaned as a whole, with its manifest."""
    apart = (home.releases, home.failed_candidates)
    return [
        path
        for path in parquet_files(home.root)
        if not any(path.is_relative_to(place) for place in apart)
    ]


def _clean_rest(home: Home, person: Person) -> None:
    """What is neither a table nor a release: logs, histories, Airflow's and MLflow's stores."""
    for path in _texts.plain_files(home.root):
        if _stores.is_store(path):
            _stores.clean(path, person)
        elif path != home.erasing and _texts.names(home, path, person):
            _texts.clean(home, path, person)
    _servers.clean(person)


def _end(home: Home, begun: dict[str, Any]) -> None:
    """Clean what is left, make sure that nothing names the person, and forget the id."""
    person = _read(begun)
    _clean_rest(home, person)
    with connect() as connection:
        left = [
            path for path in _searching.search(home, connection, person) if path != home.erasing
        ]
    if left:
        raise TownsquareError(
            f"{len(left)} files still name the person and cannot be cleaned: "
            f"{', '.join(str(path) for path in left[:3])}; delete or mend them and ask for the "
            "same erasure again, which finishes it."
        )
    erasures.delete_journal(home)


def is_source_outside(home: Home) -> bool:
    """Whether the person came with an export that lies outside the home, and may come again."""
    return not home.exports.exists() or read_network(home).source is not None
