"""Turns tokens into numbers: hashed n-grams of words and characters, and what a lexicon says."""

from collections.abc import Container
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ml.text.lexicon import lexicon
from ml.text.tokens import SEPARATOR, Bools, Floats, Ints, Tokens

Hashes = NDArray[np.uint64]
_MIX = np.uint64(0x9E3779B97F4A7C15)
_GENERAL = np.uint64(0xA0761D6478BD642F)
_NEGATED = np.uint64(0xD6E8FEB86659FD93)
_SCOPE = 5
_USUAL_LENGTH = 40.0


def word_ngrams(tokens: Tokens, width: int) -> sp.csr_matrix:
    """(n_texts, width) ones: each token as it stands and as negated, runs of two and three, and
    two with a gap. Negation is marked as in Pang, Lee and Vaithyanathan (EMNLP 2002).
    """
    hashes, texts = tokens.hashes, tokens.texts
    negated = (tokens.since_negation > 0) & (tokens.since_negation <= _SCOPE)
    marked = np.where(negated, hashes ^ _NEGATED, hashes)
    found = [(texts, marked), (texts[negated], hashes[negated])]
    second = _then(hashes[:-1], hashes[1:])
    for gap, pair in ((1, second), (2, _then(~hashes[:-2], hashes[2:]))):
        same = texts[gap:] == texts[:-gap]
        found.append((texts[gap:][same], pair[same]))
    same = texts[2:] == texts[:-2]
    found.append((texts[2:][same], _then(second[:-1], hashes[2:])[same]))
    return _matrix([*found, *_general(tokens, negated)], tokens.n_texts, width)


def _general(tokens: Tokens, negated: Bools) -> list[tuple[Ints, Hashes]]:
    """Runs of two and three in which a rated word stands as how good or bad it is."""
    valence, texts = tokens.facts.valence[tokens.ids], tokens.texts
    rated = valence != 0
    bucket = np.clip(np.round(valence), -3, 3) + 10 + 20 * negated
    kinds = np.where(rated, bucket.astype(np.uint64) * _MIX, tokens.hashes)
    second = _then(kinds[:-1], kinds[1:]) ^ _GENERAL
    third = _then(second[:-1], kinds[2:])
    found = []
    for length, run in ((2, second), (3, third)):
        first, last = texts[: len(run)], texts[length - 1 :]
        any_rated = sum(rated[at : at + len(run)].astype(int) for at in range(length)) > 0
        same = (first == last) & any_rated
        found.append((first[same], run[same]))
    return found


def char_ngrams(tokens: Tokens, width: int, lengths: tuple[int, ...] = (3, 4, 5)) -> sp.csr_matrix:
    """(n_texts, width) ones: runs of characters of the canonical text, across words too."""
    starts = tokens.starts.tolist()
    types, ids = tokens.types, tokens.ids.tolist()
    lines = [" ".join([types[i] for i in ids[a:b]]) for a, b in pairwise(starts)]
    joined = " " + f" {SEPARATOR} ".join(lines) + " "
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    own = codes == ord(SEPARATOR)
    texts = np.cumsum(own)
    found = []
    run = codes * _MIX
    for length in range(2, max(lengths) + 1):
        run = _then(run[:-1], codes[length - 1 :])
        if length in lengths:
            same = texts[: len(run)] == texts[length - 1 :]
            same &= ~own[: len(run)]
            found.append((texts[: len(run)][same], run[same] ^ np.uint64(length)))
    return _matrix(found, tokens.n_texts, width)


def _then(first: Hashes, second: Hashes) -> Hashes:
    """The hash of one thing followed by another."""
    with np.errstate(over="ignore"):
        mixed = (first ^ (first >> np.uint64(29))) * _MIX + second
        return mixed ^ (mixed >> np.uint64(32))


def _matrix(found: list[tuple[Ints, Hashes]], n_rows: int, width: int) -> sp.csr_matrix:
    rows = np.concatenate([rows for rows, _ in found])
    with np.errstate(over="ignore"):
        spread = np.concatenate([hashes for _, hashes in found]) * _MIX
    columns = (spread >> np.uint64(64 - (width - 1).bit_length())).astype(np.int32)
    matrix = sp.csr_matrix(
        (np.ones(len(rows), dtype=np.float32), (rows.astype(np.int32), columns)), (n_rows, width)
    )
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


