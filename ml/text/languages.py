"""Says in which language each text is written, where the network does not."""

from functools import cache
from typing import Any

import numpy as np

from ml.text.lexicon import lexicon
from ml.text.tokens import Tokens

KNOWN = (
    "ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko",
    "nl", "no", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh",
)  # fmt: skip
_CHARACTERS = 200
_SURE = 0.5
_ENGLISH_WORDS = 2
_ENGLISH_SHARE = 0.15


def languages(declared: list[str | None], texts: list[str], tokens: Tokens) -> list[str | None]:
    """Primary language subtag of each text; None where neither network nor text tells.

    A text with at least two of the commonest English words, 15 % of all its tokens, is English;
    others are put to the n-gram model of py3langid, which must be sure by half.
    """
    words = np.array([t in lexicon().english for t in tokens.types], dtype=bool)
    n_english = np.bincount(tokens.texts, words[tokens.ids], tokens.n_texts)
    n_tokens = np.diff(tokens.starts)
    plainly = (n_english >= _ENGLISH_WORDS) & (n_english >= _ENGLISH_SHARE * n_tokens)
    found: list[str | None] = []
    for said, text, is_english in zip(declared, texts, plainly.tolist(), strict=True):
        if said:
            found.append(said.split("-")[0].lower())
        else:
            found.append("en" if is_english else _identified(text))
    return found


def _identified(text: str) -> str | None:
    if not any(letter.isalpha() for letter in text[:_CHARACTERS]):
        return None
    language, _ = _identifier().classify(text[:_CHARACTERS])
    return None if language == "und" else str(language)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=_SURE)
    found.set_languages(KNOWN)
    return found
