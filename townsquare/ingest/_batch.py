"""One batch: a few source files, judged in bounded chunks, landed all together or not at all."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from townsquare.contract import Table, load_table
from townsquare.ingest import _judging, _settling
from townsquare.ingest._accounts import Account, TableAccount, to_json
from townsquare.ingest._keys import NO_KEYS, Keys, landed_elsewhere, run_name, runs_of
from townsquare.ingest._loosening import loosened
from townsquare.ingest._places import (
    day_folder,
    keys_folder,
    move_into_place,
    partial_folder,
)
from townsquare.ingest.adapters import Rows, SourceFile
from townsquare.settings import Home

# What bounds the memory of an import, however large the export.
CHUNK_ROWS = 500_000
CHUNK_BYTES = 96 * 1024 * 1024


class _Buffer:
    """Loose rows of one table that wait to be judged."""

    def __init__(self) -> None:
        self.rows: list[pa.RecordBatch] = []
        self.n_rows = 0
        self.n_bytes = 0

    def add(self, rows: pa.RecordBatch) -> None:
        """Keep the rows."""
        self.rows.append(rows)
        self.n_rows += rows.num_rows
        self.n_bytes += rows.nbytes

    def is_full(self) -> bool:
        """Whether the rows are enough for one pass."""
        return self.n_rows >= CHUNK_ROWS or self.n_bytes >= CHUNK_BYTES


class Batch:
    """Takes rows, stages what they come to, and moves all of it into place at the end."""

    def __init__(self, home: Home, adapter: str, first_sequence: int, landed_at: datetime) -> None:
        self._home = home
        self._adapter = adapter
        self._first_sequence = first_sequence
        self._landed_at = landed_at
        self._staged = partial_folder(home) / f"batch-{first_sequence:08d}"
        self._staged.mkdir(parents=True)
        self._connection = _judging.connect(partial_folder(home) / "spill")
        self._files: list[SourceFile] = []
        self._accounts: list[Account] = []
        self._buffers: dict[str, _Buffer] = defaultdict(_Buffer)
        self._n_chunks: dict[str, int] = defaultdict(int)
        self._moves: dict[Path, Path] = {}
        self._position = 0
        self.size = 0

    @property
    def sequence(self) -> int:
        """The sequence number of the next file."""
        return self._first_sequence + len(self._files)

    def open_file(self, file: SourceFile) -> None:
        """Begin the account of a file; the rows added next are its rows."""
        self._accounts.append(
            Account(
                batch_id=f"{self.sequence:08d}-{file.fingerprint[:8]}",
                sequence=self.sequence,
                adapter=self._adapter,
                source_file=file.name,
                fingerprint=file.fingerprint,
                landed_at=self._landed_at,
                tables={name: TableAccount() for name in file.tables},
                not_imported=file.not_imported,
            )
        )
        self._files.append(file)
        self.size += file.size

    def add(self, rows: Rows, latest: datetime) -> None:
        """Take rows of the file that was opened last."""
        table = load_table(rows.table)
        index = len(self._files) - 1
        account = self._accounts[index].tables.setdefault(rows.table, TableAccount())
        account.read += rows.rows.num_rows
        loose = loosened(table, rows.rows, self._position, index)
        self._position += rows.rows.num_rows
        buffer = self._buffers[rows.table]
        if buffer.rows and not buffer.rows[0].schema.equals(loose.schema):
            self._judge(table, latest)
            buffer = self._buffers[rows.table]
        buffer.add(loose)
        if buffer.is_full():
            self._judge(table, latest)

    def close(self, latest: datetime) -> list[Account]:
        """Judge what is left, check the accounts and land the batch."""
        for name in list(self._buffers):
            self._judge(load_table(name), latest)
        self._connection.close()
        for account in self._accounts:
            account.check()
        if self._accounts:
            batch_id = self._accounts[0].batch_id
            move_into_place(self._home, batch_id, self._moves, to_json(self._accounts))
        shutil.rmtree(self._staged)
        return self._accounts

    def abandon(self) -> None:
        """Forget the batch; nothing of it is landed."""
        self._connection.close()
        shutil.rmtree(self._staged, ignore_errors=True)

    def _judge(self, table: Table, latest: datetime) -> None:
        buffer = self._buffers.pop(table.name)
        chunk = _judging.Chunk(
            table=table,
            rows=pa.Table.from_batches(buffer.rows),
            batch_ids=[account.batch_id for account in self._accounts],
            landed_at=self._landed_at,
            latest=latest,
        )
        dates = _judging.judge(self._connection, chunk)
        keys = _judging.keys(self._connection, table) if table.by_day else NO_KEYS
        moved = landed_elsewhere(keys, list(self._runs(table.name)))
        elsewhere = [date(1970, 1, 1) + timedelta(days=int(day)) for day in np.unique(moved.days)]
        landed = list(self._landed_files(table.name, sorted({*dates, *elsewhere})))
        _judging.recall(self._connection, table, landed)
        _judging.recall_rejected(self._connection, list(self._rejected_files(table.name)))
        _settling.settle(self._connection, chunk)
        if len(moved.hashes):
            files = list(self._landed_files(table.name, elsewhere))
            _settling.copy_moved(self._connection, table, np.unique(moved.hashes), files)
        self._count(table.name)
        self._stage(chunk)
        if len(keys.hashes):
            self._stage_keys(table.name, keys)
        self._n_chunks[table.name] += 1

    def _runs(self, table: str) -> Iterator[Path]:
        """What tells which keys are landed, before or by this batch."""
        for folder in (keys_folder(self._home), self._staged / "keys"):
            yield from runs_of(folder / table)

    def _stage_keys(self, table: str, keys: Keys) -> None:
        name = run_name(self._first_sequence, self.sequence - 1, self._n_chunks[table])
        path = self._staged / "keys" / table / name
        keys.ordered().write(path)
        target = keys_folder(self._home).relative_to(self._home.root) / table / name
        self._moves[path] = target

    def _landed_files(self, table: str, dates: list[date]) -> Iterator[Path]:
        """The files of these days, landed before or staged by this batch."""
        for root in (self._home.landing, self._staged):
            if (root / table).is_dir():
                for day in dates:
                    yield from (root / day_folder(table, day)).glob("*.parquet")

    def _rejected_files(self, table: str) -> Iterator[Path]:
        yield from (self._home.rejected / table).glob("*.parquet")
        yield from (self._staged / "rejected" / table).glob("*.parquet")

    def _count(self, table: str) -> None:
        for index, outcome, reason, n in _settling.counts(self._connection):
            account = self._accounts[index].tables[table]
            setattr(account, outcome, getattr(account, outcome) + n)
            if reason is not None:
                account.reasons[reason] = account.reasons.get(reason, 0) + n
        for index, day in _settling.landed_dates(self._connection):
            dates = self._accounts[index].tables[table].event_dates
            if day not in dates:
                dates.append(day)

    def _stage(self, chunk: _judging.Chunk) -> None:
        table = chunk.table.name
        name = f"{chunk.batch_ids[0]}-{self._n_chunks[table]}.parquet"
        rejected = _settling.rejected_rows(
            self._connection, chunk, [file.name for file in self._files]
        )
        if rejected.num_rows:
            target = self._home.rejected.relative_to(self._home.root) / table / name
            self._write(rejected, Path("rejected") / table / name, target)
        rows = _settling.landed_rows(self._connection, chunk)
        landing = self._home.landing.relative_to(self._home.root)
        for day, first, n in _runs(rows.column("event_date")):
            place = day_folder(table, day) / name
            self._write(rows.drop_columns("event_date").slice(first, n), place, landing / place)

    def _write(self, rows: pa.Table, place: Path, target: Path) -> None:
        path = self._staged / place
        path.parent.mkdir(parents=True, exist_ok=True)
        # Each page vouches for itself, so that `status --verify` finds a damaged one.
        pq.write_table(rows, path, compression="zstd", write_page_checksum=True)
        self._moves[path] = target


def _runs(dates: pa.ChunkedArray) -> Iterator[tuple[date, int, int]]:
    """Each date of a sorted column with its first row and number of rows."""
    first = 0
    for counted in dates.value_counts().to_pylist():
        yield counted["values"], first, counted["counts"]
        first += counted["counts"]