LEXICAL = (
    "n_tokens", "sum", "sum_positive", "sum_negative", "n_positive", "n_negative", "highest",
    "lowest", "last", "first", "after_contrast", "before_contrast", "n_negators", "n_boosters",
    "n_caps", "n_long", "n_exclamations", "n_questions", "n_mixed_marks", "n_dots", "n_users",
    "n_urls", "n_tags", "n_numbers", "emoji_sum", "n_emoji", "compound", "phrases", "n_ironies",
    "tag_sum", "n_quotes", "plain_sum",
)  # fmt: skip


def lexical(tokens: Tokens) -> Floats:
    """(n_texts, len(LEXICAL)): sums and counts of rated words, turned and strengthened in context.

    A booster within three tokens before a rated word adds .293 for each step towards it, falling
    by .05 and .1 with distance; a negation within three turns it by -.74; capitals add .733;
    `compound` is the sum over the root of its square plus 15. These constants are VADER's, rated
    on tweets; a text longer than 40 tokens is damped by the root of its excess, or every long
    text would be extreme.
    """
    facts, ids = tokens.facts, tokens.ids
    count = _Counter(tokens)
    valence = _in_context(tokens)
    phrases = _phrases(tokens)
    total = count.sums(valence) + phrases
    n_tokens = np.diff(tokens.starts)
    damped = total * np.sqrt(np.minimum(1.0, _USUAL_LENGTH / np.maximum(n_tokens, 1)))
    columns = {
        "n_tokens": count.sums(np.ones(len(ids))),
        "sum": total,
        **_valences(count, valence, _flags(tokens, lexicon().contrasts)),
        "n_negators": count.sums(facts.is_negator[ids]),
        "n_boosters": count.sums(facts.booster[ids] != 0),
        "n_caps": count.sums(tokens.is_caps),
        "n_long": count.sums(tokens.is_long),
        **_kinds(count, tokens, valence),
        "compound": damped / np.sqrt(damped**2 + 15.0),
        "phrases": phrases,
        "n_ironies": _ironies(tokens),
        "plain_sum": count.sums(facts.valence[ids]),
    }
    return np.column_stack([columns[name] for name in LEXICAL])


def _flags(tokens: Tokens, wanted: Container[str]) -> Bools:
    """Which tokens are of these types; (n_tokens,)."""
    return np.array([t in wanted for t in tokens.types], dtype=bool)[tokens.ids]


def _valences(count: "_Counter", valence: Floats, contrast: Bools) -> dict[str, Floats]:
    """Sums, counts and extremes of the rated words, and what stands on either side of a 'but'."""
    rated, after = valence != 0, count.since_last(contrast)
    return {
        "sum_positive": count.sums(np.maximum(valence, 0)),
        "sum_negative": count.sums(np.minimum(valence, 0)),
        "n_positive": count.sums(valence > 0),
        "n_negative": count.sums(valence < 0),
        "highest": count.extreme(valence, np.maximum),
        "lowest": count.extreme(valence, np.minimum),
        "last": count.at_end(valence, rated, last=True),
        "first": count.at_end(valence, rated, last=False),
        "after_contrast": count.sums(valence * after),
        "before_contrast": count.sums(valence * ~after),
    }


def _kinds(count: "_Counter", tokens: Tokens, valence: Floats) -> dict[str, Floats]:
    """How many marks, mentions, links, tags and emoji, and what the last two say."""
    kinds = {name: _flags(tokens, wanted) for name, wanted in _KINDS.items()}
    plain = tokens.facts.valence[tokens.ids]
    signs = [t[:1] > "\u2000" or not t[:1].isalnum() for t in tokens.types]
    emoji = np.array(signs, dtype=bool)[tokens.ids]
    in_tag = np.zeros(len(plain), dtype=bool)
    in_tag[1:] = kinds["n_tags"][:-1]
    return {
        **{name: count.sums(flags) for name, flags in kinds.items()},
        "emoji_sum": count.sums(plain * emoji),
        "n_emoji": count.sums(emoji & (valence != 0)),
        "tag_sum": count.sums(plain * in_tag),
    }


