"""Products of sparse rows for a given list of pairs, without those of all other pairs."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ml.graph._ties import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_CELLS = 1_000_000  # of a dense block, which then stays near the processor
_FEWEST = 32  # rows of a block, however many users there are: each block has its own calls

Rows = Callable[[Ints], "csr_matrix"]  # some rows of a matrix, by number


def products(long: dict[str, Rows], short: "csr_matrix", at: Ints, of: Ints) -> dict[str, Floats]:
    """
    Products, pair by pair, of the long rows `at` with short's rows `of`, by name.

    Two steps from a user lie thousands of others, from a candidate one step a few. Each long row is
    laid out densely once, on a block that is cleared where it was written, and only what the short
    rows hold is looked up in it; sparse products would repeat the long row for every candidate.
    """
    from scipy.sparse import csr_matrix

    order = np.argsort(at, kind="stable")
    rows, place = np.unique(at[order], return_inverse=True)
    width = short.shape[1]
    height = max(_CELLS // max(width, 1), _FEWEST)
    found = {name: np.zeros(len(at)) for name in long}
    block = np.zeros(min(height, len(rows)) * width)
    for start in range(0, len(rows), height):
        low, high = np.searchsorted(place, [start, start + height])
        some = short[of[order[low:high]]]
        # Each pair's short row, moved to where its long row is laid: one product does them all.
        first = ((place[low:high] - start) * width).astype(some.indices.dtype)
        where = np.repeat(first, np.diff(some.indptr)) + some.indices
        moved = csr_matrix((some.data, where, some.indptr), shape=(high - low, len(block)))
        for name, part in long.items():
            laid = part(rows[start : start + height])
            there = np.repeat(np.arange(laid.shape[0]) * width, np.diff(laid.indptr)) + laid.indices
            block[there] = laid.data
            found[name][order[low:high]] = moved @ block
            block[there] = 0.0
    return found
