"""How a first release and one more day grow with the history and with the events.

    python bench/growth.py 20000:30 20000:365       # one more day after a short and a long history
    python bench/growth.py 10000:120 100000:120     # ten times the events

Each world is users:days. The day after the first release catches up what a first run does once, so
the day that is told is the second one. CPU seconds tell more than wall where other work runs.
"""

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[1])
sys.path.insert(0, ROOT)

from bench.engines.watching import Cost, count_events, watch  # noqa: E402  found once the path is set

COMMAND = [sys.executable, "-c", "from townsquare.cli import main; main()"]


def main() -> None:
    """Measure world by world, each in a temporary home, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("worlds", nargs="+", metavar="USERS:DAYS")
    parser.add_argument("--seed", default="1")
    asked = parser.parse_args()
    rows = [measure(*world.split(":"), asked.seed) for world in asked.worlds]
    print(
        "\n| users:days | events | first: wall s | CPU s | peak GB | one more day: wall s | CPU s |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|")
    for world, (events, first, later) in zip(asked.worlds, rows, strict=True):
        print(
            f"| {world} | {events:,} | {first.wall:.0f} | {first.cpu:.0f} | {first.peak_gb:.1f} "
            f"| {later.wall:.0f} | {later.cpu:.0f} |"
        )


def measure(users: str, days: str, seed: str) -> tuple[int, Cost, Cost]:
    """Events that were landed, and what the first release and a later day cost."""
    with tempfile.TemporaryDirectory() as folder:
        env = {"TOWNSQUARE_HOME": f"{folder}/var", "PYTHONPATH": ROOT}
        world = ("--users", users, "--days", days, "--seed", seed)
        watch([*COMMAND, "simulate", *world], env)
        first = watch([*COMMAND, "run"], env)
        events = count_events(Path(folder) / "var")
        watch([*COMMAND, "run"], env)
        return events, first, watch([*COMMAND, "run"], env)


if __name__ == "__main__":
    main()