_KINDS = {
    "n_exclamations": {"!", "!!", "!!!"},
    "n_questions": {"?", "??", "???"},
    "n_mixed_marks": {"?!"},
    "n_dots": {"...", "…"},
    "n_users": {"<user>"},
    "n_urls": {"<url>"},
    "n_tags": {"<tag>"},
    "n_numbers": {"<number>"},
    "n_quotes": {'"', "“", "”"},
}


def _in_context(tokens: Tokens) -> Floats:
    """Each token's valence as its neighbours turn and strengthen it."""
    facts, ids = tokens.facts, tokens.ids
    valence = facts.valence[ids]
    sign = np.sign(valence)
    n_caps = np.bincount(tokens.texts, tokens.is_caps, tokens.n_texts)
    n_all = np.bincount(tokens.texts, minlength=tokens.n_texts)
    shouts = tokens.is_caps & (n_caps < 0.7 * n_all)[tokens.texts]
    strengthened = valence + 0.733 * sign * shouts
    booster = facts.booster[ids] * (valence == 0)
    for distance, share in ((1, 1.0), (2, 0.95), (3, 0.9)):
        before = np.zeros(len(ids))
        if len(ids) > distance:
            same = tokens.texts[distance:] == tokens.texts[:-distance]
            before[distance:] = booster[:-distance] * same
        strengthened = strengthened + sign * before * 0.293 * share
    turned = (tokens.since_negation > 0) & (tokens.since_negation <= 4)
    context: Floats = np.where(turned, -0.74 * strengthened, strengthened)
    return context


class _Counter:
    """Sums and extremes of a number over the tokens of each text."""

    def __init__(self, tokens: Tokens) -> None:
        self.texts, self.n_texts, self.starts = tokens.texts, tokens.n_texts, tokens.starts
        self.filled = np.diff(self.starts) > 0

    def sums(self, numbers: NDArray[np.generic]) -> Floats:
        return np.bincount(self.texts, numbers.astype(np.float64), self.n_texts).astype(np.float64)

    def extreme(self, numbers: Floats, pick: np.ufunc) -> Floats:
        result = np.zeros(self.n_texts)
        if len(numbers):
            result[self.filled] = pick.reduceat(numbers, self.starts[:-1][self.filled])
        return result

    def at_end(self, numbers: Floats, flags: NDArray[np.bool_], last: bool) -> Floats:
        """The first or last flagged number of each text, or 0."""
        result = np.zeros(self.n_texts)
        places = np.flatnonzero(flags)
        places = places if last else places[::-1]
        result[self.texts[places]] = numbers[places]
        return result

    def since_last(self, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether a token stands after the last flagged one of its text; none: all do."""
        latest = np.full(self.n_texts, -1)
        places = np.flatnonzero(flags)
        latest[self.texts[places]] = places
        return np.arange(len(flags)) > latest[self.texts]


def _phrases(tokens: Tokens) -> Floats:
    """What turns of phrase add to the words in them."""
    return _find(tokens, lexicon().phrases)


def _ironies(tokens: Tokens) -> Floats:
    return _find(tokens, dict.fromkeys((p for p in lexicon().irony if " " in p), 1.0))


def _find(tokens: Tokens, phrases: dict[str, float]) -> Floats:
    """The sum of the phrases in each text; (n_texts,)."""
    index = {token: i for i, token in enumerate(tokens.types)}
    total = np.zeros(tokens.n_texts)
    for phrase, worth in phrases.items():
        wanted = [index.get(word, -1) for word in phrase.split()]
        if -1 in wanted:
            continue
        places = np.flatnonzero(tokens.ids == wanted[0])
        for step, word in enumerate(wanted[1:], 1):
            places = places[places + step < len(tokens.ids)]
            places = places[tokens.ids[places + step] == word]
        places = places[tokens.texts[places] == tokens.texts[places + len(wanted) - 1]]
        np.add.at(total, tokens.texts[places], worth)
    return total
