"""Runs the network for a number of days, from its beginning or from its checkpoint."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from townsquare.errors import TownsquareError
from townsquare.settings import Home
from townsquare.simulate._day import live
from townsquare.simulate._outbox import Outbox
from townsquare.simulate._state import Day, State, empty_state, load_state, save_state, start_us
from townsquare.simulate._truth_world import write_world
from townsquare.simulate._world import DAY_US, make_world

FEWEST_USERS, MOST_USERS = 100, 20_000_000
CHECKPOINT_EVERY_DAYS = 60


Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done and how much there is."""


@dataclass(frozen=True)
class Simulation:
    """What a home holds: everything before `end` has been simulated."""

    users: int
    days: int
    seed: int
    start: date

    @property
    def end(self) -> date:
        """The first day that has not been simulated."""
        return self.start + timedelta(days=self.days)


def simulate(
    home: Home,
    users: int,
    days: int,
    seed: int,
    start: date = date(2025, 1, 1),
    progress: Progress | None = None,
) -> Simulation:
    """Simulate a network of this size; a longer one of the same seed only adds days."""
    _check(users, days, seed)
    wanted = Simulation(users, days, seed, start)
    held = read_simulation(home)
    if held is not None:
        _check_same(home, held, wanted)
        if held.days >= days:
            return held
    return _live_until(home, wanted, progress)


def extend(home: Home, until: date, progress: Progress | None = None) -> Simulation:
    """Live on up to this date, without it; nothing happens where that is already past."""
    held = read_simulation(home)
    if held is None:
        raise TownsquareError(
            f"{_description(home)} is missing, so {home.root} holds no simulation to extend; "
            "run `townsquare simulate` first."
        )
    if until <= held.end:
        return held
    wanted = Simulation(held.users, (until - held.start).days, held.seed, held.start)
    return _live_until(home, wanted, progress)


def read_simulation(home: Home) -> Simulation | None:
    """What this home's simulation is; None where it has none."""
    path = _description(home)
    if not path.exists():
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Simulation(
            int(told["users"]),
            int(told["days"]),
            int(told["seed"]),
            date.fromisoformat(told["start"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise TownsquareError(
            f"{path} does not describe a simulation ({error}); restore it, or simulate into an "
            "empty TOWNSQUARE_HOME."
        ) from error


def _description(home: Home) -> Path:
    return home.exports / "simulation.json"


def _check(users: int, days: int, seed: int) -> None:
    if not FEWEST_USERS <= users <= MOST_USERS:
        raise TownsquareError(
            f"--users is {users}, but a simulated network has {FEWEST_USERS} to {MOST_USERS:,} "
            "users; choose a number between."
        )
    if days < 1:
        raise TownsquareError(
            f"--days is {days}, but at least one day is simulated; give 1 or more."
        )
    if seed < 0:
        raise TownsquareError(f"--seed is {seed}, but a seed is 0 or more; choose another.")


def _check_same(home: Home, held: Simulation, wanted: Simulation) -> None:
    for name in ("users", "seed", "start"):
        old, new = getattr(held, name), getattr(wanted, name)
        if old != new:
            raise TownsquareError(
                f"{_description(home)} holds a network of {name} {old}, not {new}; simulate with "
                f"the same {name} to live on, or set TOWNSQUARE_HOME to an empty folder."
            )


def _live_until(home: Home, wanted: Simulation, progress: Progress | None) -> Simulation:
    world = make_world(wanted.users, wanted.seed, wanted.start)
    begin_us = start_us(wanted.start)
    outbox = Outbox(world, begin_us)
    checkpoint = home.truth / "checkpoint"
    if checkpoint.exists():
        state = load_state(outbox, checkpoint)
    else:
        state = empty_state(world)
        write_world(world, home.truth)
        _describe(home, Simulation(wanted.users, 0, wanted.seed, wanted.start))
    first = state.day
    for index in range(first, wanted.days):
        day = Day(world, state, outbox, index, begin_us + index * DAY_US)
        live(day, home.truth)
        outbox.write(index, day.date.isoformat(), home.exports)
        if (index + 1) % CHECKPOINT_EVERY_DAYS == 0 and index + 1 < wanted.days:
            _keep(home, wanted, state, outbox)
        if progress is not None:
            progress("Simulating days", index + 1 - first, wanted.days - first)
    return _keep(home, wanted, state, outbox)


def _keep(home: Home, wanted: Simulation, state: State, outbox: Outbox) -> Simulation:
    """Checkpoint first, then say so: what simulation.json promises can always be lived on from."""
    save_state(state, outbox, home.truth / "checkpoint")
    kept = Simulation(wanted.users, state.day, wanted.seed, wanted.start)
    _describe(home, kept)
    return kept


def _describe(home: Home, simulation: Simulation) -> None:
    path = _description(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    text = json.dumps({**asdict(simulation), "start": simulation.start.isoformat()}, indent=2)
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(path)
