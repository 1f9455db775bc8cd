"""What never changes in a simulated network: its topics, communities, countries and rhythms."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from townsquare.simulate._columns import Floats, Ints
from townsquare.simulate._plants import Plants, draw_plants

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
NOMINAL_DAYS = 180  # by when about `users` people have registered, whatever span is simulated
LAUNCH_SHARE, LAUNCH_DAYS = 0.30, 10.0

COUNTRIES = ("US", "GB", "DE", "FR", "ES", "BR", "IN", "NG", "JP", "AU")
LANGUAGES = ("en", "en", "de", "fr", "es", "pt", "hi", "en", "ja", "en")
UTC_OFFSETS = np.array([-6.0, 0.0, 1.0, 1.0, 1.0, -3.0, 5.5, 1.0, 9.0, 10.0])
_COUNTRY_SHARES = np.array([0.30, 0.13, 0.12, 0.09, 0.07, 0.09, 0.10, 0.03, 0.04, 0.03])

_WORKDAY_HOURS = [1.5, 0.8, 0.4, 0.3, 0.4, 0.8, 2, 4.5, 6.5, 7.5, 8, 8, 8, 7.5, 7.5, 7.5, 7.5]
_WORKDAY_HOURS += [7, 7, 7.5, 8, 8, 6, 3.5]
_WEEKEND_HOURS = [3, 2, 1, 0.6, 0.5, 0.6, 1, 2.5, 4.5, 6.5, 7.5, 7.5, 7, 6.5, 6.5, 6.5, 6.5, 7]
_WEEKEND_HOURS += [7, 7.5, 8, 7.5, 6.5, 4.5]
# Rows: people of the working week, people of the weekend. Each sums to 7, so that 28 days weigh 28.
WEEK = np.array(
    [
        [1.10, 1.12, 1.12, 1.10, 1.00, 0.76, 0.80],
        [0.84, 0.82, 0.84, 0.88, 1.02, 1.32, 1.28],
    ]
)


@cache
def vocabulary() -> dict[str, Any]:
    """The words of texts, from vocabulary.yml."""
    path = Path(__file__).with_name("vocabulary.yml")
    words: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return words


@dataclass(frozen=True)
class World:
    """The fixed surroundings; drawn from the seed alone, never from how long is simulated."""

    seed: int
    users: int
    start: date
    topics: tuple[str, ...]
    topic_moods: Floats
    community_topics: Ints  # community x 4, favourite first
    community_shares: Floats
    community_countries: Ints
    community_sides: Floats  # -1 or 1: the camp that most of its people are in
    country_moods: Floats  # what people of a country add to the mood of all they say
    plants: Plants
    hours: Floats  # cumulative shares of a local day's hours: workday, weekend

    def rng(self, day: int, purpose: str) -> np.random.Generator:
        """Its own stream for every day and purpose, so that no draw depends on another's number."""
        entropy = (self.seed, day + 1, int.from_bytes(purpose.encode(), "big") % (1 << 63))
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence(entropy)))

    def joins(self, day: int) -> float:
        """People expected to register on this day: a launch that fades, then a steady stream."""
        launch = LAUNCH_SHARE * (np.exp(-day / LAUNCH_DAYS) - np.exp(-(day + 1) / LAUNCH_DAYS))
        return float(self.users * (launch + (1 - LAUNCH_SHARE) / NOMINAL_DAYS))


def make_world(users: int, seed: int, start: date) -> World:
    """Draw the surroundings of a network of this size."""
    names = tuple(vocabulary()["topics"])
    rng = np.random.default_rng(np.random.SeedSequence((seed, 0)))
    communities = int(np.clip(users // 500, 8, 60))
    shares = 1.0 / np.arange(1, communities + 1) ** 0.7
    topic_moods = rng.normal(0.0, 0.35, len(names))
    country_moods = rng.permutation(np.linspace(-0.7, 0.7, len(COUNTRIES)))
    country_moods -= (country_moods * _COUNTRY_SHARES).sum()
    hours = np.cumsum(np.array([_WORKDAY_HOURS, _WEEKEND_HOURS]), axis=1)
    return World(
        seed=seed,
        users=users,
        start=start,
        topics=names,
        topic_moods=topic_moods,
        community_topics=np.argsort(rng.random((communities, len(names))), axis=1)[:, :4],
        community_shares=shares / shares.sum(),
        community_countries=rng.choice(len(COUNTRIES), communities, p=_COUNTRY_SHARES),
        community_sides=np.where(rng.permutation(communities) % 2, 1.0, -1.0),
        country_moods=country_moods,
        plants=_draw_plants(users, topic_moods, country_moods, rng),
        hours=hours / hours[:, -1:],
    )


def _draw_plants(
    users: int, topic_moods: Floats, country_moods: Floats, rng: np.random.Generator
) -> Plants:
    """Who talks more can shift an average only if they are many and of another mood."""
    large = np.flatnonzero(_COUNTRY_SHARES >= 0.09)
    heard = large[np.argsort(-np.abs(country_moods[large]))[:3]]
    words = min(len(words) for words in vocabulary()["topics"].values())
    return draw_plants(users, topic_moods, words, heard, rng)


def draw_countries(communities: Ints, world: World, rng: np.random.Generator) -> Ints:
    """A home country: mostly the community's, else by the countries' shares."""
    own = world.community_countries[communities]
    other = rng.choice(len(COUNTRIES), len(communities), p=_COUNTRY_SHARES)
    return np.where(rng.random(len(communities)) < 0.55, own, other)
