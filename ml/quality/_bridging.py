"""Ratings split into what everyone finds good and what one side likes.

The bridging model of Community Notes (Wojcik et al., 2022): a rating is mean + what the rater gives
to anything + what anybody gives to the content + rater's viewpoint x content's viewpoint. Liking
among one's own goes into the product; the content's intercept is what is left, its quality. Fitted
by alternating ridge regressions with a whole side at once. A rating here is a like or none after a
view, which tells far less than a considered one, so both parts are held firmly: 30 views weigh as
much as what is expected of any content.

Most contents are seen by a few, of whom one or two like anything. What is expected of them is
therefore not the same for all: an intercept is its prior + what its author's contents have in
common + what is its own (a random effect per author, as in Searle, Casella and McCulloch, 1992),
so that ratings of one content speak, more faintly, for the author's others.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

INTERCEPT_RIDGE, AUTHOR_RIDGE, RATER_RIDGE, VIEWPOINT_RIDGE = 30.0, 20.0, 20.0, 5.0
ROUNDS = 40


@dataclass(frozen=True)
class Ratings:
    """One entry per rater and content: the value, and how much it weighs.

    `author` has one entry per content: whose it is, from 0.
    """

    rater: Ints
    content: Ints
    value: Floats
    weight: Floats
    author: Ints
    raters: int


@dataclass(frozen=True)
class Bridged:
    """Intercepts and viewpoints; `deviation` is the standard error of a content's intercept."""

    mean: float
    rater: Floats
    content: Floats
    rater_view: Floats
    content_view: Floats
    deviation: Floats


def bridge(ratings: Ratings, prior: Floats, start: Floats, pooled: bool = True) -> Bridged:
    """
    Fit the model; a content without ratings keeps its `prior` and its author's intercept.

    `start` holds a first viewpoint of every rater, such as the side of the network that they are
    in or noise; without any difference in it no viewpoint can grow. Not `pooled`, every content
    stands for itself, whoever its author is.
    """
    mean = float(np.average(ratings.value, weights=ratings.weight))
    of_content = _of_contents(ratings, mean, len(prior))
    of_rater = _Side(of_content.weights.T.tocsr(), of_content.values.T.tocsr())
    rater, rater_view = np.zeros(ratings.raters), start.copy()
    expected, nothing = prior, np.zeros(ratings.raters)
    for _ in range(ROUNDS):
        sums = of_content.sums(rater, rater_view)
        content, content_view, doubt = _solve(sums, expected, INTERCEPT_RIDGE)
        if pooled:
            left = sums.left(content - expected + prior, content_view)
            expected = prior + _in_common(ratings.author, left, sums.n)
        sums = of_rater.sums(content, content_view)
        rater, rater_view, _ = _solve(sums, nothing, RATER_RIDGE)
        rater_view = rater_view / (float(np.sqrt(np.mean(rater_view**2))) or 1.0)
    fitted = mean + rater[ratings.rater] + content[ratings.content]
    fitted += rater_view[ratings.rater] * content_view[ratings.content]
    noise = float(np.average((ratings.value - fitted) ** 2, weights=ratings.weight))
    doubt = doubt + (_doubt_in_common(ratings) if pooled else 0.0)
    return Bridged(mean, rater, content, rater_view, content_view, np.sqrt(noise * doubt))


@dataclass(frozen=True)
class _Sums:
    """
    What a round needs to know of each group's ratings, summed by weight.

    `n` is their number; `view` and `squares` sum the other side's viewpoints, `aside` and
    `aside_by_view` what its intercepts leave of the values, once more times its viewpoints.
    """

    n: Floats
    view: Floats
    squares: Floats
    aside: Floats
    aside_by_view: Floats

    def left(self, intercept: Floats, view: Floats) -> Floats:
        """What intercepts and viewpoints of the groups leave of the values, too."""
        left: Floats = self.aside - self.n * intercept - view * self.view
        return left


@dataclass(frozen=True)
class _Side:
    """The ratings as a matrix from one side to the other: every round sums over its rows."""

    weights: "csr_matrix"
    values: "csr_matrix"  # above the mean, times the weights

    def sums(self, intercept: Floats, view: Floats) -> _Sums:
        """The sums, given where the other side stands."""
        other = np.column_stack([np.ones_like(view), view, view**2, intercept, intercept * view])
        n, seen, squares, given, given_by_view = (self.weights @ other).T
        value, value_by_view = (self.values @ other[:, :2]).T
        return _Sums(n, seen, squares, value - given, value_by_view - given_by_view)


def _of_contents(ratings: Ratings, mean: float, contents: int) -> _Side:
    from scipy.sparse import csr_matrix

    pairs, shape = (ratings.content, ratings.rater), (contents, ratings.raters)
    weighted = ratings.weight * (ratings.value - mean)
    return _Side(
        csr_matrix((ratings.weight, pairs), shape=shape),
        csr_matrix((weighted, pairs), shape=shape),
    )


def _solve(sums: _Sums, prior: Floats, ridge: float) -> tuple[Floats, Floats, Floats]:
    """For each group the ridge regression of what is left on 1 and the other side's viewpoint.

    The intercept shrinks to its prior. Returns intercepts, viewpoints and the variance of the
    intercepts in units of the noise.
    """
    n, s, q = sums.n + ridge, sums.view, sums.squares + VIEWPOINT_RIDGE
    a, b = sums.aside - sums.n * prior, sums.aside_by_view - s * prior
    determinant = n * q - s**2
    return prior + (q * a - s * b) / determinant, (n * b - s * a) / determinant, q / determinant


def _in_common(author: Ints, left: Floats, n: Floats) -> Floats:
    """By content, what its author's contents have in common; one entry per content."""
    common: Floats = (np.bincount(author, left) / (np.bincount(author, n) + AUTHOR_RIDGE))[author]
    return common


def _doubt_in_common(ratings: Ratings) -> Floats:
    """The variance that a content takes from its author's intercept, in units of the noise."""
    author = ratings.author[ratings.content]
    count = int(ratings.author.max(initial=-1)) + 1
    of_author = 1.0 / (np.bincount(author, ratings.weight, count) + AUTHOR_RIDGE)
    raters = np.bincount(ratings.content, ratings.weight, len(ratings.author))
    share = INTERCEPT_RIDGE / (raters + INTERCEPT_RIDGE)
    doubt: Floats = share**2 * of_author[ratings.author]
    return doubt
