"""Puts drafts into words: topic words, mood words, emoji, hashtags, and the patter of spam."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from townsquare.simulate._columns import Floats, Ints
from townsquare.simulate._state import Day
from townsquare.simulate._world import vocabulary

if TYPE_CHECKING:
    from townsquare.simulate._contents import Drafts

MOODS = ("negative", "neutral", "positive")


def mood_class(mood: Floats) -> Ints:
    """0 negative, 1 neutral, 2 positive: what the words will show."""
    return np.where(mood < -0.5, 0, np.where(mood > 0.5, 2, 1))


def write_texts(drafts: "Drafts", day: Day) -> dict[str, pa.Array]:
    """Title, body and tags of every draft."""
    words = vocabulary()
    topics = [words["topics"][name] for name in day.world.topics]
    draws = day.rng("texts").integers(0, 1 << 30, (len(drafts), 12)).tolist()
    titles: list[str | None] = []
    bodies: list[str] = []
    tags: list[list[str]] = []
    tails = _tails(drafts, day).tolist()
    moods = mood_class(drafts.mood).tolist()
    told = (drafts.kind, drafts.ring, drafts.topic, drafts.word)
    rows = zip(*(column.tolist() for column in told), moods, tails, draws, strict=True)
    for kind, ring, topic, word, mood, tail, draw in rows:
        vocabulary_of_topic = topics[topic]
        named = [_pick(vocabulary_of_topic, number) for number in draw[:4]]
        hashtags = [vocabulary_of_topic[0]] if draw[4] % 3 else []
        if hashtags and draw[4] % 5 == 0:
            hashtags = [*hashtags, named[0]]
        if word >= 0:
            named[0] = vocabulary_of_topic[word]
            hashtags = [vocabulary_of_topic[0], named[0]]
        hashtags = list(dict.fromkeys(hashtags)) if kind != 1 else []
        body = (
            _spam(words, ring, named, draw)
            if ring >= 0
            else _say(words, kind, mood, named, tail, draw)
        )
        bodies.append(" ".join([body, *(f"#{tag}" for tag in hashtags)]))
        titles.append(f"{named[0]} and {named[1]}".capitalize() if kind != 1 else None)
        tags.append(hashtags)
    return {
        "title": pa.array(titles, pa.string()),
        "body": pa.array(bodies, pa.string()),
        "tags": pa.array(tags, pa.list_(pa.string())),
    }


def _tails(drafts: "Drafts", day: Day) -> Ints:
    """Which kind of ending a text has: 1 a detail, likelier in good ones, 2 a bait, 0 none."""
    chance = 1.0 / (1.0 + np.exp(1.0 - 1.3 * drafts.quality))
    detailed = day.rng("details").random(len(drafts)) < chance
    return np.where(drafts.bait > 0, 2, detailed.astype(np.int64))


def _pick(words: list[str], number: int) -> str:
    return words[number % len(words)]


def _say(
    words: dict[str, Any], kind: int, mood: int, named: list[str], tail: int, draw: list[int]
) -> str:
    """An honest text; one in twelve shows no mood in its words, so a reader cannot be perfect."""
    shown = words["moods"][MOODS[1 if draw[5] % 12 == 0 else mood]]
    filler = _pick(words["fillers"], draw[6])
    if kind == 1:
        answer = _pick(words["answers"][MOODS[mood]], draw[7])
        parts = [answer, filler, named[0]]
    else:
        opener, closer = _pick(shown["opener"], draw[7]), _pick(shown["closer"], draw[8])
        parts = [opener, named[0], filler, f"{named[1]},", named[2], "and", f"{named[3]}:", closer]
    if tail:
        parts.append(_pick(words["details" if tail == 1 else "baits"], draw[11]))
    if draw[9] % 3 == 0:
        parts.append(_pick(shown["emoji"], draw[10]))
    return " ".join(parts)


def _spam(words: dict[str, Any], ring: int, named: list[str], draw: list[int]) -> str:
    """A ring repeats its own few phrases and one address."""
    phrases = words["spam"]
    first, second = phrases[ring % len(phrases)], _pick(phrases, ring * 7 + draw[5] % 2)
    return f"{first} {named[0]} {second} https://ring{ring}.example/{draw[6] % 3}"
