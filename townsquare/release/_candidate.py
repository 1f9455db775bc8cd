"""Builds a candidate: the marts database, checkpointed and copied into a folder of its own."""

import os
import shutil
from datetime import date
from pathlib import Path

import duckdb

from townsquare import faults
from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.release import _history, _ids, _shelf
from townsquare.settings import DATABASE, Home

_CHUNK = 1 << 30


def build_candidate(home: Home, network: Network, as_of: date) -> Path:
    """A new folder with a copy of the marts; what a killed run left behind is cleared first."""
    if not home.marts.exists():
        raise TownsquareError(
            f"{home.marts} does not exist, so there is nothing to publish of {network.name}; "
            "run the pipeline's earlier tasks first."
        )
    _shelf.sweep(home)
    release_id = _ids.next_id(as_of, _used_ids(home))
    _history.note(home, "built", release_id)
    candidate = home.candidates / release_id
    candidate.mkdir(parents=True)
    _checkpoint(home)
    copy(home.marts, candidate / DATABASE)
    return candidate


def _used_ids(home: Home) -> set[str]:
    """Every id that ever was: in the history, and in the folders should the history be lost."""
    used = {str(event["release_id"]) for event in _history.events(home)}
    for place in (home.releases, home.failed_candidates):
        if place.exists():
            used |= {path.name for path in place.iterdir()}
    return used


def _checkpoint(home: Home) -> None:
    """Bring the write-ahead log into the file: a copy beside a live log loses rows."""
    database = home.marts
    try:
        with duckdb.connect(str(database)) as connection:
            connection.execute("checkpoint")
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        close = "Close whatever has it open and run this task again."
        raise TownsquareError(
            f"{database} cannot be checkpointed ({said}). {faults.way_out(home, said) or close}"
        ) from error
    if database.with_name(database.name + ".wal").exists():
        raise TownsquareError(
            f"{database} still has a write-ahead log after its checkpoint, so another process "
            "writes to it; end that one and run this task again."
        )


def copy(source: Path, target: Path) -> None:
    """Copy a file inside the kernel, which shares the blocks where the file system can."""
    left = source.stat().st_size
    try:
        with source.open("rb") as read, target.open("wb") as write:
            while left > 0:
                done = os.copy_file_range(read.fileno(), write.fileno(), min(left, _CHUNK))
                if done == 0:
                    break
                left -= done
    except OSError:
        left = -1
    if left:  # not here, or not to the end
        shutil.copyfile(source, target)
