"""Writes what was planted before the first day: communities, moods of topics, all that is dated."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from townsquare.simulate._columns import Ints
from townsquare.simulate._outbox import coded, labels, write_parquet
from townsquare.simulate._world import COUNTRIES, World, vocabulary


def write_world(world: World, truth: Path) -> None:
    """The communities and their topics."""
    rows = pa.table(
        {
            "community": pa.array(np.arange(len(world.community_shares))),
            "share": pa.array(world.community_shares),
            "topics": pa.array([[world.topics[t] for t in row] for row in world.community_topics]),
        }
    )
    write_parquet(rows, truth / "communities.parquet")
    moods = pa.table({"topic": list(world.topics), "mood": world.topic_moods})
    write_parquet(moods, truth / "topics.parquet")
    _write_plants(world, truth)


def _write_plants(world: World, truth: Path) -> None:
    """Everything planned, of which a short simulation meets only the first part."""
    plants = world.plants
    trends, shifts, mixes, rings = (
        plants.trends,
        plants.mood_shifts,
        plants.mix_shifts,
        plants.rings,
    )
    tables = {
        "trends": {
            "trend": np.arange(len(trends)),
            "topic": coded(world.topics, trends.topic),
            "tag": _tags(world, trends.topic, trends.word),
            "onset_date": _dates(world, trends.onset),
            "peak_date": _dates(world, trends.onset + trends.rise - 1),
            "last_date": _dates(world, trends.onset + trends.lasts() - 1),
            "peak_share_of_posts": trends.size,
            "half_life_days": trends.half_life,
        },
        "mood_shifts": {
            "topic": coded(world.topics, shifts.topic),
            "shift_date": _dates(world, shifts.day),
            "change": shifts.change,
        },
        "mix_shifts": {
            "topic": coded(world.topics, mixes.topic),
            "country": coded(COUNTRIES, mixes.country),
            "start_date": _dates(world, mixes.starts),
            "end_date": _dates(world, mixes.ends),
        },
        "ring_pushes": {
            "ring": labels("ring", np.arange(len(rings))),
            "topic": coded(world.topics, rings.topic),
            "tag": _tags(world, rings.topic, rings.word),
            "start_date": _dates(world, rings.push_starts),
            "end_date": _dates(world, rings.push_ends),
        },
    }
    for name, columns in tables.items():
        write_parquet(pa.table(columns), truth / f"{name}.parquet")


def _tags(world: World, topic: Ints, word: Ints) -> pa.Array:
    words = vocabulary()["topics"]
    pairs = zip(topic.tolist(), word.tolist(), strict=True)
    return pa.array([words[world.topics[one]][at] for one, at in pairs], pa.string())


def _dates(world: World, days: Ints) -> pa.Array:
    return pa.array(np.datetime64(world.start, "D") + days)
