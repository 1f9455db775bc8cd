"""People register, one by one and as spam rings; every version of a user is told from here."""

import numpy as np
import pyarrow as pa

from townsquare.simulate._columns import Floats, Ints
from townsquare.simulate._outbox import coded, labels, moments
from townsquare.simulate._people import draw_people, local_seconds_to_utc
from townsquare.simulate._state import Day
from townsquare.simulate._world import (
    COUNTRIES,
    HOUR_US,
    LANGUAGES,
    vocabulary,
)

_KINDS = ("person", "organization")
_PLANS = ("free", "premium")


def join(day: Day) -> Ints:
    """Register today's newcomers; their positions among all people."""
    known = len(day.people)
    rng = day.rng("joining")
    count = int(rng.poisson(day.world.joins(day.index)))
    newcomers = draw_people(day.world, count, np.zeros(count, dtype=np.int64), rng)
    seconds = local_seconds_to_utc(
        newcomers, np.arange(count), local_seconds(day, newcomers.week_kind, rng)
    )
    newcomers.registered_us = day.start_us + (np.minimum(seconds, 85_800) * 1e6).astype(np.int64)
    day.people.append(newcomers)
    _open_rings(day)
    return np.arange(known, len(day.people))


def local_seconds(day: Day, week_kind: Ints, rng: np.random.Generator) -> Floats:
    """A moment of a local day, by the day's rhythm."""
    weekend = day.date.weekday() >= 5
    shares = day.world.hours[int(weekend)]
    hours = np.searchsorted(shares, rng.random(len(week_kind)), side="right")
    seconds: Floats = (hours + rng.random(len(week_kind))) * 3600.0
    return seconds


def _open_rings(day: Day) -> None:
    """Now and then a spam ring registers its accounts within one hour."""
    rng = day.rng("rings")
    plan = day.world.plants.rings
    for ring in np.flatnonzero(plan.opens == day.index).tolist():
        size = int(plan.size[ring])
        first = day.start_us + int(rng.integers(0, 20)) * HOUR_US
        moments_us = np.sort(first + rng.integers(0, HOUR_US, size))
        topic = int(plan.topic[ring])
        day.people.append(draw_people(day.world, size, moments_us, rng, ring, topic))


def tell_users(day: Day, who: Ints) -> None:
    """Export these users as they are at the end of the day, once each."""
    columns = _attributes(day, who)
    closed_us = np.where(day.people.is_deleted[who], day.end_us - 1_000_000, -1)
    columns["deleted_at"] = moments(closed_us)
    due = np.full(len(who), day.index)
    day.outbox.add("users", day.index, day.people.registered_us[who], columns, due)


def _attributes(day: Day, who: Ints) -> dict[str, pa.Array]:
    """The users' present attributes in the contract's words."""
    people = day.people
    given = tuple(vocabulary()["given_names"])
    names = coded(given, people.name[who] % len(given))
    organization = ((people.fame[who] > 8) & (people.name[who] % 3 == 0)).astype(np.int64)
    return {
        "user_id": labels("u", who),
        "kind": coded(_KINDS, organization),
        "name": pa.array([f"{n} {i}" for n, i in zip(names.to_pylist(), who, strict=True)]),
        "country": coded(COUNTRIES, people.country[who]),
        "language": coded(LANGUAGES, people.country[who]),
        "plan": coded(_PLANS, people.is_premium[who].astype(np.int64)),
    }
