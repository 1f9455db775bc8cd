"""Runs a command and watches what it and all its children cost; counts what a home holds."""

import os
import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psutil

PERIOD = 1.0  # seconds between two looks at the processes


@dataclass(frozen=True)
class Cost:
    """Seconds of wall and of CPU, and the largest sum of PSS over the processes, in gigabytes."""

    wall: float
    cpu: float
    peak_gb: float


def watch(command: Sequence[str], env: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end; subprocess.CalledProcessError where it fails."""
    began, spent = time.monotonic(), _cpu_of_children()
    process = subprocess.Popen(command, env={**os.environ, **(env or {})})
    peak = [0]
    ended = threading.Event()
    watcher = threading.Thread(target=_look, args=(process.pid, peak, ended))
    watcher.start()
    code = process.wait()
    ended.set()
    watcher.join()
    if code:
        raise subprocess.CalledProcessError(code, command)
    return Cost(time.monotonic() - began, _cpu_of_children() - spent, peak[0] / 1e9)


def _look(pid: int, peak: list[int], ended: threading.Event) -> None:
    while not ended.wait(PERIOD):
        peak[0] = max(peak[0], _memory(pid))


def _memory(pid: int) -> int:
    """Bytes: shared pages are divided among those who share them, so that the sum is true."""
    try:
        parent = psutil.Process(pid)
        return sum(map(_share, [parent, *parent.children(recursive=True)]))
    except psutil.NoSuchProcess:
        return 0


def _share(process: psutil.Process) -> int:
    rollup = Path(f"/proc/{process.pid}/smaps_rollup")  # ten times cheaper than psutil's own way
    try:
        if rollup.exists():
            lines = rollup.read_text(encoding="utf-8").splitlines()
            return 1024 * next((int(x.split()[1]) for x in lines if x.startswith("Pss:")), 0)
        return int(process.memory_full_info().pss)
    except (psutil.Error, OSError):  # it has ended meanwhile
        return 0


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def count_events(home: Path) -> int:
    """Rows of all landed tables."""
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select sum(num_rows) from parquet_file_metadata('{home}/landing/*/*/*.parquet')"
        ).fetchall()
        return int(found[0][0])
