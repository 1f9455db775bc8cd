"""A release in other clients than ours: DuckDB's own command line, of an older version."""

import subprocess
import sys
from pathlib import Path

from townsquare.settings import Home

DUCKDB = Path(sys.executable).parent / "duckdb"


def _ask(home: Home, sql: str) -> subprocess.CompletedProcess[str]:
    database = (home.current / "townsquare.duckdb").resolve()
    asked = [str(DUCKDB), "-readonly", "-csv", "-noheader", str(database), sql]
    return subprocess.run(asked, capture_output=True, text=True, check=False)


def test_duckdbs_command_line_reads_a_release_and_cannot_write_it(world: Home) -> None:
    release_id = world.current.readlink().name
    done = _ask(
        world, "select max(release_id), (select count(*) from users) > 0 from meta.releases"
    )
    assert done.stdout.strip() == f"{release_id},true", done.stderr
    asked = "select comment from duckdb_columns() where column_name = 'user_id' limit 1"
    told = _ask(world, asked)
    assert told.stdout.strip()
    refused = _ask(world, "delete from users")
    assert refused.returncode != 0 and "read-only" in refused.stderr
