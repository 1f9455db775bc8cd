"""Measures what Townsquare understands beside peers, on the same split in one run.

    python bench/quality.py --data FOLDER [PART ...]

A part is a module of bench/quality_parts/ whose `measure(data)` gives rows of its table, as
dictionaries from column to text: what was measured, whose it is, its value with the interval.
Without names every part runs.
"""

import argparse
import importlib
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def names() -> list[str]:
    """Every part, by its file."""
    return sorted(path.stem for path in (ROOT / "bench" / "quality_parts").glob("[a-z]*.py"))


def main() -> None:
    """Run the parts that are asked for and print a table of each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = os.environ.get("TOWNSQUARE_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("--data", type=Path, default=default, help="the folder of public data")
    parser.add_argument(
        "--encoder", type=Path, help="the folder of a sentence-transformers model, judged in text"
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(names()))
    asked = parser.parse_args()
    unknown = sorted(set(asked.parts) - set(names()))
    if unknown:
        parser.error(f"{unknown[0]!r} is no part; give of {', '.join(names())}")
    if asked.encoder:
        os.environ["TOWNSQUARE_ENCODER"] = str(asked.encoder)
    sys.path.insert(0, str(ROOT))
    for name in asked.parts or names():
        show(name, asked.data)


def show(name: str, data: Path) -> None:
    """One part's table, each row as soon as it is known."""
    began, columns = time.monotonic(), []
    print(f"\n{name}\n")
    for row in importlib.import_module(f"bench.quality_parts.{name}").measure(data):
        if not columns:
            columns = list(row)
            print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
        print(f"| {' | '.join(str(row.get(column, '')) for column in columns)} |", flush=True)
    print(f"\n{name}: {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
