"""All that one simulated day hands to the next, and its checkpoint on disk."""

import shutil
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from townsquare.errors import TownsquareError
from townsquare.simulate._columns import Columns, Floats, Ints
from townsquare.simulate._outbox import Outbox
from townsquare.simulate._people import People, draw_people
from townsquare.simulate._world import DAY_US, World


@dataclass
class Pool(Columns):
    """Contents that people still come across, oldest first."""

    id: Ints
    author: Ints
    published_us: Ints
    topic: Ints
    quality: Floats
    boost: Floats  # above 1 for what goes viral
    kind: Ints
    root: Ints
    removed_us: Ints
    likes: Ints
    ring: Ints
    mood: Floats
    slant: Floats
    bait: Ints


@dataclass
class State:
    """The network at the end of a day."""

    people: People
    pool: Pool
    edges: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))  # actor << 32 | target
    liked: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))  # user << 32 | content
    followed: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))  # yesterday's
    heat: Floats = field(default_factory=lambda: np.zeros(0))  # of topics, log scale
    counters: dict[str, int] = field(default_factory=dict)
    day: int = 0  # the next one to live

    def number(self, what: str, count: int) -> Ints:
        """The next numbers of an id sequence."""
        first = self.counters.get(what, 0)
        self.counters[what] = first + count
        return np.arange(first, first + count)


@dataclass
class Day:
    """One day being lived: where it stands in time, and the whole state to change."""

    world: World
    state: State
    outbox: Outbox
    index: int
    start_us: int

    @property
    def date(self) -> date:
        """The calendar date, UTC."""
        return self.world.start + timedelta(days=self.index)

    @property
    def end_us(self) -> int:
        """The first moment after this day."""
        return self.start_us + DAY_US

    @property
    def people(self) -> People:
        """Everybody who ever registered."""
        return self.state.people

    def rng(self, purpose: str) -> np.random.Generator:
        """This day's stream for one purpose."""
        return self.world.rng(self.index, purpose)


def start_us(start: date) -> int:
    """Midnight of the first day, in microseconds since 1970."""
    moment = datetime(start.year, start.month, start.day, tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000


def empty_state(world: World) -> State:
    """A network before anybody has joined."""
    nobody = draw_people(world, 0, np.empty(0, dtype=np.int64), world.rng(-1, "nobody"))
    pool = Pool(**_empty_columns(Pool))
    return State(people=nobody, pool=pool, heat=np.zeros(len(world.topics)))


def _empty_columns(table: type[Columns]) -> dict[str, Any]:
    kinds = {f.name: np.float64 if f.type is Floats else np.int64 for f in fields(table)}
    return {name: np.empty(0, dtype=kind) for name, kind in kinds.items()}


def save_state(state: State, outbox: Outbox, folder: Path) -> None:
    """Replace the checkpoint whole: a crash leaves the old one or the new one."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name in ("people", "pool"):
        np.savez(partial / f"{name}.npz", **getattr(state, name).arrays())
    np.savez(
        partial / "rest.npz",
        edges=state.edges,
        liked=state.liked,
        followed=state.followed,
        heat=state.heat,
        day=np.array(state.day),
        counter_names=np.array(list(state.counters), dtype=np.str_),
        counters=np.array(list(state.counters.values()), dtype=np.int64),
    )
    outbox.save(partial)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def load_state(outbox: Outbox, folder: Path) -> State:
    """Take up a network where its checkpoint left it."""
    try:
        return _read_state(outbox, folder)
    except (OSError, KeyError, TypeError, ValueError, BadZipFile) as error:
        raise TownsquareError(
            f"{folder} is no checkpoint that this version can live on from ({error}); delete the "
            "folder to simulate its days anew, or simulate into an empty TOWNSQUARE_HOME."
        ) from error


def _read_state(outbox: Outbox, folder: Path) -> State:
    loaded = {name: dict(np.load(folder / f"{name}.npz")) for name in ("people", "pool")}
    rest = np.load(folder / "rest.npz")
    outbox.load(folder)
    return State(
        people=People(**loaded["people"]),
        pool=Pool(**loaded["pool"]),
        edges=rest["edges"],
        liked=rest["liked"],
        followed=rest["followed"],
        heat=rest["heat"],
        counters=dict(zip(rest["counter_names"].tolist(), rest["counters"].tolist(), strict=True)),
        day=int(rest["day"]),
    )
