"""Collects rows told one by one into record batches of text."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from townsquare.contract import Table, load_table
from townsquare.errors import TownsquareError
from townsquare.ingest.adapters import Rows

# Enough rows to make a batch worth its overhead, few enough bytes to stay small with long texts.
_ROWS = 20_000
_CHARACTERS = 16 * 1024 * 1024

Value = str | list[str] | None


# A name in a damaged footer may be no text.
UNREAD_PARQUET = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What reading a Parquet file may raise when it is none, or not whole."""


def unreadable_parquet(path: Path, error: Exception) -> TownsquareError:
    """The error for a file that is not Parquet, or not whole."""
    return TownsquareError(
        f"{path} cannot be read as Parquet ({str(error).splitlines()[0]}); export it again or "
        "take it out of the folder."
    )


def strange_column(path: Path, table: Table, name: str) -> TownsquareError:
    """The error for a column that the contract has no place for."""
    return TownsquareError(
        f"{path} has the column {name!r}, which the contract table {table.name} has not; "
        f"leave it out or rename it to one of {', '.join(table.columns)}."
    )


def check_columns(path: Path, table: Table, given: Sequence[str]) -> None:
    """Raise unless a file's columns are the table's, each once, none that is required missing."""
    if unknown := [name for name in given if name not in table.columns]:
        raise strange_column(path, table, unknown[0])
    if repeated := [name for name in given if given.count(name) > 1]:
        raise TownsquareError(f"{path} has the column {repeated[0]!r} twice; leave one out.")
    required = [n for n, c in table.columns.items() if c.required and n != "loaded_at"]
    if missing := [name for name in required if name not in given]:
        raise TownsquareError(
            f"{path} lacks the column {missing[0]!r}, which the contract table {table.name} "
            f"requires; it has {', '.join(given) or 'none'}."
        )


def _n_characters(values: Iterable[Value]) -> int:
    return sum(
        len(value) if isinstance(value, str) else sum(map(len, value)) for value in values if value
    )


class Columns:
    """Rows of one contract table, gathered column by column."""

    def __init__(self, table: str, lists_are_text: bool = False) -> None:
        self.table = table
        a_list = pa.string() if lists_are_text else pa.list_(pa.string())
        self._kinds = {
            name: a_list if column.type == "list<string>" else pa.string()
            for name, column in load_table(table).columns.items()
        }
        self._kinds |= {"problem": pa.string(), "original": pa.string()}
        self._values: dict[str, list[Value]] = {}
        self._clear()

    def _clear(self) -> None:
        # Columns that no row has named yet cost nothing; one that was named stays.
        self._values = {name: [] for name in self._values}
        self._appends: list[tuple[str, Callable[[Value], None]]] = [
            (name, values.append) for name, values in self._values.items()
        ]
        self._numbers: list[int] = []
        self._n_characters = 0

    def add(self, row_number: int, row: Mapping[str, Value]) -> None:
        """Take one row; what it does not name is null."""
        if not row.keys() <= self._values.keys():
            self._widen(row)
        get = row.get
        for name, append in self._appends:
            append(get(name))
        self._numbers.append(row_number)
        self._n_characters += _n_characters(row.values())

    def _widen(self, row: Mapping[str, Value]) -> None:
        for name in row.keys() - self._values.keys():
            values: list[Value] = [None] * len(self)
            self._values[name] = values
            self._appends.append((name, values.append))

    def __len__(self) -> int:
        return len(self._numbers)

    def is_full(self) -> bool:
        """Whether it is time to hand the rows on."""
        return len(self) >= _ROWS or self._n_characters >= _CHARACTERS

    def take(self, progress: int) -> Iterator[Rows]:
        """The rows gathered so far, if any, and begin anew."""
        if not self._numbers:
            return
        try:
            arrays = self._arrays()
        except UnicodeEncodeError:
            self._set_aside_broken_text()
            arrays = self._arrays()
        yield Rows(self.table, pa.RecordBatch.from_pydict(arrays), progress)
        self._clear()

    def _arrays(self) -> dict[str, pa.Array]:
        return {"row_number": pa.array(self._numbers, pa.int64())} | {
            name: pa.array(values, self._kinds[name]) for name, values in self._values.items()
        }

    def _set_aside_broken_text(self) -> None:
        """Half of a surrogate pair is no character and cannot be stored: such a row is bad."""
        for i in range(len(self)):
            row = {name: values[i] for name, values in self._values.items() if values[i]}
            # JSON escapes such halves, so that nothing is lost.
            told = json.dumps(row)
            try:
                json.dumps(row, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                bad: dict[str, Value] = {"problem": "a text is not Unicode", "original": told}
                self._widen(bad)
                for name, values in self._values.items():
                    values[i] = bad.get(name)
