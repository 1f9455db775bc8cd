"""Writes Parquet files whole, so that a reader finds the old one or the new one."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from townsquare.whole import replacing


def save(table: pa.Table, path: Path) -> None:
    """Write a Parquet file whole, or leave the old one; the partial's name matches no glob."""
    with replacing(path) as partial:
        pq.write_table(table, partial, compression="zstd")
