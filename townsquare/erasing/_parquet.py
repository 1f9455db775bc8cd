"""Finds and rewrites the Parquet files of a home that name a person."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from townsquare.contract import load_tables
from townsquare.erasing._cleaning import Cleaning, of_derived, of_landed
from townsquare.erasing._person import Person
from townsquare.settings import Home
from townsquare.sql_text import literal
from townsquare.whole import replacing


def connect() -> duckdb.DuckDBPyConnection:
    """One thread, so that the rows that stay keep their order."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set timezone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    return connection


class Folder:
    """Parquet files of one shape, as contract rows or as what was made of them."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        person: Person,
        files: Sequence[Path],
        table: str | None,
    ) -> None:
        self.connection = connection
        self.table = table
        listed = ", ".join(literal(path) for path in files)
        self.rows = (
            f"read_parquet([{listed}], hive_partitioning = false, union_by_name = true, "
            "filename = 'lies_in')"
        )
        self.columns = [
            (str(name), str(kind))
            for name, kind, *_ in connection.execute(f"describe from {self.rows}").fetchall()
            if name != "lies_in"
        ]
        self.cleaning: Cleaning = (
            of_landed(person, load_tables()[table], self.columns)
            if table
            else of_derived(person, self.columns)
        )

    def naming(self) -> list[Path]:
        """The files that hold a row which names the person."""
        found = self.connection.execute(
            f"select distinct lies_in from {self.rows} where {self.cleaning.named} order by 1"
        )
        return [Path(str(path)) for (path,) in found.fetchall()]

    def clean(self, path: Path) -> None:
        """Rewrite one file whole, in its own schema and order."""
        schema = pq.read_schema(path)
        query = self.cleaning.query(f"read_parquet({literal(path)}, hive_partitioning = false)")
        there = [(name, cell) for name, cell in self.cleaning.cells.items() if name in schema.names]
        if len(there) < len(self.cleaning.cells):  # an older file of the folder, with fewer columns
            query = Cleaning(self.cleaning.gone, "", dict(there)).query(
                f"read_parquet({literal(path)}, hive_partitioning = false)"
            )
        rows = self.connection.sql(query).to_arrow_table().select(schema.names).cast(schema)
        with replacing(path, durable=True) as partial:
            pq.write_table(rows, partial, compression="zstd", write_page_checksum=True)
            partial.chmod(path.stat().st_mode)


def folders(
    home: Home, connection: duckdb.DuckDBPyConnection, person: Person, files: Iterable[Path]
) -> Iterator[Folder]:
    """These Parquet files by folders of one shape; quarantined rows have a shape of their own."""
    groups: dict[tuple[Path, str | None], list[Path]] = {}
    for path in files:
        if not path.is_relative_to(home.rejected):
            groups.setdefault((_shape(path), _table(home, path)), []).append(path)
    for (_, table), alike in sorted(groups.items(), key=lambda item: str(item[0])):
        yield Folder(connection, person, alike, table)


def parquet_files(root: Path) -> list[Path]:
    """Every Parquet file below a folder."""
    return sorted(path for path in root.rglob("*.parquet") if path.is_file())


def landed_folders(
    home: Home, connection: duckdb.DuckDBPyConnection, person: Person
) -> Iterator[Folder]:
    """The landed files of each contract table."""
    for table in load_tables():
        files = parquet_files(home.landing / table)
        if files:
            yield Folder(connection, person, files, table)


def _shape(path: Path) -> Path:
    """The folder that stands for files of one shape: partitions and days lie below it or in it."""
    folder = path.parent
    while "=" in folder.name:
        folder = folder.parent
    numbered = path.stem.removesuffix(".parquet").replace("-", "").isdecimal()
    return folder if "=" in path.parent.name or numbered else path


def _table(home: Home, path: Path) -> str | None:
    """The contract table whose rows a file holds, in the landing and in the home's own export."""
    for root in (home.landing, home.exports):
        if path.is_relative_to(root):
            name = path.relative_to(root).parts[0]
            return name if name in load_tables() else None
    if path.parent == home.truth / "checkpoint":  # rows that the simulator has yet to tell
        name = path.stem.rpartition("-")[0]
        return name if name in load_tables() else None
    return None


def count_own(folder: Folder) -> Iterable[tuple[str, int]]:
    """How many landed rows of each batch go."""
    found = folder.connection.execute(
        f"select batch_id, count(*) from {folder.rows} where {folder.cleaning.gone} group by all"
    )
    return [(str(batch), int(rows)) for batch, rows in found.fetchall()]
