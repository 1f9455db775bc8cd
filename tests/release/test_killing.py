"""Whoever is killed, whenever: readers see whole releases, and the next run goes on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from townsquare import release
from townsquare.settings import PROJECT_ROOT, Home


@pytest.mark.parametrize(
    ("kills", "readers"), [(6, 3), pytest.param(200, 8, marks=pytest.mark.soak)]
)
def test_readers_never_see_a_torn_release_though_publishers_are_killed(
    kills: int, readers: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kills > 100 and "soak" not in request.config.getoption("markexpr"):
        pytest.skip("a soak test; run it with pytest -m soak")
    home = Home(tmp_path / "var")
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killing.py")), str(home.root), str(kills),
         str(readers)],
        capture_output=True, text=True, check=False, cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert sum(told["kills"].values()) == kills
    assert told["harmed"] == []
    assert len(told["readers"]) == readers
    for reader in told["readers"]:
        assert reader["errors"] == []
        assert reader["reads"] > kills
        assert reader["releases"] > kills / 3
    standing = [one["release_id"] for one in release.list_releases(home) if one["is_current"]]
    assert standing == [home.current.resolve().name]
    assert [path.name for path in home.candidates.iterdir()] == []
