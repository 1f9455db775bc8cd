"""Reads contract rows from Parquet files, a bounded part of a row group at a time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from townsquare.contract import load_table
from townsquare.errors import TownsquareError
from townsquare.ingest._loosening import is_list
from townsquare.ingest.adapters import Rows, SourceFile
from townsquare.ingest.adapters._columns import UNREAD_PARQUET, check_columns, unreadable_parquet
from townsquare.ingest.adapters._texts import LONGEST_VALUE, MOST_TIMES_LARGER, is_bomb

Lengths = npt.NDArray[np.int64]

_ROWS = 65_536
_BYTES = 4 * LONGEST_VALUE


def parquet_rows(file: SourceFile) -> Iterator[Rows]:
    """The rows of a Parquet file that has a contract table's columns."""
    if file.parquet is None or file.table is None:
        raise AssertionError(f"{file.name} is not a Parquet file of one table")
    row_number = 0
    try:
        for batch, n_rows in _batches(file.parquet, file.table, file.size):
            numbers = pa.array(np.arange(row_number + 1, row_number + batch.num_rows + 1))
            row_number += batch.num_rows
            yield Rows(
                file.table,
                batch.append_column("row_number", numbers),
                progress=int(row_number / max(n_rows, 1) * file.size),
            )
    except UNREAD_PARQUET as error:
        raise unreadable_parquet(file.parquet, error) from error


def _batches(path: Path, table: str, size: int) -> Iterator[tuple[pa.RecordBatch, int]]:
    """Batches of rows, none of them large, and how many rows there are in all.

    A word that many rows repeat lies in a file once; texts are kept so until they are looked at,
    or a small file could fill the memory.
    """
    unpacked = 0
    with pq.ParquetFile(path) as parquet:
        check_columns(path, load_table(table), parquet.schema_arrow.names)
        metadata = parquet.metadata
        groups = range(metadata.num_row_groups)
        _refuse_bomb(path, size, sum(metadata.row_group(i).total_byte_size for i in groups))
        texts = [
            leaf.path
            for leaf in map(parquet.schema.column, range(len(parquet.schema)))
            if leaf.physical_type == "BYTE_ARRAY"
        ]
    with pq.ParquetFile(path, read_dictionary=texts) as parquet:
        for batch in parquet.iter_batches(_ROWS):
            batch.validate(full=True)
            lengths = sum(map(_lengths, batch.columns), np.zeros(batch.num_rows, np.int64))
            unpacked += int(lengths.sum())
            _refuse_bomb(path, size, unpacked)
            for first, n in _parts(path, lengths):
                yield batch.slice(first, n), metadata.num_rows


def _refuse_bomb(path: Path, size: int, unpacked: int) -> None:
    if is_bomb(unpacked, size):
        raise TownsquareError(
            f"{path} unpacks to more than {MOST_TIMES_LARGER} times its own size; nothing of it "
            "is landed, get the file from its source again."
        )


def _lengths(column: pa.Array) -> Lengths:
    """The bytes of the texts in each value of a column."""
    lengths = np.zeros(len(column), np.int64)
    if pa.types.is_dictionary(column.type):
        sizes = pc.binary_length(column.dictionary).take(column.indices)
        lengths += np.asarray(sizes.cast(pa.int64()).fill_null(0))
    elif is_list(column.type):
        inside = _lengths(column.flatten())
        np.add.at(lengths, column.value_parent_indices().to_numpy(), inside)
    elif pa.types.is_struct(column.type):
        for inner in column.flatten():
            lengths += _lengths(inner)
    return lengths


def _parts(path: Path, lengths: Lengths) -> Iterator[tuple[int, int]]:
    """Where each part begins and how many rows it has, so that no part is large."""
    if lengths.max(initial=0) > _BYTES:
        raise TownsquareError(
            f"{path} has a row longer than {_BYTES >> 20} MB; nothing of it is landed, "
            "export it again."
        )
    ends = np.cumsum(lengths)
    first = 0
    while first < len(lengths):
        before = ends[first - 1] if first else 0
        last = int(np.searchsorted(ends, before + _BYTES, side="right"))
        yield first, last - first
        first = last
