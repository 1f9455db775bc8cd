"""A sparse row per text: n-grams weighed by how rare they are, the lexicon, what words mean."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ml.text.features import LEXICAL, char_ngrams, lexical, word_ngrams
from ml.text.meaning import DIMENSIONS, meanings, table
from ml.text.tokens import Floats, Tokens, tokenise
from townsquare.errors import TownsquareError

BITS = 20
WIDTH = 1 << BITS
# What a standard deviation of a lexical feature, and of a meaning, weighs beside a unit row.
_SHARES = np.repeat([0.5, 0.1], [len(LEXICAL), DIMENSIONS])
_CLIP = 4.0


@dataclass(frozen=True)
class Vectoriser:
    """Words in the first 2^20 columns, characters in the next, lexical features and meanings."""

    idf: NDArray[np.float32]  # (2 * WIDTH,), 0 where too few texts had it
    centre: Floats  # (len(LEXICAL) + DIMENSIONS,)
    scale: Floats

    @classmethod
    def fit(cls, texts: list[str], at_least: int = 2) -> "tuple[Vectoriser, sp.csr_matrix]":
        """The vectoriser of these texts, and their rows; n-grams of fewer texts are left out."""
        tokens = tokenise(texts)
        counted, dense = _counted(tokens), _dense(tokens)
        n_texts = np.bincount(counted.indices, minlength=2 * WIDTH)
        idf = np.log((1 + len(texts)) / (1 + n_texts)) + 1
        idf[n_texts < at_least] = 0.0
        scale = dense.std(axis=0)
        fitted = cls(idf.astype(np.float32), dense.mean(axis=0), np.where(scale > 0, scale, 1.0))
        return fitted, fitted._weighed(counted, dense)

    def transform(self, texts: list[str]) -> sp.csr_matrix:
        """(len(texts), N_COLUMNS); the same text always gives the same row."""
        tokens = tokenise(texts)
        return self.transform_tokens(tokens)

    def transform_tokens(self, tokens: Tokens) -> sp.csr_matrix:
        """As `transform`, of texts that are cut already."""
        return self._weighed(_counted(tokens), _dense(tokens))

    def _weighed(self, counted: sp.csr_matrix, dense: Floats) -> sp.csr_matrix:
        """Each half of a row has length 1, so that long texts do not speak louder."""
        counted.data = self.idf[counted.indices]
        rows = np.repeat(np.arange(counted.shape[0]), np.diff(counted.indptr))
        halves = 2 * rows + (counted.indices >= WIDTH)
        squares = np.bincount(halves, counted.data.astype(np.float64) ** 2, 2 * counted.shape[0])
        counted.data /= np.sqrt(np.where(squares > 0, squares, 1.0))[halves].astype(np.float32)
        standard = np.clip((dense - self.centre) / self.scale, -_CLIP, _CLIP) * _SHARES
        return sp.hstack([counted, sp.csr_matrix(standard.astype(np.float32))], format="csr")

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What has to be kept to have it again."""
        columns = np.flatnonzero(self.idf).astype(np.int32)
        return {
            "columns": columns,
            "idf": self.idf[columns],
            "centre": self.centre,
            "scale": self.scale,
            "table": np.array(table()),
        }

    @classmethod
    def of(cls, arrays: dict[str, NDArray[Any]]) -> "Vectoriser":
        """The vectoriser that was kept; TownsquareError where another version kept it."""
        learned_with = str(arrays.get("table", "none"))
        if learned_with != table():
            raise TownsquareError(
                f"The reader of moods was learned with the table of words {learned_with}, and this "
                f"version of Townsquare has {table()}; run `townsquare learn-sentiment` again."
            )
        idf = np.zeros(2 * WIDTH, dtype=np.float32)
        idf[arrays["columns"]] = arrays["idf"]
        return cls(idf, arrays["centre"], arrays["scale"])


MEANINGS = 2 * WIDTH + len(LEXICAL)  # the first column of them
N_COLUMNS = MEANINGS + DIMENSIONS


def _counted(tokens: Tokens) -> sp.csr_matrix:
    halves = [word_ngrams(tokens, WIDTH), char_ngrams(tokens, WIDTH)]
    return sp.hstack(halves, format="csr", dtype=np.float32)


def _dense(tokens: Tokens) -> Floats:
    return np.hstack([lexical(tokens), meanings(tokens)])
