"""Brings rows of any shape into one per table: each column text, or of the contract's type."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from townsquare.contract import Table

_EXTRA = {"problem": pa.string(), "original": pa.string()}


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_nested(column.type):
        return pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())


def _is_list_of_text(kind: pa.DataType) -> bool:
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(is_list(kind) for is_list in lists) and (
        pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type)
    )


def _is_close(kind: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a cast keeps the meaning; the rest goes by text, where a failure is seen per row."""
    if pa.types.is_timestamp(wanted):
        return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))
    if pa.types.is_floating(wanted):
        numbers = (pa.types.is_floating, pa.types.is_integer, pa.types.is_decimal)
        return any(is_number(kind) for is_number in numbers)
    return bool(pa.types.is_list(wanted)) and _is_list_of_text(kind)


def _loose(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    if column.type == wanted or pa.types.is_string(column.type):
        return column
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), wanted)
    if not _is_close(column.type, wanted):
        return _text(column)
    try:
        return pc.cast(column, wanted, safe=False)
    except pa.ArrowInvalid:
        return _text(column)


def loosened(table: Table, rows: pa.RecordBatch, position: int, file_index: int) -> pa.RecordBatch:
    """The rows with every column of the table, where they stand in the batch, and nothing else."""
    n = rows.num_rows
    columns: dict[str, pa.Array] = {
        "position": pa.array(np.arange(position, position + n)),
        "file_index": pa.array(np.full(n, file_index, np.int32)),
        "row_number": rows.column("row_number").cast(pa.int64()),
    }
    wanted = {field.name: field.type for field in table.arrow_schema} | _EXTRA
    given = set(rows.schema.names)
    for name, kind in wanted.items():
        columns[name] = _loose(rows.column(name), kind) if name in given else pa.nulls(n, kind)
    return pa.RecordBatch.from_pydict(columns)
