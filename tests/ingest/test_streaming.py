"""The memory of an import does not grow with the export."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from townsquare.ingest import read_accounts
from townsquare.settings import Home

# Small chunks, so that a dump that a test can afford is many times larger than what is held.
_IMPORT = """
import json, resource, sys
from pathlib import Path
from townsquare.ingest import _batch, import_source
from townsquare.ingest.adapters import _columns
from townsquare.settings import Home
_batch.CHUNK_ROWS = 10_000
_columns._ROWS = 5_000
import_source(Home(Path(sys.argv[1])), sys.argv[2], Path(sys.argv[3]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _votes(path: Path, n_rows: int) -> None:
    folder = path / "dump"
    folder.mkdir(parents=True)
    with (folder / "Votes.xml").open("w") as file:
        file.write("<votes>\n")
        for i in range(n_rows):
            day = i * 28 // n_rows + 1
            at = f'CreationDate="2020-01-{day:02}"'
            file.write(f'<row Id="{i}" PostId="{i % 999}" VoteTypeId="2" {at} />\n')
        file.write("</votes>\n")


def _outbox(path: Path, n_rows: int) -> None:
    path.mkdir(parents=True)
    with (path / "outbox.json").open("w") as file:
        file.write('{"type": "OrderedCollection", "orderedItems": [')
        for i in range(n_rows):
            day = i * 28 // n_rows + 1
            like = {"id": f"a{i}", "type": "Like", "actor": "me", "object": f"p{i % 999}"}
            file.write("," if i else "")
            json.dump(like | {"published": f"2020-01-{day:02}T00:00:00Z"}, file)
        file.write("]}")


def _peak(home: Path, adapter: str, source: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT, str(home), adapter, str(source)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


@pytest.mark.parametrize(
    ("adapter", "write", "source"),
    [("stackexchange", _votes, "dump"), ("activitystreams", _outbox, "outbox.json")],
)
def test_ten_times_the_rows_take_about_the_same_memory(tmp_path, adapter, write, source):
    peaks = {}
    for n_rows in (12_000, 120_000):
        folder = tmp_path / str(n_rows)
        write(folder, n_rows)
        peaks[n_rows] = _peak(folder / "home", adapter, folder / source)
        accounts = read_accounts(Home(folder / "home"))
        assert sum(account.tables["interactions"].landed for account in accounts) == n_rows
    assert peaks[120_000] < 1.25 * peaks[12_000]
