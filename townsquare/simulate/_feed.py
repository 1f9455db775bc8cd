"""What people come across in their sessions: of whom they follow, of what they like, of the big."""

from dataclasses import dataclass

import numpy as np

from townsquare.simulate._columns import (
    Bools,
    Columns,
    Floats,
    Ints,
    by_weight,
    spread,
    within,
)
from townsquare.simulate._contents import COMMENT, VIDEO
from townsquare.simulate._sessions import Sessions
from townsquare.simulate._state import Day
from townsquare.simulate._world import DAY_US

SURFACES = ("home", "search", "profile", "notification", "explore", "plans")
HOME, SEARCH, PROFILE, NOTIFICATION, EXPLORE, PLANS = range(6)
_AT_HOME = 0.9  # of the views that follow an interest, those that stay in the viewer's community


@dataclass
class Views(Columns):
    """One row per view; `at` is its place in the pool, -1 where a profile is seen instead."""

    session: Ints
    user: Ints
    happened_us: Ints
    dwell: Floats
    at: Ints
    target: Ints
    surface: Ints


def draw_views(day: Day, sessions: Sessions) -> Views:
    """Fill every session with views, one after the other, and set when it ends."""
    rng = day.rng("views")
    rows, _ = spread(sessions.views)
    user = sessions.user[rows]
    dwell = np.round(np.exp(np.log(7.0) + 0.9 * rng.normal(size=len(rows))), 1)
    pause = rng.exponential(4.0, len(rows)) + 1.0
    spent = np.cumsum(dwell + pause)
    firsts = np.cumsum(sessions.views) - sessions.views
    before = spent - (dwell + pause)
    offset_us = ((before - before[firsts][rows]) * 1e6).astype(np.int64)
    happened_us = sessions.starts_us[rows] + offset_us
    at, surface = _choose(day, user, happened_us, rng)
    videos = day.state.pool.kind[at] == VIDEO if len(day.state.pool) else np.zeros(len(at), bool)
    dwell = np.where((at >= 0) & videos, np.round(dwell * 2.2, 1), dwell)
    lasts = firsts + sessions.views - 1
    sessions.ends_us = happened_us[lasts] + (dwell[lasts] * 1e6).astype(np.int64)
    target = np.where(at < 0, _profiles(day, user, rng), -1)
    surface = np.where(at < 0, PROFILE, surface)
    return Views(rows, user, happened_us, dwell, at, target, surface)


def _choose(day: Day, user: Ints, happened_us: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """A place in the pool and the surface for every view."""
    pool = day.state.pool
    if len(pool) == 0:
        return np.full(len(user), -1), np.full(len(user), PROFILE)
    weight = _weights(day)
    drawn = rng.random(len(user))
    followed = _newest_of_followed(day, user, rng)
    of_topic = _by_interest(day, user, weight, rng)
    of_neighbours = _of_community(day, user, weight, rng)
    at_home = (rng.random(len(user)) < _AT_HOME) & (of_neighbours >= 0)
    of_topic = np.where(at_home, of_neighbours, of_topic)
    cumulative = np.cumsum(weight)
    count = len(user)
    big = by_weight(cumulative, np.zeros(count), np.full(count, cumulative[-1]), rng)
    at = np.where((drawn < 0.38) & (followed >= 0), followed, np.where(drawn < 0.82, of_topic, big))
    hidden = _cannot_see(day, at, user, happened_us)
    at = np.where(hidden & (drawn < 0.82), _of_community(day, user, weight, rng), at)
    surface = np.select(
        [drawn < 0.52, drawn < 0.66, drawn < 0.74], [HOME, SEARCH, NOTIFICATION], EXPLORE
    )
    old = int(np.searchsorted(pool.published_us // DAY_US, day.start_us // DAY_US))
    old_weight = cumulative[old - 1] if old else 0.0
    instead = by_weight(cumulative, np.zeros(count), np.full(count, old_weight), rng)
    at = np.where(_cannot_see(day, at, user, happened_us), instead, at)
    return np.where(_cannot_see(day, at, user, happened_us), -1, at), surface


def _cannot_see(day: Day, at: Ints, user: Ints, happened_us: Ints) -> Bools:
    pool = day.state.pool
    hidden: Bools = (pool.published_us[at] >= happened_us) | (pool.removed_us[at] <= happened_us)
    hidden |= (at < 0) | (pool.author[at] == user)
    return hidden


def _weights(day: Day) -> Floats:
    """Fresh, good, liked and viral contents are shown more; comments less."""
    pool = day.state.pool
    age_days = np.maximum((day.end_us - pool.published_us) / DAY_US - 0.5, 0.0)
    fame = 0.3 + np.minimum(day.people.fame[pool.author], 60.0)
    weight: Floats = np.exp(0.8 * pool.quality) * pool.boost * np.sqrt(fame) / (1.0 + age_days) ** 3
    weight *= np.sqrt(1.0 + pool.likes) * np.where(pool.kind == COMMENT, 0.12, 1.0)
    # Even what is viral fills but a small part of what people see.
    shown: Floats = np.minimum(weight, 0.02 * weight.sum())
    return shown


def _newest_of_followed(day: Day, user: Ints, rng: np.random.Generator) -> Ints:
    """The newest content of one that the viewer follows."""
    pool = day.state.pool
    newest = np.full(len(day.people), -1)
    newest[pool.author] = np.arange(len(pool))
    chosen = followees(day.state.edges, user, rng)
    return np.where(chosen >= 0, newest[chosen], -1)


def followees(edges: Ints, user: Ints, rng: np.random.Generator) -> Ints:
    """One of those whom each user follows; -1 for who follows nobody."""
    if len(edges) == 0:
        return np.full(len(user), -1)
    at = within(np.searchsorted(edges, user << 32), np.searchsorted(edges, (user + 1) << 32), rng)
    return np.where(at >= 0, edges[at] & 0xFFFFFFFF, -1)


def _by_interest(day: Day, user: Ints, weight: Floats, rng: np.random.Generator) -> Ints:
    """A content of one of the viewer's topics, by its weight."""
    pool = day.state.pool
    order = np.argsort(pool.topic, kind="stable")
    cumulative = np.cumsum(weight[order])
    bounds = np.searchsorted(pool.topic[order], np.arange(len(day.world.topics) + 1))
    ends = np.concatenate([[0.0], cumulative])[bounds]
    slot = np.searchsorted(np.array([0.55, 0.85]), rng.random(len(user)))
    topic = day.people.interests[user, slot]
    at = by_weight(cumulative, ends[topic], ends[topic + 1], rng)
    return np.where(at >= 0, order[at], -1)


def _of_community(day: Day, user: Ints, weight: Floats, rng: np.random.Generator) -> Ints:
    """A content by one of the viewer's community, by its weight."""
    pool, people = day.state.pool, day.people
    community = people.community[pool.author]
    order = np.argsort(community, kind="stable")
    ends = np.concatenate([[0.0], np.cumsum(weight[order])])[
        np.searchsorted(community[order], np.arange(len(day.world.community_shares) + 1))
    ]
    own = people.community[user]
    at = by_weight(np.cumsum(weight[order]), ends[own], ends[own + 1], rng)
    return np.where(at >= 0, order[at], -1)


def _profiles(day: Day, user: Ints, rng: np.random.Generator) -> Ints:
    """Whose profile is looked at: one followed, else anybody who was there before today."""
    chosen = followees(day.state.edges, user, rng)
    known = int(np.count_nonzero(day.people.registered_us < day.start_us))
    anybody = rng.integers(0, known, len(user)) if known else user
    return np.where(chosen >= 0, chosen, anybody)
