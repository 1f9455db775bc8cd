"""Opens a candidate read-only beside the release before it, and says which days are new in it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from townsquare.network import Network
from townsquare.rows import rows_of
from townsquare.settings import DATABASE, Home

DAYS_JUDGED_AT_FIRST = 7


@dataclass(frozen=True)
class Reference:
    """The release that a candidate is compared with."""

    release_id: str
    as_of: date
    path: Path
    rows: dict[str, int]


def last_release(home: Home, as_of: date) -> Reference | None:
    """The newest kept release that knows less than as_of: a repeated run compares alike."""
    found: list[tuple[date, str, Path, dict[str, Any]]] = []
    for path in home.releases.glob("*/manifest.json"):
        told = json.loads(path.read_text(encoding="utf-8"))
        if not path.parent.is_symlink() and date.fromisoformat(told["as_of"]) < as_of:
            day = date.fromisoformat(told["as_of"])
            found.append((day, told["created_at"], path.parent, told))
    if not found:
        return None
    day, _, folder, told = max(found, key=lambda one: one[:2])
    rows = {name: int(relation["rows"]) for name, relation in told["relations"].items()}
    return Reference(folder.name, day, folder / DATABASE, rows)


@dataclass(frozen=True)
class Source:
    """A candidate's tables, and the last release's where there is one."""

    connection: duckdb.DuckDBPyConnection
    as_of: date
    reference: Reference | None
    has_schedule: bool

    @property
    def new_from(self) -> date:
        """The first day that no release has told yet; the last week where there is no release."""
        if self.reference:
            return self.reference.as_of
        return self.as_of - timedelta(days=DAYS_JUDGED_AT_FIRST)

    @property
    def last_whole_day(self) -> date:
        """The newest day that must be there whole: a dump may end in the middle of a day."""
        return self.as_of - timedelta(days=1 if self.has_schedule else 2)

    @cached_property
    def columns(self) -> dict[str, dict[str, str]]:
        """Type by column by relation of the candidate."""
        return self._columns("candidate")

    @cached_property
    def reference_columns(self) -> dict[str, dict[str, str]]:
        """Type by column by relation of the last release."""
        return self._columns("reference") if self.reference else {}

    def _columns(self, database: str) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        rows = self.connection.execute(
            "select table_name, column_name, data_type from duckdb_columns() "
            "where database_name = ? and schema_name = 'main' order by table_name, column_index",
            [database],
        )
        for relation, column, kind in rows.fetchall():
            found.setdefault(relation, {})[column] = kind
        return found

    def one(self, query: str, *values: object) -> dict[str, Any]:
        """The only row of a query, by column."""
        (row,) = rows_of(self.connection, query, values)
        return row


@contextmanager
def opened(home: Home, network: Network, candidate: Path, as_of: date) -> Iterator[Source]:
    """The candidate as database `candidate`, the last release as `reference`, both read-only."""
    reference = last_release(home, as_of)
    with duckdb.connect() as connection:
        paths = {"candidate": candidate / DATABASE}
        if reference:
            paths["reference"] = reference.path
        for name, path in paths.items():
            literal = str(path).replace("'", "''")
            connection.execute(f"attach '{literal}' as {name} (read_only)")
        yield Source(connection, as_of, reference, network.schedule is not None)
