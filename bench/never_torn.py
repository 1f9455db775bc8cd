"""Kills the publishing step at random moments while readers loop; counts what the readers saw.

`python bench/never_torn.py` does it 200 times with 8 readers, in a home of its own that is deleted
afterwards, and ends with 1 if a reader saw anything but one whole release.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "tests" / "release" / "killing.py"


def main() -> int:
    """Run, print, and say whether it held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--readers", type=int, default=8)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        command = [str(PROGRAM), str(Path(folder) / "var"), str(asked.kills), str(asked.readers)]
        done = subprocess.run(
            [sys.executable, *command],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    told = json.loads(done.stdout)
    for stage, kills in sorted(told["kills"].items()):
        print(f"killed while {stage}: {kills}")
    reads = [reader["reads"] for reader in told["readers"]]
    errors = [error for reader in told["readers"] for error in reader["errors"]]
    seen = max(reader["releases"] for reader in told["readers"])
    print(f"{len(reads)} readers read {sum(reads):,} times, of {seen} releases at most")
    print(f"errors or torn reads: {len(errors)}; releases harmed: {len(told['harmed'])}")
    print(f"{time.monotonic() - began:.0f} s")
    for line in (*errors, *told["harmed"]):
        print(line)
    return 1 if errors or told["harmed"] else 0


if __name__ == "__main__":
    sys.exit(main())
