"""Rows a second and peak memory of an import, per source: `python bench/ingest.py [--rows N]`.

The public travel dump is read where there is one (TOWNSQUARE_DATA); the other sources are written
here with N rows each. Each import runs in a process and a home of its own.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from townsquare.settings import PROJECT_ROOT

_DAYS = 180
_IMPORT = """
import json, resource, sys
from pathlib import Path
from townsquare.ingest import import_source
from townsquare.settings import Home
accounts = import_source(Home(Path(sys.argv[1])), sys.argv[2], Path(sys.argv[3]))
tables = [table for account in accounts for table in account.tables.values()]
told = {name: sum(getattr(t, name) for t in tables)
        for name in ("read", "landed", "quarantined", "duplicate")}
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps(told | {"rss": used.ru_maxrss, "cpu": used.ru_utime + used.ru_stime}))
"""


def _events(n_rows: int) -> Iterator[dict[str, str]]:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for i in range(n_rows):
        at = (start + timedelta(seconds=i * _DAYS * 86_400 // n_rows)).isoformat()
        yield {
            "interaction_id": f"i{i}",
            "occurred_at": at,
            "actor_id": f"u{i * 7919 % 20_000}",
            "verb": "like",
            "content_id": f"c{i * 104_729 % 100_000}",
            "loaded_at": at,
        }


def _csv(folder: Path, n_rows: int) -> Path:
    with (folder / "interactions.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(next(_events(1))))
        writer.writeheader()
        writer.writerows(_events(n_rows))
    return folder


def _json_lines(folder: Path, n_rows: int) -> Path:
    with (folder / "interactions.jsonl").open("w") as file:
        file.writelines(json.dumps(row) + "\n" for row in _events(n_rows))
    return folder


def _parquet(folder: Path, n_rows: int) -> Path:
    pq.write_table(pa.Table.from_pylist(list(_events(n_rows))), folder / "interactions.parquet")
    return folder


def _outbox(folder: Path, n_rows: int) -> Path:
    path = folder / "outbox.json"
    with path.open("w") as file:
        file.write('{"type": "OrderedCollection", "orderedItems": [')
        for i, row in enumerate(_events(n_rows)):
            like = {"id": row["interaction_id"], "type": "Like", "actor": row["actor_id"]}
            told = like | {"object": row["content_id"], "published": row["occurred_at"]}
            file.write(("," if i else "") + json.dumps(told))
        file.write("]}")
    return path


def _measure(adapter: str, what: str, source: Path, folder: Path) -> None:
    for turn in ("first", "again"):
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _IMPORT, str(folder / "home"), adapter, str(source)],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - begun
        told = json.loads(done.stdout)
        print(
            f"{adapter:16}{what:20}{turn:7}{told['read']:>10,} rows {seconds:6.1f} s "
            f"(CPU {told['cpu']:5.1f} s) "
            f"{told['read'] / seconds:>10,.0f} rows/s {told['rss'] / 1024:>6.0f} MB   "
            f"landed {told['landed']:,}, quarantined {told['quarantined']:,}, "
            f"duplicate {told['duplicate']:,}",
            flush=True,
        )


def main() -> None:
    """Measure every source once, and the same import repeated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    n_rows = parser.parse_args().rows
    data = Path(os.environ.get("TOWNSQUARE_DATA", PROJECT_ROOT.parent / "shared" / "data"))
    for site in ("quantumcomputing", "travel"):
        archive = data / "stackexchange" / f"{site}.stackexchange.com.7z"
        if archive.exists():
            with tempfile.TemporaryDirectory() as folder:
                _measure("stackexchange", f"{site}.7z", archive, Path(folder))
    written: list[tuple[str, str, Callable[[Path, int], Path]]] = [
        ("files", "csv", _csv),
        ("files", "jsonl", _json_lines),
        ("files", "parquet", _parquet),
        ("activitystreams", "outbox.json", _outbox),
    ]
    for adapter, what, write in written:
        with tempfile.TemporaryDirectory() as folder:
            export = Path(folder) / "export"
            export.mkdir()
            _measure(adapter, what, write(export, n_rows), Path(folder))


if __name__ == "__main__":
    main()
