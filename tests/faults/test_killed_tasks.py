"""Any task of the day killed at any moment: the run goes on, and ends with the same release."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from comparing import differences

from townsquare.settings import PROJECT_ROOT, Home

# Minutes of work even with one kill a task; test_two_at_once.py, test_lost_databases.py and the
# release's own killing are what every run of the suite does.
pytestmark = pytest.mark.soak


@pytest.mark.parametrize(("seed", "kills_per_task"), [(1, 1), (2, 6), (3, 6), (4, 6)])
def test_a_day_whose_tasks_are_killed_ends_with_the_release_of_an_undisturbed_one(
    seed: int, kills_per_task: int, world: Home, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if "soak" not in request.config.getoption("markexpr"):
        pytest.skip("a soak test; run it with pytest -m soak")
    killed, undisturbed = (Home(tmp_path / name) for name in ("killed", "undisturbed"))
    for home in (killed, undisturbed):
        left_out = shutil.ignore_patterns("airflow")
        shutil.copytree(world.root, home.root, symlinks=True, ignore=left_out)
    before = killed.current.resolve().name

    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killing_tasks.py")),
         str(killed.root), str(undisturbed.root), str(seed), str(kills_per_task)],
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT), "PYTHONWARNINGS": "ignore"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert {one["task"] for one in told["kills"]} == set(told["undisturbed"])
    assert sum(one["killed"] for one in told["kills"]) > len(told["kills"]) / 3
    assert [one for one in told["kills"] if one["broken"]] == []
    assert killed.current.resolve().name > before
    assert undisturbed.current.resolve().name > before
    assert differences(killed, undisturbed) == {}
