"""Compares the relations of two releases, cell by cell."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from townsquare.sql_text import identifier, literal

Columns = dict[str, dict[str, list[tuple[str, str]]]]


@dataclass(frozen=True)
class Compared:
    """One relation in a release and in what was made again; a count is null where it is missing."""

    relation: str
    rows: int | None
    rows_again: int | None
    only_in_release: int
    only_in_replay: int

    @property
    def is_equal(self) -> bool:
        """The same rows, each as often."""
        return self.rows == self.rows_again and not (self.only_in_release + self.only_in_replay)


def compare(release: Path, again: Path) -> list[Compared]:
    """Every published relation of either; relations of other columns have no row in common."""
    with _opened(release, again) as connection:
        columns = {name: _columns(connection, name) for name in ("release", "again")}
        names = sorted({*columns["release"], *columns["again"]})
        return [_compare(connection, columns, name) for name in names]


@contextmanager
def _opened(release: Path, again: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name, path in (("release", release), ("again", again)):
            connection.execute(f"attach {literal(path)} as {name} (read_only)")
        yield connection


def _columns(
    connection: duckdb.DuckDBPyConnection, database: str
) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where database_name = ? and schema_name = 'main' order by table_name, column_index",
        [database],
    )
    for relation, column, kind in rows.fetchall():
        found.setdefault(relation, []).append((column, kind))
    return found


def _compare(connection: duckdb.DuckDBPyConnection, columns: Columns, name: str) -> Compared:
    n_rows = {
        side: _count(connection, f"from {side}.main.{identifier(name)}") if name in there else None
        for side, there in columns.items()
    }
    if columns["release"].get(name) != columns["again"].get(name):
        return Compared(
            name, n_rows["release"], n_rows["again"], n_rows["release"] or 0, n_rows["again"] or 0
        )
    release, again = (f"from {side}.main.{identifier(name)}" for side in ("release", "again"))
    only = [
        _count(connection, f"{one} except all {other}")
        for one, other in ((release, again), (again, release))
    ]
    return Compared(name, n_rows["release"], n_rows["again"], *only)


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    found = connection.execute(f"select count(*) from ({rows})").fetchone()
    return int(found[0]) if found else 0


def largest_difference(release: Path, again: Path, score: str, as_of: str) -> float | None:
    """How far the two tell a score apart at most on a day; null where they tell others."""
    with _opened(release, again) as connection:
        rows = connection.execute(
            """
            with
            one as (from release.main.scores where score_name = $score and as_of_date = $day),
            other as (from again.main.scores where score_name = $score and as_of_date = $day)
            select
                max(abs(one.score - other.score)),
                count(*) filter (where one.score is null or other.score is null)
            from one
            full join other using (entity_id)
            """,
            {"score": score, "day": as_of},
        ).fetchone()
    return None if rows is None or rows[1] else rows[0]
