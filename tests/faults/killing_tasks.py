"""Kills the tasks of a day at chosen moments, goes on as Airflow would, and tells what came of it.

Run as a program: HOME UNDISTURBED_HOME SEED KILLS_PER_TASK.
"""

import json
import random
import sys
from pathlib import Path

import daily

from townsquare import release
from townsquare.settings import Home


def after(seconds: float) -> daily.Moment:
    """So long after the start."""
    return lambda _, since: since >= seconds


def in_a_commit(home: Home, since: float) -> bool:
    """While a database has a write-ahead log: a write has begun and is not checkpointed."""
    return any(
        log.exists() and log.stat().st_size > 0
        for log in (path.with_name(path.name + ".wal") for path in (home.warehouse, home.marts))
    )


def in_a_parquet_write(home: Home, since: float) -> bool:
    """While a Parquet file is only half there."""
    return any(
        next(folder.glob(pattern), None) is not None
        for folder, pattern in (
            (home.landing / ".partial", "*/*/*/*.parquet"),
            (home.frames, "tmp_*"),
            (home.scores, "*/*/.*.partial"),
            (home.models, "**/*.partial"),
            (home.exports, "*/*/*.partial"),
            (home.warehouse.parent, "*.partial"),
        )
    )


def moments(chance: random.Random, usual: float, kills: int) -> list[tuple[str, daily.Moment]]:
    """Some at random over the task's usual time; beyond the first, also inside writes."""
    chosen: list[tuple[str, daily.Moment]] = []
    for number in range(kills):
        seconds = chance.uniform(0, usual)
        special = [("commit", in_a_commit), ("parquet", in_a_parquet_write)]
        at = (f"{seconds:.2f} s", after(seconds))
        chosen.append(special[number // 2 % 2] if number % 2 else at)
    return chosen


home, undisturbed = (daily.Run(Home(Path(path))) for path in sys.argv[1:3])
chance, kills = random.Random(int(sys.argv[3])), int(sys.argv[4])
line = daily.Daily(daily.load(home.home))
line.run(undisturbed)
told = []
for task_id in line.task_ids:
    try_number = 1
    for moment, when in moments(chance, undisturbed.seconds[task_id], kills):
        anew = chance.random() < 0.25
        killed = line.attempt(home, task_id, try_number, when)
        broken = [f"{one.path} {one.problem}" for one in release.verify(home.home)[1]]
        told.append({"task": task_id, "moment": moment, "killed": killed, "broken": broken})
        if killed and anew:  # the operator gives the run up and starts another
            told[-1]["then"] = "a new run"
            home.returned.clear()
            for before in line.task_ids[: line.task_ids.index(task_id)]:
                line.attempt(home, before)
            try_number = 1
        else:
            try_number += killed
    if task_id not in home.returned:
        line.attempt(home, task_id, try_number)
sys.stdout.write(json.dumps({"kills": told, "undisturbed": undisturbed.seconds}))
