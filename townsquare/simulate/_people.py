"""The people of a simulated network: what they are by nature, and what has become of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from townsquare.simulate._columns import Bools, Columns, Floats, Ints
from townsquare.simulate._world import UTC_OFFSETS, WEEK, World, draw_countries

NEVER = -1_000_000
_FLAGS = ("is_deleted", "is_premium", "is_unsubscribed")
_MOMENTS = ("last_active", "premium_since", "converted_on", "offered_on", "offer_until")


@dataclass
class People(Columns):
    """One row per account. The first block is nature, drawn once; the second is life so far."""

    registered_us: Ints
    community: Ints
    interests: Ints  # account x 3 topics, strongest first
    country: Ints
    week_kind: Ints  # 0 lives by the working week, 1 by the weekend
    ring: Ints  # spam ring, -1 for an honest account
    rate: Floats  # active days come with probability 1 - exp(-rate x weekday)
    sessions: Floats
    appetite: Floats
    posting: Floats
    commenting: Floats
    liking: Floats
    following: Floats
    messaging: Floats
    skill: Floats
    fame: Floats
    mood: Floats
    side: Floats  # the camp: its sign; how firmly: its size
    hazard: Floats  # of leaving, per day of life
    intent: Floats  # to pay
    push_response: Floats  # what a win-back push adds to the chance of being active that day
    name: Ints

    is_present: Bools  # hidden from everyone else: has not left
    is_deleted: Bools
    is_premium: Bools
    is_unsubscribed: Bools
    last_active: Ints
    active_days: Ints
    feedback: Floats
    belief: Floats  # probability of being present, for one who knows nature and what was seen
    premium_since: Ints
    converted_on: Ints
    offered_on: Ints
    offer_until: Ints


def draw_people(
    world: World,
    count: int,
    registered_us: Ints,
    rng: np.random.Generator,
    ring: int = -1,
    ring_topic: int = -1,
) -> People:
    """Draw newcomers; those of a spam ring share their aim and are busy."""
    community = rng.choice(len(world.community_shares), count, p=world.community_shares)
    # Energy moves how often and how much together: a busy first day tells of many more to come.
    energy = rng.normal(size=count)

    def varied(typical: float, by_energy: float, spread: float) -> Floats:
        drawn: Floats = typical * np.exp(by_energy * energy + spread * rng.normal(size=count))
        return drawn

    people = People(
        registered_us=registered_us,
        community=community,
        interests=_draw_interests(community, world, rng),
        country=draw_countries(community, world, rng),
        week_kind=(rng.random(count) < 0.4).astype(np.int64),
        ring=np.full(count, ring),
        rate=np.minimum(varied(0.085, 1.0, 0.0), 2.0),
        sessions=varied(0.35, 0.6, 0.1),
        appetite=np.minimum(varied(2.7, 0.85, 0.15), 60.0),
        posting=varied(0.055, 0.25, 1.1),
        commenting=varied(0.020, -0.1, 1.4),
        liking=-2.9 + 0.7 * rng.normal(size=count),
        following=varied(0.55, 0.0, 0.8),
        messaging=varied(0.22, 0.0, 1.2),
        skill=0.6 * rng.normal(size=count),
        fame=rng.pareto(1.25, count) + 0.05,
        mood=0.35 * rng.normal(size=count),
        side=world.community_sides[community],
        hazard=varied(1 / 150, 0.0, 0.25),
        intent=rng.normal(size=count),
        push_response=np.where(rng.random(count) < 0.4, 0.18, 0.04),
        name=rng.integers(0, 1 << 30, count),
        **_newborn(count),
    )
    people.mood += world.country_moods[people.country]
    people.side = people.side + 0.6 * rng.normal(size=count)
    if ring >= 0:
        _make_ring(people, ring_topic, rng)
    return people


def _newborn(count: int) -> dict[str, Any]:
    """Life so far of those who have just registered."""
    flags = {name: np.zeros(count, dtype=bool) for name in _FLAGS}
    moments = {name: np.full(count, NEVER) for name in _MOMENTS}
    return {
        **flags,
        **moments,
        "is_present": np.ones(count, dtype=bool),
        "active_days": np.zeros(count, dtype=np.int64),
        "feedback": np.zeros(count),
        "belief": np.ones(count),
    }


def _draw_interests(communities: Ints, world: World, rng: np.random.Generator) -> Ints:
    """Three topics: mostly the community's favourites, the rest from anywhere."""
    count = len(communities)
    slots = np.argsort(rng.random((count, 4)) * np.array([0.6, 0.8, 1.0, 1.0]), axis=1)[:, :3]
    own = np.take_along_axis(world.community_topics[communities], slots, axis=1)
    other = rng.integers(0, len(world.topics), (count, 3))
    return np.where(rng.random((count, 3)) < 0.75, own, other)


def _make_ring(people: People, topic: int, rng: np.random.Generator) -> None:
    """Linked accounts: one community, one topic, busy every day, until they are caught."""
    people.community[:] = people.community[0]
    people.interests[:] = people.interests[0]
    people.interests[:, 0] = topic
    people.rate[:] = 2.2
    people.posting[:] = 1.6
    people.commenting[:] = 0.05
    people.following[:] = 4.0
    people.messaging[:] = 0.8
    people.appetite[:] = 5.0
    people.skill[:] = -1.0
    people.fame[:] = 0.02
    people.mood[:] = 0.6
    people.intent[:] = -3.0
    people.hazard[:] = rng.uniform(0.02, 0.05)


def presence_chance(people: People, weekday: int) -> Floats:
    """How likely each one, if still present, is active on such a weekday without a prompt."""
    chance: Floats = 1.0 - np.exp(-people.rate * WEEK[people.week_kind, weekday])
    return chance


def local_seconds_to_utc(people: People, who: Ints, seconds: Floats) -> Floats:
    """Seconds of a local day as seconds of the UTC day."""
    shifted: Floats = np.mod(seconds - UTC_OFFSETS[people.country[who]] * 3600.0, 86_400.0)
    return shifted
