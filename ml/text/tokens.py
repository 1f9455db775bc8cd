"""Cuts many texts into tokens at once: words, emoticons, emoji, hashtags, addresses, negation.

Everything that depends on a token alone is worked out once per distinct token; everything that
depends on its place is done on arrays over all texts. So a day's contents cost little more than
their distinct words.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ml.text.lexicon import Lexicon, lexicon

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

SEPARATOR = "\x1e"
_EYES = r"[:;=8xX]"
EMOTICON = (
    rf"(?:[<>}}]?{_EYES}['’]?[-o^~]?[)(\]\[dDpPoO/\\|@*3$Sb}}{{]+(?![A-Za-z0-9])"
    r"|[)(\]\[]['-]?[:;=](?![A-Za-z0-9])|<3+|</3+|\^[_.-]?\^|[-–]_+[-–]|[oO][_.][oO]|\b[xX][dD]+\b|T_T|;_;)"
)
EMOJI = (
    "(?:[\U0001f1e6-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff]"
    "[\ufe0f\u200d\U0001f3fb-\U0001f3ff\u2640\u2642]*)"
)
TOKEN = re.compile(
    "\x1e"
    r"|https?://\S+|www\.\S+"
    r"|(?<![\w@])@\w+"
    r"|#\w+"
    rf"|{EMOTICON}|{EMOJI}"
    r"|\d+(?:[.,:/-]\d+)*(?:%|st|nd|rd|th|am|pm|k)?\b"
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*(?:\d+)?"
    r"|\w+"
    r"|\.{2,}|[!?]+|[.,;:\"“”()…*]"
)
_LONG = re.compile(r"(\w)\1{2,}")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_A-Za-z]+")
_BREAKS = frozenset([".", ",", ";", ":", "!", "?", "…", "(", ")"])


@dataclass(frozen=True)
class Tokens:
    """Tokens of `n_texts` texts in one row; `ids` point into `types`, `texts` into the texts."""

    types: list[str]
    ids: Ints
    texts: Ints
    n_texts: int
    is_caps: Bools
    is_long: Bools

    @cached_property
    def starts(self) -> Ints:
        """Where each text's tokens begin; one more at the end."""
        return np.searchsorted(self.texts, np.arange(self.n_texts + 1))

    @cached_property
    def facts(self) -> "_Facts":
        """What the lexicon knows of each distinct token."""
        return _Facts.of(self.types, lexicon())

    @cached_property
    def hashes(self) -> NDArray[np.uint64]:
        """A 64-bit hash of each token that is the same on every machine and in every run."""
        digests = [hashlib.blake2b(t.encode("utf-8"), digest_size=8).digest() for t in self.types]
        return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)[self.ids]

    @cached_property
    def since_negation(self) -> Ints:
        """Tokens since the last negation of the same clause; 0 where there is none before."""
        place = np.arange(len(self.ids))
        negated = _last(place, self.facts.is_negator[self.ids])
        broken = _last(place, self.facts.is_break[self.ids])
        first = self.starts[self.texts]
        holds = (negated >= first) & (negated > broken) & (negated < place)
        return np.where(holds, place - negated, 0)


@dataclass(frozen=True)
class _Facts:
    valence: Floats
    booster: Floats
    is_negator: Bools
    is_break: Bools

    @classmethod
    def of(cls, types: list[str], words: Lexicon) -> "_Facts":
        breaks = [t[:1] in _BREAKS or t in words.contrasts for t in types]
        return cls(
            valence=np.array([words.valence_of(t) for t in types], dtype=np.float64),
            booster=np.array([words.boosters.get(t, 0.0) for t in types], dtype=np.float64),
            is_negator=np.array([words.is_negator(t) for t in types], dtype=bool),
            is_break=np.array(breaks, dtype=bool),
        )


def _last(place: Ints, flags: Bools) -> Ints:
    """For each place the last one up to it that is flagged, or -1."""
    return np.maximum.accumulate(np.where(flags, place, -1)) if len(place) else place


def tokenise(texts: list[str]) -> Tokens:
    """The tokens of all texts; an empty text has none."""
    text = SEPARATOR.join(t.replace(SEPARATOR, " ").replace("’", "'") for t in texts)
    found = TOKEN.findall(text)
    raw: dict[str, int] = {}
    raw_ids = np.array([raw.setdefault(t, len(raw)) for t in found], dtype=np.int64)
    own = raw.get(SEPARATOR, -1)
    text_of = np.cumsum(raw_ids == own) if len(raw_ids) else raw_ids
    keep = raw_ids != own
    return _expanded(list(raw), raw_ids[keep], text_of[keep], len(texts))


def _expanded(raw: list[str], raw_ids: Ints, text_of: Ints, n_texts: int) -> Tokens:
    """Raw tokens in their canonical form; a hashtag is its words after a mark."""
    canonical: dict[str, int] = {}
    parts = [[canonical.setdefault(p, len(canonical)) for p in _canonical(t)] for t in raw]
    lengths = np.array([len(p) for p in parts], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]]) if len(parts) else lengths
    flat = np.array([i for p in parts for i in p], dtype=np.int64)
    times = lengths[raw_ids]
    begins = np.repeat(offsets[raw_ids], times)
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    caps = np.array([len(t) > 1 and t.isupper() and t.isalpha() for t in raw], dtype=bool)
    long = np.array([bool(_LONG.search(t)) for t in raw], dtype=bool)
    return Tokens(
        types=list(canonical),
        ids=flat[begins + within],
        texts=np.repeat(text_of, times),
        n_texts=n_texts,
        is_caps=np.repeat(caps[raw_ids], times),
        is_long=np.repeat(long[raw_ids], times),
    )


def _canonical(token: str) -> list[str]:
    """How a token is told: addresses and numbers by kind, letters drawn out three at most."""
    first = token[0]
    if first == "@" and len(token) > 1:
        return ["<user>"]
    if first == "#" and len(token) > 1:
        words = _CAMEL.findall(token) if not (token[1:].islower() or token[1:].isupper()) else []
        word = _squeezed(token[1:].lower())
        return ["<tag>", word] if len(words) < 2 else ["<tag>", *(w.lower() for w in words)]
    if token.startswith(("http", "www.")):
        return ["<url>"]
    if first.isdigit():
        return ["<number>"]
    if first in "!?":
        return ["?!" if len(set(token)) > 1 else first * min(len(token), 3)]
    if len(token) > 1 and set(token) == {"."}:
        return ["..."]
    return [
        _squeezed(token.lower() if first.isalpha() and token.isalpha() or "'" in token else token)
    ]


def _squeezed(word: str) -> str:
    return _LONG.sub(r"\1\1\1", word)
