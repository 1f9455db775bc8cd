"""Turns what people did into ratings, and ratings into each content's quality and its doubt."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.quality._bridging import Bridged, Ratings, bridge

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FOR, SEEN, AGAINST = 1.0, 0.0, -1.0
VOTE_PRIOR = 10.0  # unnamed votes that the early estimate weighs
SEED = 1


def weigh(ratings: pd.DataFrame, voices: pd.Series) -> pd.DataFrame:
    """Named ratings, one per rater and content: the value, and the weight that a rater has.

    `voices` maps raters to the voice that they belong to; all of a ring weigh as much as one.
    """
    named = ratings[ratings["rater_id"] != ""]
    columns = ["n_views", "n_for", "n_against"]
    summed = named.groupby(["content_id", "rater_id"], as_index=False)[columns].sum()
    value = np.where(summed["n_for"] > 0, FOR, SEEN)
    summed["value"] = np.where(summed["n_against"] > 0, AGAINST, value)
    sizes = voices.map(voices.value_counts())
    summed["weight"] = 1.0 / summed["rater_id"].map(sizes).fillna(1.0).astype(np.float64)
    return summed


def rate(
    rated: pd.DataFrame, contents: pd.Index, prior: Floats, authors: pd.Series | None = None
) -> Bridged | None:
    """
    Fit the bridging model over these contents; None where nobody is named.

    `authors` has one entry per content and lets the ratings of an author's contents speak for one
    another; a content of which the author is not told stands for itself.
    """
    if not len(rated):
        return None
    raters = pd.Index(rated["rater_id"].unique()).sort_values()
    start = np.random.default_rng(SEED).normal(size=len(raters))
    return bridge(
        Ratings(
            raters.get_indexer(pd.Index(rated["rater_id"])),
            contents.get_indexer(pd.Index(rated["content_id"])),
            rated["value"].to_numpy(dtype=np.float64),
            rated["weight"].to_numpy(dtype=np.float64),
            _numbered(contents, authors),
            len(raters),
        ),
        prior,
        start,
        pooled=authors is not None,
    )


def _numbered(contents: pd.Index, authors: pd.Series | None) -> Ints:
    if authors is None:
        return np.arange(len(contents))
    # A key of its own for each content without an author, which no author's can equal.
    alone = pd.Series(range(len(contents)), dtype=object)
    named = authors.reset_index(drop=True).astype(object)
    numbers: Ints = pd.factorize(named.where(named.notna(), alone))[0].astype(np.int64)
    return numbers


def vote_rates(ratings: pd.DataFrame, contents: pd.Index) -> tuple[Floats, Floats]:
    """Votes whose voter is not named: how many, and their rate above the common one, shrunken.

    Ten votes at the common rate are added to each content's own.
    """
    unnamed = ratings[ratings["rater_id"] == ""].groupby("content_id")[["n_for", "n_against"]].sum()
    unnamed = unnamed.reindex(contents).fillna(0.0)
    votes = unnamed.sum(axis=1).to_numpy(dtype=np.float64)
    favour = unnamed["n_for"].to_numpy(dtype=np.float64)
    common = favour.sum() / max(votes.sum(), 1.0)
    return votes, (favour + VOTE_PRIOR * common) / (votes + VOTE_PRIOR) - common
