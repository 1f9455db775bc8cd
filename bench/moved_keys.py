"""What it costs to look a day's keys up among years of them: is an event that lands a moved one?"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from townsquare.ingest._keys import Keys, landed_elsewhere, run_name, runs_of


def main() -> None:
    """Draw years of keys, look one day's up, and print seconds beside reading them from Parquet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=10_000_000)
    parser.add_argument("--days", type=int, default=365)
    given = parser.parse_args()
    draw = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        each = given.keys // 4
        for number in range(4):
            hashes = draw.integers(0, 2**63, each).astype(np.uint64)
            days = draw.integers(0, given.days, each)
            Keys(hashes, days).ordered().write(folder / run_name(number, number, 0))
        new = draw.integers(0, 2**63, given.keys // given.days).astype(np.uint64)
        day = Keys(new, np.full(len(new), given.days))
        began, used = time.monotonic(), time.process_time()
        found = landed_elsewhere(day, runs_of(folder))
        wall, cpu = time.monotonic() - began, time.process_time() - used
        size = sum(path.stat().st_size for path in runs_of(folder)) / 1e6
    print(f"{len(new):,} keys of a day among {given.keys:,}: {wall:.2f} s, {cpu:.2f} s CPU")
    print(f"runs of {size:,.0f} MB; {len(found.hashes)} found elsewhere")


if __name__ == "__main__":
    main()
