"""What is planted on dates of its own: trends, shifts of mood and of who talks, pushing rings.

Drawn from the seed and the size alone, for ten years ahead, so that a longer simulation only lives
on to meet more of it.
"""

from dataclasses import dataclass

import numpy as np

from townsquare.simulate._columns import Columns, Floats, Ints

PLANNED_DAYS = 3650
TREND_EVERY_DAYS, MOOD_SHIFT_EVERY_DAYS, MIX_SHIFT_EVERY_DAYS = 6.0, 9.0, 45.0
MIX_SHIFT_DAYS = 25
RING_SIZES = (18, 23)  # half-open
_RESTING = 9  # plants of one kind that come between two on the same topic
_TREND_ENDS = 0.005  # share of posts below which a trend is over
_MOOD_BOUND = 0.9


@dataclass
class Trend(Columns):
    """A word of a topic that more and more posts are about, and then fewer and fewer."""

    topic: Ints
    word: Ints  # its place among the topic's words; 0 is the topic's own tag
    onset: Ints  # day
    rise: Ints  # days until its peak
    half_life: Floats  # days, from the peak on
    size: Floats  # share of honest posts that join it at its peak

    def shares(self, day: int) -> Floats:
        """The share of this day's honest posts that joins each trend; zero before and after."""
        since = day - self.onset
        rising = np.minimum((since + 1) / self.rise, 1.0)
        share = self.size * rising * 0.5 ** (np.maximum(since + 1 - self.rise, 0) / self.half_life)
        over = (since < 0) | ((since >= self.rise) & (share < _TREND_ENDS))
        return np.where(over, 0.0, share)

    def lasts(self) -> Ints:
        """Days from the first to the last on which posts join."""
        fading = np.floor(self.half_life * np.log2(self.size / _TREND_ENDS)).astype(np.int64)
        return self.rise + np.maximum(fading, 0)


@dataclass
class MoodShift(Columns):
    """From this day on, everybody speaks differently about a topic."""

    topic: Ints
    day: Ints
    change: Floats


@dataclass
class MixShift(Columns):
    """For some weeks one country talks about a topic more and the others less, moods unchanged."""

    topic: Ints
    country: Ints
    starts: Ints  # day
    ends: Ints  # the first day after it


@dataclass
class RingPlan(Columns):
    """When a spam ring registers, and the word that all its accounts push for two weeks."""

    opens: Ints  # day
    size: Ints
    topic: Ints
    word: Ints
    push_starts: Ints
    push_ends: Ints  # the first day after it


@dataclass(frozen=True)
class Plants:
    """All that is planned."""

    trends: Trend
    mood_shifts: MoodShift
    mix_shifts: MixShift
    rings: RingPlan

    def mood_changes(self, day: int, topics: int) -> Floats:
        """What all shifts up to this day have added to each topic's mood."""
        due = self.mood_shifts.day <= day
        changes: Floats = np.zeros(topics)
        np.add.at(changes, self.mood_shifts.topic[due], self.mood_shifts.change[due])
        return changes

    def mixed(self, day: int) -> MixShift:
        """The shifts of who talks that are under way."""
        return self.mix_shifts.where((self.mix_shifts.starts <= day) & (day < self.mix_shifts.ends))


def draw_plants(
    users: int, topic_moods: Floats, words: int, countries: Ints, rng: np.random.Generator
) -> Plants:
    """Plan everything; `countries` are those whose people can be heard to talk more."""
    topics = len(topic_moods)
    mood_shifts = _draw_mood_shifts(topic_moods, rng)
    return Plants(
        _draw_trends(topics, words, rng),
        mood_shifts,
        _draw_mix_shifts(topics, countries, mood_shifts, rng),
        _draw_rings(users, topics, words, rng),
    )


def _spaced(first: float, every: float, jitter: float, rng: np.random.Generator) -> Ints:
    """Days about `every` days apart."""
    count = int((PLANNED_DAYS - first) / every)
    days: Ints = (first + every * np.arange(count) + jitter * rng.random(count)).astype(np.int64)
    return days


def _rotating_topics(count: int, topics: int, rng: np.random.Generator) -> Ints:
    """Topics in random order, none again before some others have had their turn."""
    chosen: list[int] = []
    for _ in range(count):
        free = np.setdiff1d(np.arange(topics), chosen[-min(_RESTING, topics - 1) :])
        chosen.append(int(rng.choice(free)))
    return np.array(chosen, dtype=np.int64)


def _draw_trends(topics: int, words: int, rng: np.random.Generator) -> Trend:
    onset = _spaced(14.0, TREND_EVERY_DAYS, TREND_EVERY_DAYS, rng)
    count = len(onset)
    return Trend(
        topic=_rotating_topics(count, topics, rng),
        word=np.where(rng.random(count) < 0.4, 0, rng.integers(1, words, count)),
        onset=onset,
        rise=rng.integers(1, 4, count),
        half_life=rng.uniform(1.5, 4.0, count),
        size=np.exp(rng.uniform(np.log(0.08), np.log(0.24), count)),
    )


def _draw_mood_shifts(topic_moods: Floats, rng: np.random.Generator) -> MoodShift:
    """Large enough to be heard, and turned back where a topic's mood would run away."""
    days = _spaced(21.0, MOOD_SHIFT_EVERY_DAYS, MOOD_SHIFT_EVERY_DAYS, rng)
    topic = _rotating_topics(len(days), len(topic_moods), rng)
    sizes = rng.uniform(0.9, 1.3, len(days)) * rng.choice([-1.0, 1.0], len(days))
    mood = topic_moods.copy()
    for at, (one, size) in enumerate(zip(topic.tolist(), sizes.tolist(), strict=True)):
        sizes[at] = -size if abs(mood[one] + size) > _MOOD_BOUND else size
        sizes[at] = -abs(size) if mood[one] + sizes[at] > _MOOD_BOUND else sizes[at]
        sizes[at] = abs(size) if mood[one] + sizes[at] < -_MOOD_BOUND else sizes[at]
        mood[one] += sizes[at]
    return MoodShift(topic=topic, day=days, change=sizes)


def _draw_mix_shifts(
    topics: int, countries: Ints, mood_shifts: MoodShift, rng: np.random.Generator
) -> MixShift:
    """Decoys: never on a topic whose mood truly changes within three weeks of them."""
    starts = _spaced(30.0, MIX_SHIFT_EVERY_DAYS, 15.0, rng)
    chosen: list[int] = []
    for start in starts.tolist():
        near = (mood_shifts.day > start - 21) & (mood_shifts.day < start + MIX_SHIFT_DAYS + 21)
        free = np.setdiff1d(np.arange(topics), mood_shifts.topic[near])
        chosen.append(int(rng.choice(free)))
    country = rng.choice(countries, len(starts))
    return MixShift(np.array(chosen, dtype=np.int64), country, starts, starts + MIX_SHIFT_DAYS)


def _draw_rings(users: int, topics: int, words: int, rng: np.random.Generator) -> RingPlan:
    every = 180.0 / max(users / 2500, 2.0)
    opens = _spaced(0.1 * every, every, 0.8 * every, rng)
    count = len(opens)
    push_starts = opens + rng.integers(3, 7, count)
    return RingPlan(
        opens=opens,
        size=rng.integers(*RING_SIZES, count),
        topic=rng.integers(0, topics, count),
        word=rng.integers(1, words, count),
        push_starts=push_starts,
        push_ends=push_starts + 14,
    )
