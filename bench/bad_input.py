"""Imports the whole corpus of damaged inputs and tells, per source, what came of the rows.

`python bench/bad_input.py`. Exits with 1 when a row is neither landed, quarantined nor duplicate.
"""

import resource
import sys
import tempfile
from collections import Counter
from pathlib import Path

from townsquare.errors import TownsquareError
from townsquare.ingest import import_source
from townsquare.settings import PROJECT_ROOT, Home

sys.path.insert(0, str(PROJECT_ROOT / "tests" / "ingest"))

from damaged import Case, cases  # noqa: E402

PARTS = ("read", "landed", "quarantined", "duplicate")


def imported(case: Case, folder: Path) -> Counter[str]:
    """The rows of one case by what became of them, and whether it was refused."""
    told: Counter[str] = Counter(cases=1)
    try:
        accounts = import_source(Home(folder / "home"), case.adapter, case.make(folder / "export"))
    except TownsquareError:
        told["refused"] = 1
        return told
    told["taken"] = 1
    for account in accounts:
        for table in account.tables.values():
            for part in PARTS:
                told[part] += getattr(table, part)
    return told


def main() -> int:
    """Print one row per adapter and kind of file, and what all came to."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for case in cases():
        with tempfile.TemporaryDirectory() as folder:
            told = imported(case, Path(folder))
        found.setdefault((case.adapter, case.kind), Counter()).update(told)
    columns = ("cases", "refused", "taken", *PARTS)
    print(f"| source | kind of input | {' | '.join(columns)} |")
    print("|---|---" + "|---" * len(columns) + "|")
    whole: Counter[str] = Counter()
    for (adapter, kind), told in sorted(found.items()):
        whole.update(told)
        figures = " | ".join(str(told[column]) for column in columns)
        print(f"| {adapter} | {kind.replace('_', ' ')} | {figures} |")
    print(f"| all | | {' | '.join(str(whole[column]) for column in columns)} |")
    print(f"\nPeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB.")
    return int(whole["read"] != sum(whole[part] for part in PARTS[1:]))


if __name__ == "__main__":
    sys.exit(main())
