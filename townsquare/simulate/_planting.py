"""Lets today's posts and comments follow what is planted: trends, shifts of who talks, rings."""

import numpy as np

from townsquare.simulate._columns import Floats, Ints
from townsquare.simulate._plants import MixShift
from townsquare.simulate._state import Day

_LEAVING_SHARE = (
    0.7  # of the posts that others would have written on a topic that one country takes
)
_COUNTRY_TALKS, _OTHERS_TALK = 2.5, 0.4


def follow_plants(day: Day, author: Ints, topic: Ints) -> tuple[Ints, Ints, Ints]:
    """Topic, word and trend of posts once some were drawn into a trend, a mix or a ring's push."""
    rng = day.rng("plants")
    ring = day.people.ring[author]
    for at in range(len(day.world.plants.mixed(day.index))):
        mix = day.world.plants.mixed(day.index).where(np.array([at]))
        topic = _swap_topics(day, mix, author, topic, rng)
    topic, word, trend = _join_trends(day, ring, topic, rng)
    plan = day.world.plants.rings
    pushing = (plan.push_starts <= day.index) & (day.index < plan.push_ends)
    pushed = (ring >= 0) & pushing[np.maximum(ring, 0)]
    topic = np.where(pushed, plan.topic[ring], topic)
    return topic, np.where(pushed, plan.word[ring], word), trend


def _join_trends(
    day: Day, ring: Ints, topic: Ints, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    trends = day.world.plants.trends
    bounds = np.cumsum(trends.shares(day.index))
    drawn = np.searchsorted(bounds, rng.random(len(topic)), side="right")
    joins = (drawn < len(trends)) & (ring < 0)
    trend = np.where(joins, drawn, -1)
    word = np.where(joins, trends.word[trend], -1)
    return np.where(joins, trends.topic[trend], topic), word, trend


def _swap_topics(
    day: Day, mix: MixShift, author: Ints, topic: Ints, rng: np.random.Generator
) -> Ints:
    """Trade topics between authors, so that who talks changes and how much is said does not."""
    honest = day.people.ring[author] < 0
    at_home = day.people.country[author] == mix.country
    others = np.flatnonzero(honest & ~at_home & (topic == mix.topic))
    locals_ = np.flatnonzero(honest & at_home & (topic != mix.topic))
    count = min(int(rng.binomial(len(others), _LEAVING_SHARE)), len(locals_))
    others = rng.permutation(others)[:count]
    locals_ = rng.permutation(locals_)[:count]
    traded = topic.copy()
    traded[others], traded[locals_] = topic[locals_], topic[others]
    return traded


def talkativeness(day: Day, user: Ints, topic: Ints) -> Floats:
    """How much more or less than usual people comment on a topic while the mix is shifted."""
    factor = np.ones(len(user))
    mixes = day.world.plants.mixed(day.index)
    for country, mixed in zip(mixes.country.tolist(), mixes.topic.tolist(), strict=True):
        talks = np.where(day.people.country[user] == country, _COUNTRY_TALKS, _OTHERS_TALK)
        factor *= np.where(topic == mixed, talks, 1.0)
    return factor
