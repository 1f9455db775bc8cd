"""Reads contract rows from Parquet files, a row group at a time."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from townsquare.contract import load_table
from townsquare.errors import TownsquareError
from townsquare.ingest.adapters import Rows, SourceFile

_ROWS = 65_536


def parquet_rows(file: SourceFile) -> Iterator[Rows]:
    """The rows of a Parquet file that has a contract table's columns."""
    if file.parquet is None or file.table is None:
        raise AssertionError(f"{file.name} is not a Parquet file of one table")
    known = [*load_table(file.table).columns]
    row_number = 0
    try:
        with pq.ParquetFile(file.parquet) as parquet:
            wanted = [name for name in parquet.schema_arrow.names if name in known]
            for batch in parquet.iter_batches(_ROWS, columns=wanted):
                batch.validate(full=True)
                numbers = pa.array(np.arange(row_number + 1, row_number + batch.num_rows + 1))
                row_number += batch.num_rows
                share = row_number / max(parquet.metadata.num_rows, 1)
                yield Rows(
                    file.table,
                    batch.append_column("row_number", numbers),
                    progress=int(share * file.size),
                )
    except (pa.ArrowException, OSError) as error:
        raise TownsquareError(
            f"{file.parquet} cannot be read as Parquet ({str(error).splitlines()[0]}); "
            "export it again or take it out of the folder."
        ) from error
