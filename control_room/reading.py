"""What pages are told and how they read releases: read-only, and never the warehouse."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from townsquare.errors import TownsquareError
from townsquare.rows import Row, rows_of
from townsquare.settings import DATABASE, Home

if TYPE_CHECKING:
    import duckdb

# A page is one reader among many on the machine that also builds; it takes little.
_LIMITS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "512MB",
    "threads": 1,
    "enable_external_access": False,
    "lock_configuration": True,
}


@dataclass(frozen=True)
class Asked:
    """One request for a page: of which home, with which words in its address, by whom."""

    home: Home
    words: Mapping[str, str] = field(default_factory=dict)
    may_roll_back: bool = False


@dataclass(frozen=True)
class Shelved:
    """A release or failed candidate whose database can be asked."""

    release_id: str
    folder: Path
    manifest: Mapping[str, Any]

    def ask(self, sql: str, *values: object) -> list[Row]:
        """The rows of a query as dicts."""
        with _opened(self.folder / DATABASE) as connection:
            return rows_of(connection, sql, values)

    def has(self, document: str) -> bool:
        """Whether the folder holds this file."""
        return (self.folder / document).is_file()


@contextmanager
def _opened(path: Path) -> Iterator["duckdb.DuckDBPyConnection"]:
    import duckdb

    with duckdb.connect(str(path), read_only=True, config=_LIMITS) as connection:
        yield connection


def releases(home: Home) -> list[Shelved]:
    """The kept releases, newest first."""
    from townsquare import release

    kept = [home.releases / told["release_id"] for told in release.list_releases(home)]
    return [Shelved(path.name, path, release.manifest_of(path) or {}) for path in kept]


def current(home: Home) -> Shelved:
    """The release that readers see; a sentence where there is none yet."""
    from townsquare import release

    folder = release.current_folder(home)
    return Shelved(folder.name, folder, release.manifest_of(folder) or {})


def before(home: Home, shelved: Shelved) -> Shelved | None:
    """The kept release before one, by id."""
    kept = releases(home)
    place = [one.release_id for one in kept].index(shelved.release_id)
    return kept[place + 1] if place + 1 < len(kept) else None


def find(home: Home, release_id: str) -> Shelved:
    """A kept release or a failed candidate by its id; a sentence where there is none."""
    from townsquare import release

    for folder in release.all_folders(home):
        if folder.name == release_id:
            return Shelved(folder.name, folder, release.manifest_of(folder) or {})
    raise TownsquareError(f"There is no release {release_id!r} in {home.root}.")


def numbered(rows: Sequence[Row]) -> list[str]:
    """The columns of rows that hold numbers."""
    first = rows[0] if rows else {}
    return [
        name
        for name, value in first.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
