"""What a text shows by itself: how readable, how much like spam, how much it begs for reactions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Arrow's expressions: all texts are read at once, in a sixth of the time of one after the other.
_MARKUP = r"<[^>]*>"
_URL = r"https?://\S+"
_BETWEEN_WORDS = r"[^\p{L}\p{Nl}\p{No}]+"
_SENTENCE = r"[^.!?:;\n]*[^.!?:;\n\s][^.!?:;\n]*"
_VOWELS = "[aeiouy]+"
# Phrases that ask for a reaction instead of giving a reason for one, in English.
_BAIT = (
    r"\b(tag (?:a|your) (?:friend|friends|someone)|like if|share if|share (?:this|before)|"
    r"comment (?:yes|below|if)|follow for|follow me|follow back|you won'?t believe|"
    r"will (?:surprise|shock) you|only real|double tap|retweet if|like and share)\b"
)
_SPAM = (
    r"\b(limited offer|earn money|easy money|click (?:the|this|here)|giveaway|free (?:coins|money|"
    r"gift)|double your|guaranteed|act now|last chance|exclusive deal|join my|work from home|"
    r"buy now|promo code)\b"
)
SIGNALS = (
    "n_words",
    "n_sentences",
    "readability",
    "share_capitals",
    "n_links",
    "n_exclamations",
    "n_questions",
    "n_numbers",
    "has_code",
    "n_tags",
    "lexical_variety",
    "bait",
    "spam",
    "has_title",
    "is_reply",
)


def read_signals(contents: pd.DataFrame) -> pd.DataFrame:
    """One row of SIGNALS per row of `contents` (title, body, tags, kind)."""
    titles, bodies = _texts(contents["title"]), _texts(contents["body"])
    n_links = _count(bodies, _URL)
    text = pc.binary_join_element_wise(titles, bodies, ". ")
    text = pc.replace_substring_regex(text, _MARKUP, " ")
    text = pc.replace_substring_regex(text, _URL, " ")
    small = pc.utf8_lower(text)
    words = _split(text)
    n_words = words.count()
    n_sentences = np.maximum(_count(text, _SENTENCE), 1)
    signals = {
        "n_words": np.log1p(n_words),
        "n_sentences": np.log1p(n_sentences),
        "readability": _reading_ease(n_words, n_sentences, words.syllables()),
        "share_capitals": _count(text, r"\p{Lu}") / np.maximum(words.letters(), 1),
        "n_links": n_links,
        "n_exclamations": _count(text, "!"),
        "n_questions": _count(text, r"\?"),
        "n_numbers": _count(text, r"\p{Nd}+"),
        "has_code": _count(bodies, "<code|```") > 0,
        "n_tags": _lengths(contents["tags"]),
        "lexical_variety": words.distinct() / np.maximum(n_words, 1),
        "bait": np.minimum(_count(small, _BAIT), 3) / 3.0,
        "spam": np.minimum(_count(small, _SPAM) + ((n_links > 0) & (n_words < 12)), 3) / 3.0,
        "has_title": pc.not_equal(titles, ""),
        "is_reply": contents["kind"] == "comment",
    }
    columns = {name: np.asarray(signals[name], dtype=np.float64) for name in SIGNALS}
    return pd.DataFrame(columns, index=contents.index)


def _texts(column: "pd.Series[Any]") -> pa.Array:
    return pa.array(column.fillna("").to_numpy(dtype=object), pa.string())


def _count(texts: pa.Array, pattern: str) -> Floats:
    """How often each text holds what the expression says."""
    counted: Floats = pc.count_substring_regex(texts, pattern).to_numpy().astype(np.float64)
    return counted


def _lengths(lists: "pd.Series[Any]") -> Floats:
    """How long each list is; 0 for none."""
    found: Floats = pc.list_value_length(pa.array(lists, pa.list_(pa.string()))).fill_null(0)
    return found


@dataclass(frozen=True)
class _Words:
    """Every word of every text, and the number of the text that it stands in."""

    word: pa.Array  # in small letters
    text: Ints
    n_texts: int

    def count(self, values: Floats | None = None) -> Floats:
        """The words of each text, or the sum of one value per word."""
        return np.bincount(self.text, values, self.n_texts).astype(np.float64)

    def letters(self) -> Floats:
        """Of each text, over its words."""
        return self.count(pc.utf8_length(self.word).to_numpy())

    def syllables(self) -> Floats:
        """Of each text; groups of vowels stand for them, and no word is without one."""
        return self.count(np.maximum(_count(self.word, _VOWELS), 1))

    def distinct(self) -> Floats:
        """How many different words each text holds."""
        code = self.word.dictionary_encode().indices.to_numpy()
        keys = np.sort(self.text * (code.max(initial=0) + 1) + code)
        first = keys[np.diff(keys, prepend=-1) > 0]
        counted = np.bincount(first // (code.max(initial=0) + 1), minlength=self.n_texts)
        return counted.astype(np.float64)


def _split(texts: pa.Array) -> _Words:
    parts = pc.split_pattern_regex(texts, _BETWEEN_WORDS)
    word = pc.list_flatten(parts)
    is_word = pc.not_equal(word, "")
    text = pc.list_parent_indices(parts).filter(is_word).to_numpy()
    return _Words(pc.utf8_lower(word.filter(is_word)), text, len(texts))


def _reading_ease(n_words: Floats, n_sentences: Floats, n_syllables: Floats) -> Floats:
    """
    Flesch's reading ease (1948): 206.835 - 1.015 words per sentence - 84.6 syllables per word.

    Bounded to 0 (hard) to 100 (easy); 50 for no words.
    """
    per_word = n_syllables / np.maximum(n_words, 1)
    ease = np.clip(206.835 - 1.015 * n_words / n_sentences - 84.6 * per_word, 0.0, 100.0)
    return np.where(n_words > 0, ease, 50.0)
