"""The floor: the SQL that dbt compiled, in one bare DuckDB process, and the same LightGBM calls.

    TOWNSQUARE_HOME=... python -m bench.engines.floor FOLDER

Nothing is planned, tested, described, judged or published; landing is not counted either.
"""

import json
import sys
import time
from datetime import date
from pathlib import Path

import duckdb

from bench.engines.compiled import connect, make
from ml.declaration import load_all
from ml.frames import read_frame
from ml.splitting import split
from ml.training import train
from townsquare import warehouse
from townsquare.network import read_network
from townsquare.settings import Home

LAYERS = ("warehouse", "marts", "frames")


def main() -> None:
    """Build everything in FOLDER; one line of JSON tells the seconds of each part and model."""
    home, folder = Home.from_environment(), Path(sys.argv[1])
    seconds: dict[str, float] = {}
    connection = connect(folder)
    for layer in LAYERS:
        _build(connection, home, folder, layer, seconds)
    began = time.monotonic()
    _learn(home)
    seconds["LightGBM"] = time.monotonic() - began
    _build(connection, home, folder, "published", seconds)
    print(json.dumps(seconds))


def _build(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    folder: Path,
    layer: str,
    seconds: dict[str, float],
) -> None:
    results = json.loads((home.dbt_target / layer / "run_results.json").read_text())["results"]
    nodes = json.loads((home.dbt_target / layer / "manifest.json").read_text())["nodes"]
    for result in results:  # in the order in which dbt ran them
        node = nodes[result["unique_id"]]
        if node["resource_type"] == "model":
            began = time.monotonic()
            make(connection, folder, node, result["compiled_code"])
            seconds[node["name"]] = time.monotonic() - began


def _learn(home: Home) -> None:
    """Fit, predict and explain as a first day does, on the frames that the run left."""
    as_of = warehouse.built_as_of(home)
    assert as_of is not None
    for score in load_all(read_network(home)):
        frame = read_frame(home, score, as_of)
        parts = split(
            frame.outcomes(), as_of, score.horizon_days, score.split, score.gates.min_positives
        )
        model = train(score, frame, parts)
        today = frame.at([date.fromisoformat(str(as_of))])
        model.predict(today.select(model.features))
        model.contributions(today.select(model.features))


if __name__ == "__main__":
    main()
