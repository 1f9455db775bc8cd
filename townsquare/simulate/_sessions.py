"""Who is active today, and the sessions in which they are."""

from dataclasses import dataclass

import numpy as np

from townsquare.simulate._columns import Bools, Columns, Ints, spread
from townsquare.simulate._joining import local_seconds
from townsquare.simulate._people import local_seconds_to_utc, presence_chance
from townsquare.simulate._state import Day


@dataclass
class Sessions(Columns):
    """One row per visit; `ends_us` is filled when its views are known."""

    id: Ints
    user: Ints
    starts_us: Ints
    ends_us: Ints
    views: Ints


def draw_active(day: Day, newcomers: Ints, prompted: Ints) -> Bools:
    """Present people come by chance, by a push that moves them, or because they just registered."""
    people = day.people
    rng = day.rng("activity")
    chance = presence_chance(people, day.date.weekday())
    active = people.is_present & (rng.random(len(people)) < chance)
    active[newcomers] = True
    moved = rng.random(len(prompted)) < people.push_response[prompted]
    active[prompted[moved & people.is_present[prompted]]] = True
    return active


def open_sessions(day: Day, active: Bools, newcomers: Ints) -> Sessions:
    """Each active person's visits of the day, with how much they look at."""
    people = day.people
    rng = day.rng("sessions")
    users = np.flatnonzero(active)
    rows, ordinal = spread(1 + rng.poisson(people.sessions[users]))
    who = users[rows]
    seconds = local_seconds_to_utc(people, who, local_seconds(day, people.week_kind[who], rng))
    starts_us = day.start_us + (seconds * 1e6).astype(np.int64)
    is_new = np.zeros(len(people), dtype=bool)
    is_new[newcomers] = True
    first_us = people.registered_us[who] + 20_000_000
    starts_us = np.where(is_new[who] & (ordinal == 0), first_us, starts_us)
    starts_us = np.where(is_new[who], np.maximum(starts_us, first_us), starts_us)
    views = 1 + np.floor(rng.gamma(6.0, people.appetite[who] / 6.0)).astype(np.int64)
    return Sessions(
        id=day.state.number("session", len(who)),
        user=who,
        starts_us=starts_us,
        ends_us=starts_us + 10_000_000,
        views=np.minimum(views, 300),
    )
