"""The same day on several engines, in one run: Townsquare, the floor, pandas, polars, PostgreSQL.

    python bench/pipeline.py --users 100000 --days 120

A home is simulated and taken to its first release by `townsquare run`. The floor is the same
compiled SQL and the scores' LightGBM calls in one bare process, and the learners in another. The
peers build the three marts that read every event, and so does Townsquare's own SQL; times count
only where the marts are equal. At last one more day is run: the peers, which keep nothing from the
day before, would build the marts anew.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

ROOT = str(Path(__file__).resolve().parents[1])
sys.path.insert(0, ROOT)

from bench.engines.events import MARTS  # noqa: E402  found once the path is set
from bench.engines.on_duckdb import seconds_of_last_run  # noqa: E402
from bench.engines.watching import Cost, count_events, watch  # noqa: E402
from townsquare.settings import Home  # noqa: E402

COMMAND = [sys.executable, "-c", "from townsquare.cli import main; main()"]
PEERS = ("pandas", "polars", "postgres")


def main() -> None:
    """Measure in a temporary home, or go on with the one in --home, and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=180)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", nargs="*", default=[], choices=PEERS)
    parser.add_argument("--home", type=Path, help="kept, and used again where it is simulated")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = asked.home or Path(temporary) / "var"
        env = {"TOWNSQUARE_HOME": str(home), "PYTHONPATH": ROOT}
        if not home.exists():
            world = ("--users", str(asked.users), "--days", str(asked.days))
            subprocess.run(
                [*COMMAND, "simulate", *world, "--seed", str(asked.seed)],
                env={**os.environ, **env},
                check=True,
            )
        costs = {"Townsquare, `townsquare run`": watch([*COMMAND, "run"], env)}
        engines = Path(temporary)
        for part in ("floor", "learners"):
            (engines / part).mkdir()
        floor = watch(_python("floor", engines / "floor"), env)
        learning = watch(_python("learners", engines / "learners"), env)
        costs |= {
            "bare SQL and scores": floor,
            "every learner, bare": learning,
            "the floor": Cost(
                floor.wall + learning.wall,
                floor.cpu + learning.cpu,
                max(floor.peak_gb, learning.peak_gb),
            ),
        }
        print(f"\n{count_events(home):,} events of {asked.users:,} users in {asked.days} days\n")
        show(costs, "the floor")
        peers = [one for one in PEERS if one not in asked.without]
        made = marts(home, engines, peers)
        show(made, "Townsquare")
        another = "`townsquare run`, one more day"
        show({another: watch([*COMMAND, "run"], env)}, another)
        day = seconds_of_last_run(Home(home))
        print(f"The three marts and what is beneath them took {day:.1f} s of that day:")
        for peer in peers:
            print(f"{peer} takes {made[peer].wall / day:.1f} times as long to build them anew")


def marts(home: Path, engines: Path, peers: list[str]) -> dict[str, Cost]:
    """What the three marts cost on each engine, their contents compared."""
    env = {"TOWNSQUARE_HOME": str(home), "PYTHONPATH": ROOT}
    (engines / "duckdb").mkdir()
    costs = {"Townsquare": watch(_python("on_duckdb", engines / "duckdb"), env)}
    for peer in peers:
        folder = engines / peer
        folder.mkdir()
        costs[peer] = watch(_python(f"on_{peer}", home / "landing", folder), env)
        for mart in MARTS:
            different = differences(engines / "duckdb", folder, mart)
            if different:
                raise SystemExit(f"{mart} differs on {peer} in {different:,} rows; nothing counts.")
    return costs


def differences(one: Path, other: Path, mart: str) -> int:
    """Rows that only one side has; seconds of dwelling may differ in the third decimal."""
    with duckdb.connect() as connection:
        kinds = connection.execute(
            f"select column_name, column_type from (describe from '{one / mart}.parquet')"
        ).fetchall()
        same = ", ".join(
            f"round(cast({name} as double), 2)" if name == "dwell_seconds"
            else f"cast({name} as {kind})" for name, kind in kinds
        )  # fmt: skip
        sides = [f"(select {same} from '{folder / mart}.parquet')" for folder in (one, other)]
        first, second = sides
        found = connection.execute(
            f"select count(*) from (({first} except all {second}) "
            f"union all ({second} except all {first}))"
        ).fetchall()
        return int(found[0][0])


def show(costs: dict[str, Cost], base: str) -> None:
    """One table: wall and CPU seconds, peak memory, and the wall as a multiple of one row's."""
    print(f"| engine | wall s | CPU s | peak GB | times {base} |\n|---|--:|--:|--:|--:|")
    for name, cost in costs.items():
        times = cost.wall / costs[base].wall
        print(f"| {name} | {cost.wall:.1f} | {cost.cpu:.1f} | {cost.peak_gb:.2f} | {times:.2f} |")
    print()


def _python(module: str, *arguments: Path) -> list[str]:
    return [sys.executable, "-m", f"bench.engines.{module}", *map(str, arguments)]


if __name__ == "__main__":
    main()
