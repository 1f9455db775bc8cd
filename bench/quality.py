"""Measures what Townsquare understands beside peers, on the same split in one run.

    python bench/quality.py --data FOLDER [--home HOME] [--encoder FOLDER] [PART ...]

A part is a module of bench/quality_parts/ whose `measure(asked)` gives rows of its table, as
dictionaries from column to text: what was measured, whose it is, its value with the interval.
Without names every part runs. Where --home or --encoder is not given, what wants it says that it
is left out.
"""

import argparse
import importlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.quality_parts import Asked

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
        "--home", type=Path, help="a simulated home with a release, judged in communities"
    )
    parser.add_argument(
        "--encoder", type=Path, help="the folder of a sentence-transformers model, judged in text"
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(names()))
    given = parser.parse_args()
    unknown = sorted(set(given.parts) - set(names()))
    if unknown:
        parser.error(f"{unknown[0]!r} is no part; give of {', '.join(names())}")
    sys.path.insert(0, str(ROOT))
    from bench.quality_parts import Asked

    for name in given.parts or names():
        show(name, Asked(given.data, given.home, given.encoder))


def show(name: str, asked: "Asked") -> None:
    """One part's table, each row as soon as it is known."""
    began, columns = time.monotonic(), []
    print(f"\n{name}\n")
    for row in importlib.import_module(f"bench.quality_parts.{name}").measure(asked):
        if not columns:
            columns = list(row)
            print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
        print(f"| {' | '.join(str(row.get(column, '')) for column in columns)} |", flush=True)
    print(f"\n{name}: {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
