"""Whether the two databases that dbt builds in are there and whole; sets damaged ones aside."""

import logging
from collections.abc import Iterator
from pathlib import Path

from townsquare.errors import TownsquareError
from townsquare.settings import Home

log = logging.getLogger(__name__)

_SIGNS = (
    "corrupt database file",
    "not a valid duckdb database",
    "could not read enough bytes from file",
    "failed to deserialize",
    "failure while replaying wal",
)
_ASIDE = ".damaged"


class DamagedError(TownsquareError):
    """A database was lost or damaged; all that it held can be built anew."""


def is_damage(text: str) -> bool:
    """Whether an error of DuckDB says that a file is not what DuckDB wrote."""
    return any(sign in text.lower() for sign in _SIGNS)


def check(home: Home) -> None:
    """Raise DamagedError when either database is lost or cannot be opened."""
    for path in (home.warehouse, home.marts):
        if not path.exists():
            raise DamagedError(f"{path} is lost.")
        _open(path)


def damages(home: Home) -> Iterator[str]:
    """What is wrong with the databases that are there."""
    for path in (home.warehouse, home.marts):
        if path.exists():
            try:
                _open(path)
            except DamagedError as damage:
                yield str(damage)


def _open(path: Path) -> None:
    import duckdb

    try:
        duckdb.connect(str(path)).close()
    except duckdb.Error as error:
        said = " ".join(str(error).split())
        if is_damage(said):
            raise DamagedError(f"{path} is damaged ({said}).") from error
        if "lock" in said.lower():
            raise TownsquareError(
                f"{path} is open in another program ({said}); end that one and try again."
            ) from error
        raise


def set_aside(home: Home) -> None:
    """Move both databases and their logs out of the way; what was set aside before is deleted."""
    for database in (home.warehouse, home.marts):
        for path in (database, database.with_name(database.name + ".wal")):
            if path.exists():
                aside = path.with_name(path.name + _ASIDE)
                path.replace(aside)
                log.warning("%s is set aside as %s", path, aside)
