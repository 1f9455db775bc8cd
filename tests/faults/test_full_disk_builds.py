"""A disk that fills while dbt builds: one sentence, and with room the task goes on to its end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb

from townsquare import ingest
from townsquare.network import Network, write_network
from townsquare.settings import PROJECT_ROOT, Home

# dbt keeps threads, so it runs in a process of its own. A part of the layer is enough.
BUILD = """
import json, os, sys
from pathlib import Path
from townsquare import steps, warehouse
from townsquare.errors import TownsquareError
from townsquare.settings import Home
warehouse.LAYERS["warehouse"] = ("+int_user_days",)
home, said = Home(Path(sys.argv[1])), None
warehouse.prepare(home)
disk, ballast = os.statvfs(home.warehouse.parent), home.warehouse.parent / "ballast"
ballast.write_bytes(b"x" * (disk.f_bavail * disk.f_frsize - 20_000))
try:
    steps.build(home, "warehouse", "2025-03-10")
except TownsquareError as error:
    said = str(error)
ballast.unlink()
print("RESULT" + json.dumps([said, steps.build(home, "warehouse", "2025-03-10", retry=True)]))
"""


def test_a_full_disk_stops_building_and_with_room_the_cleared_task_builds_it_all(
    small_disk, tmp_path: Path
) -> None:
    # given: a home whose databases lie on a disk with no room for them
    disk = small_disk(32_000)
    home, export = Home(tmp_path / "var"), tmp_path / "export"
    home.root.mkdir()
    home.warehouse.parent.symlink_to(disk.folder)
    for name in ("target", "logs"):
        (tmp_path / name).mkdir()
        (disk.folder / name).symlink_to(tmp_path / name)
    export.mkdir()
    views = [
        {"interaction_id": f"i{n}", "actor_id": f"u{n % 7}", "verb": "view"}
        | {"occurred_at": f"2025-03-0{n % 7 + 1}T10:00:00", "loaded_at": "2025-03-09T00:00:00"}
        for n in range(50)
    ]
    text = "".join(json.dumps(row) + "\n" for row in views)
    (export / "interactions.jsonl").write_text(text, encoding="utf-8")
    write_network(home, Network(adapter="files"))
    ingest.import_source(home, "files", export)
    # when: the layer is built, fails, and is built again as its cleared task does
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(home.root)],
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    # then
    assert "RESULT" in done.stdout, done.stderr[-3000:] + done.stdout[-3000:]
    said, counts = json.loads(done.stdout.split("RESULT")[-1])
    assert said is not None and "is full (" in said and "make room" in said
    assert not {"error", "fail", "skipped"} & set(counts)
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        query = "select sum(n_views) from intermediate.int_user_days"
        assert connection.execute(query).fetchone() == (50,)
