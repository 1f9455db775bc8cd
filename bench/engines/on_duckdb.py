"""Townsquare's own SQL for the three marts, from landed Parquet: each model that they are made of.

    TOWNSQUARE_HOME=... python -m bench.engines.on_duckdb FOLDER

It builds every column of the marts and of the day tables beneath them, as the pipeline does.
"""

import json
import sys
from pathlib import Path
from typing import Any

from bench.engines.compiled import connect, make
from bench.engines.events import MARTS
from townsquare.settings import Home


def main() -> None:
    """Build the marts and what is beneath them, then write what the peers write."""
    home, folder = Home.from_environment(), Path(sys.argv[1])
    results, nodes = _read(home)
    connection = connect(folder)
    for key in _in_order(nodes, results):
        make(connection, folder, nodes[key], results[key]["compiled_code"])
    for name, columns in MARTS.items():
        rows = f"(select {columns} from marts.main.{name})"
        connection.execute(f"copy {rows} to '{folder / name}.parquet' (format parquet)")


def seconds_of_last_run(home: Home) -> float:
    """What the home's last run spent on these models, one after the other, dbt's own part in it."""
    results, nodes = _read(home)
    return sum(float(results[key]["execution_time"]) for key in _in_order(nodes, results))


def _read(home: Home) -> tuple[dict[str, Any], dict[str, Any]]:
    results: dict[str, Any] = {}
    nodes: dict[str, Any] = {}
    for layer in ("warehouse", "marts"):
        target = home.dbt_target / layer
        for result in json.loads((target / "run_results.json").read_text())["results"]:
            results[result["unique_id"]] = result
        nodes |= json.loads((target / "manifest.json").read_text())["nodes"]
    return results, nodes


def _in_order(nodes: dict[str, Any], results: dict[str, Any]) -> list[str]:
    """The models beneath the marts, each after what it is made of."""
    ordered: list[str] = []

    def visit(key: str) -> None:
        if key in ordered or key not in results:
            return
        for upstream in nodes[key]["depends_on"]["nodes"]:
            visit(upstream)
        ordered.append(key)

    for name in MARTS:
        visit(f"model.townsquare.{name}")
    return ordered


if __name__ == "__main__":
    main()
