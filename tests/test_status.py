"""`townsquare status --verify`, as a script on a timer would run it."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from townsquare.settings import Home

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_status_verifies_a_home_and_names_each_broken_file(
    world: Home, townsquare: Command, tmp_path: Path
) -> None:
    home = Home(tmp_path / "var")
    for part in ("landing", "releases"):
        shutil.copytree(world.root / part, home.root / part, symlinks=True)
    shutil.copy(world.network_file, home.network_file)
    whole = townsquare(home.root, "status", "--verify")
    assert "as written down" in whole.stdout

    database = home.current.resolve() / "townsquare.duckdb"
    database.chmod(0o644)
    with database.open("ab") as opened:
        opened.write(b"!")
    landed = sorted((home.landing / "users").glob("*/0*.parquet"))[-1]
    landed.unlink()

    told = townsquare(home.root, "status", "--verify", check=False)
    assert told.returncode == 1
    assert f"{database} has " in told.stdout
    assert "rows of users from" in told.stdout
    scripted = townsquare(home.root, "status", "--verify", "--json", check=False)
    assert scripted.returncode == 1
    verified = json.loads(scripted.stdout)["verified"]
    assert [one["path"] for one in verified["broken"]][0] == str(database)
    assert len(verified["broken"]) == 2
    assert townsquare(home.root, "status").returncode == 0
