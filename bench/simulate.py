"""Measures the simulator: events a minute, peak memory, and what one more day costs."""

import argparse
import resource
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import duckdb

from townsquare.contract import load_tables
from townsquare.settings import Home
from townsquare.simulate import extend, simulate


def count_events(exports: Path) -> int:
    """Rows of all exported tables."""
    return sum(
        duckdb.sql(f"select count(*) from read_parquet('{exports}/{table}/*/part.parquet')")
        .limit(1)
        .fetchall()[0][0]
        for table in load_tables()
    )


def size_of(folder: Path) -> float:
    """Megabytes of all files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main() -> None:
    """Simulate into a temporary home and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        began, cpu_began = time.perf_counter(), time.process_time()
        simulation = simulate(home, asked.users, asked.days, asked.seed)
        seconds = time.perf_counter() - began
        cpu_seconds = time.process_time() - cpu_began
        # Taken before DuckDB counts, which would add its own memory.
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        events = count_events(home.exports)
        began = time.perf_counter()
        extend(home, simulation.end + timedelta(days=1))
        day_seconds = time.perf_counter() - began
        exports_mb, truth_mb = size_of(home.exports), size_of(home.truth)
    columns = "users,days,events,seconds,CPU seconds,events a minute,peak RSS MB,one more day s"
    columns += ",exports MB,truth MB"
    print(f"| {columns.replace(',', ' | ')} |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    print(
        f"| {asked.users:,} | {asked.days} | {events:,} | {seconds:.1f} | {cpu_seconds:.1f} "
        f"| {events / seconds * 60:,.0f} | {peak_mb:.0f} | {day_seconds:.2f} "
        f"| {exports_mb:.0f} | {truth_mb:.0f} |"
    )


if __name__ == "__main__":
    main()
