"""Reads files that hold contract columns: Parquet, CSV or JSON lines, named after their table."""

import csv
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from townsquare.contract import Table, load_tables
from townsquare.errors import TownsquareError
from townsquare.ingest.adapters import Rows, SourceFile, fingerprint_of
from townsquare.ingest.adapters._columns import Columns, Value
from townsquare.ingest.adapters._json import LONGEST_VALUE, lines, open_text, unreadable
from townsquare.network import Network

NETWORK = Network(name="network", adapter="files", schedule=None)

_FORMATS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson": "jsonl",
    ".ndjson.gz": "jsonl",
}


def files(source: Path, workspace: Path) -> Iterator[SourceFile]:
    """Every file below a folder, or one file; all columns are looked at before any row is read."""
    is_folder = source.is_dir()
    root = source if is_folder else source.parent
    found = sorted(p for p in root.rglob("*") if p.is_file()) if is_folder else [source]
    told = [(path, _table_of(path.relative_to(root)), _format_of(path)) for path in found]
    for path, table, kind in told:
        if table is not None and kind is not None:
            _check_columns(path, table, kind)
    for path, table, kind in told:
        yield _source_file(path, path.relative_to(root).as_posix(), table, kind)


def _table_of(name: Path) -> Table | None:
    """The table whose name is the file's, or that of a folder that it lies in."""
    tables = load_tables()
    parts = (*name.parts[:-1], name.name.split(".")[0])
    return next((tables[part] for part in parts if part in tables), None)


def _format_of(path: Path) -> str | None:
    return next((kind for end, kind in _FORMATS.items() if path.name.lower().endswith(end)), None)


def _source_file(path: Path, name: str, table: Table | None, kind: str | None) -> SourceFile:
    size, fingerprint = path.stat().st_size, fingerprint_of(path)
    if table is None or kind is None:
        why = (
            f"neither its name nor its folder's is a contract table: {', '.join(load_tables())}"
            if table is None
            else f"it ends in none of {', '.join(_FORMATS)}"
        )
        return SourceFile(name, size, fingerprint, not_imported=why)
    if kind == "parquet":
        return SourceFile(
            name, size, fingerprint, parquet=path, table=table.name, tables=(table.name,)
        )
    read = _csv_rows if kind == "csv" else _json_rows
    return SourceFile(
        name, size, fingerprint, rows=partial(read, path, table), tables=(table.name,)
    )


def _refuse_columns(path: Path, table: Table, unknown: list[str]) -> TownsquareError:
    return TownsquareError(
        f"{path} has the column {unknown[0]!r}, which the contract table {table.name} has not; "
        f"leave it out or rename it to one of {', '.join(table.columns)}."
    )


def _check_columns(path: Path, table: Table, kind: str) -> None:
    if kind == "jsonl":
        return  # each line has columns of its own
    given = _parquet_columns(path) if kind == "parquet" else _csv_header(path)
    if unknown := [name for name in given if name not in table.columns]:
        raise _refuse_columns(path, table, unknown)
    if repeated := [name for name in given if given.count(name) > 1]:
        raise TownsquareError(f"{path} has the column {repeated[0]!r} twice; leave one out.")
    required = [n for n, c in table.columns.items() if c.required and n != "loaded_at"]
    if missing := [name for name in required if name not in given]:
        raise TownsquareError(
            f"{path} lacks the column {missing[0]!r}, which the contract table {table.name} "
            f"requires; it has {', '.join(given) or 'none'}."
        )


def _parquet_columns(path: Path) -> list[str]:
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise TownsquareError(
            f"{path} cannot be read as Parquet ({str(error).splitlines()[0]}); export it again or "
            "take it out of the folder."
        ) from error


def _csv_header(path: Path) -> list[str]:
    return next((fields for fields, _ in _csv_records(path)), [])


def _csv_records(path: Path) -> Iterator[tuple[list[str], int]]:
    """The records of a CSV file that are not empty, and the line that each ends on."""
    csv.field_size_limit(LONGEST_VALUE)
    try:
        with open_text(path) as file:
            # Strict: else a quote that is never closed would swallow the rest of the file.
            reader = csv.reader(file, strict=True)
            for fields in reader:
                if fields:
                    yield fields, reader.line_num
    except csv.Error as error:
        raise TownsquareError(
            f"{path}, line {reader.line_num} is not CSV ({error}); mend the line: quotes inside a "
            "quoted field are doubled."
        ) from error
    except (UnicodeDecodeError, OSError, EOFError) as error:
        raise unreadable(path, error) from error


def _csv_rows(path: Path, table: Table) -> Iterator[Rows]:
    columns = Columns(table.name, lists_are_text=True)
    records = _csv_records(path)
    header, _ = next(records)
    number, done = 0, 0
    for number, (fields, _) in enumerate(records, start=1):
        done += sum(map(len, fields)) + len(fields)
        columns.add(number, _csv_row(header, fields))
        if columns.is_full():
            yield from columns.take(done)
    yield from columns.take(done)


def _csv_row(header: list[str], fields: list[str]) -> dict[str, Value]:
    if len(fields) == len(header):
        return dict(zip(header, fields, strict=True))
    return {
        "problem": "the number of fields is not that of the header",
        "original": json.dumps(fields, ensure_ascii=False),
    }


def _json_rows(path: Path, table: Table) -> Iterator[Rows]:
    columns = Columns(table.name)
    done = 0
    for number, line, done in lines(path):
        columns.add(number, _json_row(path, table, line))
        if columns.is_full():
            yield from columns.take(done)
    yield from columns.take(done)


def _json_row(path: Path, table: Table, line: str) -> dict[str, Value]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return {"problem": "the line is not a JSON object", "original": json.dumps(line.strip())}
    if unknown := [name for name in told if name not in table.columns]:
        raise _refuse_columns(path, table, unknown)
    row: dict[str, Value] = {}
    for name, value in told.items():
        is_list = table.columns[name].type == "list<string>"
        if is_list and value is not None and not isinstance(value, list):
            return {"problem": f"{name} is not a list", "original": line.strip()}
        row[name] = [_text(v) for v in value or () if v is not None] if is_list else _text(value)
    return row


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else json.dumps(value)
