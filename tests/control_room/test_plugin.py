"""The plugin is loaded by every Airflow process, so it must cost next to nothing there."""

import json
import os
import subprocess
import sys
from pathlib import Path

from control_room import address
from control_room.pages import names
from townsquare.airflow_env import environment
from townsquare.settings import Home

ASK = """
import json, sys
import airflow.plugins_manager as manager
import airflow.settings
before = set(sys.modules)
found = manager._get_plugins()
heavy = {"duckdb", "pandas", "fastapi", "pyarrow", "jinja2", "townsquare", "ml"}
views, _ = manager._get_ui_plugins()
print("RESULT" + json.dumps({
    "errors": found[1],
    "views": views,
    "apps": [app["url_prefix"] for app in manager.get_fastapi_plugins()[0]],
    "heavy": sorted({name.split(".")[0] for name in set(sys.modules) - before} & heavy),
}))
"""


def test_airflow_finds_a_view_for_every_page_and_loads_nothing_heavy(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**environment(Home(tmp_path), 8080), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
        cwd=os.sep,
    )
    assert "RESULT" in done.stdout, done.stderr[-2000:]
    told = json.loads(done.stdout.split("RESULT")[-1])
    assert told["errors"] == {}
    assert told["heavy"] == []
    assert told["apps"] == ["/townsquare"]
    placed = [view["url_route"] for view in told["views"]]
    for name in names():  # where alerts and questions to a person say that it lies
        assert address.page(name).rpartition("/plugin/")[2] in placed
    shown = {view["href"] for view in told["views"] if view["destination"] == "nav"}
    assert shown == {f"/townsquare/{name}" for name in names()}
    assert [view["href"] for view in told["views"] if view["destination"] == "dag_run"] == [
        "/townsquare/gates?run_id={RUN_ID}"
    ]
