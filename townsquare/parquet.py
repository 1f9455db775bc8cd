"""Writes Parquet files whole, so that a reader finds the old one or the new one."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def save(table: pa.Table, path: Path) -> None:
    """Write a Parquet file whole, or leave the old one; the partial's name matches no glob."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{path.name}.*.partial"):  # by a writer that was killed
        left.unlink(missing_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    pq.write_table(table, partial, compression="zstd")
    partial.replace(path)
