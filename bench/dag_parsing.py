"""Seconds to parse every DAG file, and to load the plugin, beyond Airflow's own import.

Each in a fresh process, five times.

python bench/dag_parsing.py
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from townsquare.airflow_env import environment
from townsquare.settings import DAGS, PLUGINS, Home

TIMED = """
import sys, time
import airflow.sdk
import airflow.timetables.assets, airflow.timetables.trigger
from airflow.dag_processing.dagbag import DagBag
wall, cpu = time.perf_counter(), time.process_time()
if sys.argv[1].endswith("plugin"):
    import airflow.plugins_manager
    assert not airflow.plugins_manager.get_import_errors()
else:
    assert DagBag(sys.argv[1], safe_mode=False).dags
print(f"RESULT{time.perf_counter() - wall} {time.process_time() - cpu}")
"""


def main() -> None:
    """Parse each file and load the plugin five times; print the medians."""
    print("| file | wall s | CPU s |\n|---|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, **environment(Home(Path(folder)), 8080), "PYTHONWARNINGS": "ignore"}
        for path in [*sorted(DAGS.glob("*.py")), PLUGINS]:
            times = [_parse(path, env) for _ in range(5)]
            wall, cpu = (statistics.median(column) for column in zip(*times, strict=True))
            print(f"| {path.name} | {wall:.2f} | {cpu:.2f} |")


def _parse(path: Path, env: dict[str, str]) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", TIMED, str(path)],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    wall, cpu = done.stdout.split("RESULT")[-1].split()
    return float(wall), float(cpu)


if __name__ == "__main__":
    main()
