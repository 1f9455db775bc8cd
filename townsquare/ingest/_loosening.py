"""Brings rows of any shape into one per table: each column text, or of the contract's type."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from townsquare.contract import Table

_EXTRA = {"problem": pa.string(), "original": pa.string()}


def _plain(column: pa.Array) -> pa.Array:
    """A column of values as text, whatever they are."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())  # a time that no calendar has, as the number that it is
    return pa.array(
        [
            None if v is None else v if isinstance(v, str) else json.dumps(v, default=str)
            for v in column.to_pylist()
        ],
        pa.string(),
    )


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_nested(column.type):
        return _plain(column)
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _plain(column)


def is_list(kind: pa.DataType) -> bool:
    """Whether it is a list of any kind."""
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(is_one(kind) for is_one in lists)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_close(kind: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a cast keeps the meaning; the rest goes by text, where a failure is seen per row."""
    if pa.types.is_timestamp(wanted):
        return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))
    if pa.types.is_floating(wanted):
        numbers = (pa.types.is_floating, pa.types.is_integer, pa.types.is_decimal)
        return any(is_number(kind) for is_number in numbers)
    return bool(pa.types.is_list(wanted)) and is_list(kind) and _is_text(kind.value_type)


def _loose(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    if column.type == wanted or pa.types.is_string(column.type):
        return column
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), wanted)
    if not _is_close(column.type, wanted):
        return _text(column)
    # Parts of a microsecond and of a decimal may go; a time must not come out as another one.
    told = pc.CastOptions(
        wanted, allow_time_truncate=True, allow_decimal_truncate=True, allow_float_truncate=True
    )
    try:
        return pc.cast(column, options=told)
    except pa.ArrowInvalid:
        return _text(column)


def _problem(name: str, column: pa.Array, wanted: pa.DataType) -> pa.Array | None:
    """Why a value of such a type cannot stand in the column, row by row; None when it can."""
    kind = column.type
    if pa.types.is_nested(kind) and not (pa.types.is_list(wanted) and is_list(kind)):
        what = "a list" if is_list(kind) or pa.types.is_map(kind) else "an object"
        bad = column.is_valid()
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        what = "not Unicode"
        bad = pa.array([v is not None and not _is_unicode(v) for v in column.to_pylist()])
    else:
        return None
    return pc.if_else(bad, pa.scalar(f"{name} is {what}"), pa.scalar(None, pa.string()))


def _is_unicode(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def loosened(table: Table, rows: pa.RecordBatch, position: int, file_index: int) -> pa.RecordBatch:
    """The rows with every column of the table, where they stand in the batch, and nothing else."""
    n = rows.num_rows
    columns: dict[str, pa.Array] = {
        "position": pa.array(np.arange(position, position + n)),
        "file_index": pa.array(np.full(n, file_index, np.int32)),
        "row_number": rows.column("row_number").cast(pa.int64()),
    }
    wanted = {field.name: field.type for field in table.arrow_schema} | _EXTRA
    problems: list[pa.Array] = []
    for name, kind in wanted.items():
        if name not in rows.schema.names:
            columns[name] = pa.nulls(n, kind)
            continue
        given = rows.column(name)
        if pa.types.is_dictionary(given.type):
            given = given.dictionary_decode()
        elif is_list(given.type) and pa.types.is_dictionary(given.type.value_type):
            given = given.cast(pa.list_(given.type.value_type.value_type))
        columns[name] = _loose(given, kind)
        problem = _problem(name, given, kind)
        if problem is not None:
            problems.append(problem)
    if problems:
        columns["problem"] = pc.coalesce(columns["problem"], *problems)
    return pa.RecordBatch.from_pydict(columns)
