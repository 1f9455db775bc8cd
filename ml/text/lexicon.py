"""What a word is worth by itself: a human-rated lexicon, and the words that turn or strengthen."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_DRAWN_OUT = re.compile(r"(.)\1")
_FILE = Path(__file__).with_name("english.yml")


@dataclass(frozen=True)
class Lexicon:
    """Valences from -4 to 4 of words, emoticons and emoji, and the words that act on them."""

    valences: dict[str, float]
    emoji: dict[str, float]
    negators: frozenset[str]
    contrasts: frozenset[str]
    boosters: dict[str, float]
    irony: tuple[str, ...]
    phrases: dict[str, float]
    curve: tuple[tuple[float, ...], ...]
    english: frozenset[str]

    def valence_of(self, token: str) -> float:
        """The mean human rating; 0 for what nobody rated. Letters drawn out are tried shorter."""
        if token in self.valences:
            return self.valences[token]
        if _DRAWN_OUT.search(token):
            for form in (_shorter(token, 2), _shorter(token, 1)):
                if form in self.valences:
                    return self.valences[form]
        return self.emoji.get(token.rstrip("\ufe0f"), 0.0) if token[:1] > "\u2000" else 0.0

    def is_negator(self, token: str) -> bool:
        """Whether the token turns what follows."""
        return token in self.negators or token.endswith("n't")


def _shorter(token: str, times: int) -> str:
    """The token with every run of three letters cut to `times`."""
    kept: list[str] = []
    for letter in token:
        if len(kept) >= times and all(k == letter for k in kept[-times:]):
            continue
        kept.append(letter)
    return "".join(kept)


@cache
def lexicon() -> Lexicon:
    """The lexicon of this installation: C. J. Hutto and E. Gilbert, VADER, ICWSM 2014 (MIT), by
    the package that they publish, and the words of english.yml beside this file.
    """
    from vaderSentiment.vaderSentiment import (  # type: ignore[import-untyped]
        SentimentIntensityAnalyzer,
    )

    declared = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    published = SentimentIntensityAnalyzer()
    valences = {word: float(value) for word, value in published.lexicon.items()}
    emoji = {
        sign.rstrip("\ufe0f"): sum(valences.get(word, 0.0) for word in words.split())
        for sign, words in published.emojis.items()
    }
    return Lexicon(
        valences=valences,
        emoji=emoji,
        negators=frozenset(declared["negators"]),
        contrasts=frozenset(declared["contrasts"]),
        boosters={word: float(by) for by, words in declared["boosters"].items() for word in words},
        irony=tuple(declared["irony"]),
        phrases=declared["phrases"],
        curve=tuple(tuple(row) for row in declared["curve"]),
        english=frozenset(declared["english"]),
    )
