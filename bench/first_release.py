"""A fresh home to its first release, then one more day: seconds of each command and each task.

    python bench/first_release.py --users 20000 --days 180

Installation is not counted; everything else is, Airflow's start and stop included.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = [sys.executable, "-c", "from townsquare.cli import main; main()"]


def timed(home: Path, *arguments: str) -> float:
    """Seconds that one command takes; its output is shown."""
    began = time.monotonic()
    subprocess.run(
        [*COMMAND, *arguments], env={**os.environ, "TOWNSQUARE_HOME": str(home)}, check=True
    )
    return time.monotonic() - began


def measure(home: Path, users: int, days: int, seed: int) -> list[tuple[str, float]]:
    """The first release and the next day, step by step."""
    world = ("--users", str(users), "--days", str(days), "--seed", str(seed))
    simulated = timed(home, "simulate", *world)
    first = timed(home, "run")
    following = timed(home, "run")
    return [
        (f"simulate {users:,} users, {days} days", simulated),
        ("run, the first release", first),
        ("both, what `make run` does", simulated + first),
        ("run, one more day", following),
    ]


def main() -> None:
    """Measure in a temporary home and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "var"
        rows = measure(home, asked.users, asked.days, asked.seed)
        simulation = json.loads((home / "exports" / "simulation.json").read_text())
    print(f"\nsimulation: {simulation}")
    for step, seconds in rows:
        print(f"{step:<40}{seconds:8.1f} s")


if __name__ == "__main__":
    main()
