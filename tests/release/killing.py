"""Publishes in a child that is killed at any moment, while readers loop; prints what they saw.

Run as a program: it imports everything once and forks before any database is open.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
from conftest import AS_OF, check, write_marts

import ml.ledger  # noqa: F401  imported here once and not in every child
from townsquare import quality, release
from townsquare.network import Network
from townsquare.settings import Home

home = Home(Path(sys.argv[1]))
kills, readers = int(sys.argv[2]), int(sys.argv[3])
network = Network(keep_releases=3)


def publish(stamp: int) -> None:
    write_marts(home, stamp)
    candidate = release.build_candidate(home, network, AS_OF)
    quality.write_results(candidate, [check()])
    release.publish(home, network, candidate)


def read(told: Path) -> None:
    """Open what `current` points at, over and over; a torn or missing release is an error."""
    seen: dict[str, set[int]] = {}
    reads = 0
    errors = []
    while not (home.root / "stop").exists():
        folder = home.current.resolve()
        try:
            with duckdb.connect(str(folder / "townsquare.duckdb"), read_only=True) as connection:
                rows = connection.execute(
                    "select min(stamp), max(stamp), count(*) from "
                    "(select stamp from users union all select stamp from daily_metrics)"
                ).fetchall()
                ids = connection.execute(
                    "select max_by(release_id, cast(split_part(release_id, '.', 2) as integer)) "
                    "from meta.releases"
                ).fetchall()
        except duckdb.Error as error:
            if folder.exists():  # one that was pruned meanwhile is no longer anybody's
                errors.append(str(error))
            continue
        ((low, high, count),) = rows
        if low != high or count != 2000 or ids[0][0] != folder.name:
            errors.append(f"torn: {folder.name} {rows} {ids}")
        seen.setdefault(folder.name, set()).add(low)
        reads += 1
        time.sleep(0.02)
    errors += [f"{name} changed: {stamps}" for name, stamps in seen.items() if len(stamps) > 1]
    told.write_text(json.dumps({"reads": reads, "releases": len(seen), "errors": errors}))


def stage() -> str:
    """How far the publishing that was just killed had come, by what it left."""
    left = next((path for path in home.candidates.glob("2*")), None)
    if left is not None:
        if (left / "manifest.json").exists():
            return "whole, not yet named"
        return "audited" if (left / "checks.json").exists() else "being built"
    named = max(
        (path.name for path in home.releases.glob("2*")), key=lambda name: (len(name), name)
    )
    return "switched" if home.current.readlink().name == named else "named, not yet switched"


def forked(work: Callable[..., None], *arguments: object) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            work(*arguments)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    return pid


def publish_forever(start: int) -> None:
    stamp = start
    while True:
        publish(stamp)
        stamp += 1


started = time.monotonic()
for stamp in (0, 1):
    os.waitpid(forked(publish, stamp), 0)
one_publish = (time.monotonic() - started) / 2
told = [home.root / f"reader-{n}.json" for n in range(readers)]
reading = [forked(read, path) for path in told]
chance = random.Random(1)
stages: Counter[str] = Counter()
harmed: list[str] = []
for turn in range(kills):
    child = forked(publish_forever, 1000 * (turn + 1))
    before = home.current.readlink()
    patience = time.monotonic() + 60
    while home.current.readlink() == before and time.monotonic() < patience:
        time.sleep(0.002)
    time.sleep(chance.uniform(0, 1.5 * one_publish))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    stages[stage()] += 1
    harmed += [f"{one.path} {one.problem}" for one in release.verify(home)[1]]
os.waitpid(forked(publish, -1), 0)
(home.root / "stop").touch()
for pid in reading:
    os.waitpid(pid, 0)
answer = {
    "kills": dict(stages),
    "harmed": harmed,
    "readers": [json.loads(path.read_text()) for path in told],
}
sys.stdout.write(json.dumps(answer))
