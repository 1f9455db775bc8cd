"""Reads files that hold contract columns: Parquet, CSV or JSON lines, named after their table."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow.parquet as pq

from townsquare.contract import Table, load_tables
from townsquare.ingest.adapters import Rows, SourceFile, fingerprint_of, plain_files
from townsquare.ingest.adapters._columns import (
    UNREAD_PARQUET,
    Columns,
    Value,
    check_columns,
    strange_column,
    unreadable_parquet,
)
from townsquare.ingest.adapters._json import Decoder
from townsquare.ingest.adapters._texts import csv_records, lines
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
    told = [
        (name, path, _table_of(PurePosixPath(name)), _format_of(path))
        for name, path in plain_files(source)
    ]
    for _, path, table, kind in told:
        if table is not None and kind is not None:
            _check_columns(path, table, kind)
    for name, path, table, kind in told:
        yield _source_file(path, name, table, kind)


def _table_of(name: PurePosixPath) -> Table | None:
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


def _check_columns(path: Path, table: Table, kind: str) -> None:
    if kind != "jsonl":  # where each line has columns of its own
        check_columns(
            path, table, _parquet_columns(path) if kind == "parquet" else _csv_header(path)
        )


def _parquet_columns(path: Path) -> list[str]:
    try:
        return list(pq.read_schema(path).names)
    except UNREAD_PARQUET as error:
        raise unreadable_parquet(path, error) from error


def _csv_header(path: Path) -> list[str]:
    return next(csv_records(path, str(path)), [])


def _csv_rows(path: Path, table: Table) -> Iterator[Rows]:
    columns = Columns(table.name, lists_are_text=True)
    records = csv_records(path, str(path))
    header = next(records)
    number, done = 0, 0
    for number, fields in enumerate(records, start=1):
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
    columns, decoder = Columns(table.name), Decoder()
    done = 0
    for number, line, done in lines(path, str(path)):
        columns.add(number, _json_row(path, table, decoder, line))
        if columns.is_full():
            yield from columns.take(done)
    yield from columns.take(done)


def _json_row(path: Path, table: Table, decoder: Decoder, line: str) -> dict[str, Value]:
    try:
        told, problem, _ = decoder.line(line)
    except (ValueError, RecursionError):
        told, problem = None, None
    if not isinstance(told, dict):
        return {"problem": "the line is not a JSON object", "original": json.dumps(line.strip())}
    if unknown := [name for name in told if name not in table.columns]:
        raise strange_column(path, table, unknown[0])
    row: dict[str, Value] = {}
    for name, value in told.items():
        is_list = isinstance(value, list)
        if table.columns[name].type == "list<string>":
            problem = problem or (None if is_list or value is None else f"{name} is not a list")
            row[name] = [_text(v) for v in value if v is not None] if is_list else None
        elif is_list or isinstance(value, dict):
            problem = problem or f"{name} is {'a list' if is_list else 'an object'}"
        else:
            row[name] = _text(value)
    return {"problem": problem, "original": line.strip()} if problem else row


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else json.dumps(value)
