"""What lineage, OpenLineage events and metrics add to a run, in CPU seconds, and what is resolved.

    python bench/lineage.py HOME       # a home with a release; only its memory of lineage may grow

Every part is measured in a process of its own, imports included, as a task of a run would pay them
if nothing had loaded them before; the part alone is what is left when they are loaded.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[1])

PARTS = {
    "lineage of every column (meta.lineage)": """
        project = lineage.read_project(home)
        found = lineage.graph(project, network)
        told = f"{len(found.edges)} steps"
    """,
    "origins of every published column (meta.columns)": """
        project = lineage.read_project(home)
        found = lineage.graph(project, network)
        origins = lineage.Origins(found)
        sources = [
            origins.column(lineage.Node("model", name), column)
            for name in project.published
            for column in found.columns[lineage.Node("model", name)]
        ]
        unresolved = sum(one.how.word == "unresolved" for one in sources)
        told = f"{len(sources)} columns, {unresolved} unresolved"
    """,
    "SQL of every metric (meta.metrics)": """
        engine = metrics.Engine(metrics.declarations(home))
        told = f"{len([engine.sql(metrics.Question([name])) for name in engine.metrics])} metrics"
    """,
    "events of one layer to a file (marts; off by default)": """
        Home.openlineage = Path(tempfile.mkdtemp()) / "events.jsonl"
        os.environ["TOWNSQUARE_OPENLINEAGE"] = "file"
        told = f"{openlineage.tell_build(home, network, home.dbt_target / 'marts')} events"
    """,
}
MEASURE = """
import json, os, sys, tempfile, textwrap, time
from pathlib import Path
began = time.process_time()
from townsquare import lineage, metrics, openlineage
from townsquare.network import read_network
from townsquare.settings import Home
home = Home(Path(sys.argv[1]))
network, code = read_network(home), textwrap.dedent(sys.argv[2])
exec(code)
first = time.process_time()
exec(code)
print(json.dumps([first - began, time.process_time() - first, told]))
"""


def main() -> None:
    """Measure part by part and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path)
    home = parser.parse_args().home.resolve()
    print("| part | imports included, CPU s | alone, CPU s | |\n|---|--:|--:|---|")
    for name, code in PARTS.items():
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(home), code],
            env={**os.environ, "PYTHONPATH": ROOT}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        first, again, told = json.loads(done.stdout.splitlines()[-1])
        print(f"| {name} | {first:.2f} | {again:.2f} | {told} |")


if __name__ == "__main__":
    main()
