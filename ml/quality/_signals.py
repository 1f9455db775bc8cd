"""What a text shows by itself: how readable, how much like spam, how much it begs for reactions."""

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

_TAGS = re.compile(r"<[^>]*>")
_URL = re.compile(r"https?://\S+")
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"[.!?:;\n]+")
_VOWELS = re.compile(r"[aeiouy]+")
# Phrases that ask for a reaction instead of giving a reason for one, in English.
_BAIT = re.compile(
    r"\b(tag (?:a|your) (?:friend|friends|someone)|like if|share if|share (?:this|before)|"
    r"comment (?:yes|below|if)|follow for|follow me|follow back|you won'?t believe|"
    r"will (?:surprise|shock) you|only real|double tap|retweet if|like and share)\b"
)
_SPAM = re.compile(
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
    titles = contents["title"].fillna("").astype(str)
    bodies = contents["body"].fillna("").astype(str)
    tags = contents["tags"].map(lambda one: 0 if one is None else len(one))
    rows = [_read(title, body) for title, body in zip(titles, bodies, strict=True)]
    table = pd.DataFrame(rows, index=contents.index)
    table["n_tags"] = tags.to_numpy(dtype=np.float64)
    table["has_title"] = (titles != "").to_numpy(dtype=np.float64)
    table["is_reply"] = (contents["kind"] == "comment").to_numpy(dtype=np.float64)
    return table[list(SIGNALS)].astype(np.float64)


def _read(title: str, body: str) -> dict[str, Any]:
    links = len(_URL.findall(body))
    text = _URL.sub(" ", _TAGS.sub(" ", f"{title}. {body}"))
    words = _WORD.findall(text)
    sentences = max(len([part for part in _SENTENCE.split(text) if part.strip()]), 1)
    small = text.lower()
    letters = sum(len(word) for word in words)
    return {
        "n_words": np.log1p(len(words)),
        "n_sentences": np.log1p(sentences),
        "readability": reading_ease(words, sentences),
        "share_capitals": sum(map(str.isupper, text)) / max(letters, 1),
        "n_links": links,
        "n_exclamations": text.count("!"),
        "n_questions": text.count("?"),
        "n_numbers": len(re.findall(r"\d+", text)),
        "has_code": "<code" in body or "```" in body,
        "lexical_variety": len({word.lower() for word in words}) / max(len(words), 1),
        "bait": min(len(_BAIT.findall(small)), 3) / 3.0,
        "spam": min(len(_SPAM.findall(small)) + (links > 0 and len(words) < 12), 3) / 3.0,
    }


def reading_ease(words: list[str], sentences: int) -> float:
    """Flesch's reading ease (1948): 206.835 - 1.015 words per sentence - 84.6 syllables per word.

    Syllables are counted as groups of vowels. Bounded to 0 (hard) to 100 (easy); 50 for no words.
    """
    if not words:
        return 50.0
    syllables = sum(max(len(_VOWELS.findall(word.lower())), 1) for word in words)
    ease = 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)
    return float(min(max(ease, 0.0), 100.0))
