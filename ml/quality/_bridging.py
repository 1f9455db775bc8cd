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

import numpy as np
import numpy.typing as npt

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
    rater, rater_view = np.zeros(ratings.raters), start.copy()
    expected, content, content_view = prior, prior.copy(), np.zeros(len(prior))
    nothing = np.zeros(ratings.raters)
    for _ in range(ROUNDS):
        left = ratings.value - mean - rater[ratings.rater]
        view = rater_view[ratings.rater]
        content, content_view, doubt = _solve(
            ratings.content, left, view, ratings.weight, expected, INTERCEPT_RIDGE
        )
        if pooled:
            own = content - expected + prior
            left -= own[ratings.content] + content_view[ratings.content] * view
            expected = prior + _in_common(ratings, left)
        left = ratings.value - mean - content[ratings.content]
        view = content_view[ratings.content]
        rater, rater_view, _ = _solve(
            ratings.rater, left, view, ratings.weight, nothing, RATER_RIDGE
        )
        scale = float(np.sqrt(np.mean(rater_view**2))) or 1.0
        rater_view = rater_view / scale
    fitted = mean + rater[ratings.rater] + content[ratings.content]
    fitted += rater_view[ratings.rater] * content_view[ratings.content]
    noise = float(np.average((ratings.value - fitted) ** 2, weights=ratings.weight))
    doubt = doubt + (_doubt_in_common(ratings) if pooled else 0.0)
    return Bridged(mean, rater, content, rater_view, content_view, np.sqrt(noise * doubt))


def _in_common(ratings: Ratings, left: Floats) -> Floats:
    """By content, what its author's contents have in common; `left` has one entry per rating."""
    author = ratings.author[ratings.content]
    count = int(ratings.author.max(initial=-1)) + 1
    total = np.bincount(author, ratings.weight * left, count)
    number = np.bincount(author, ratings.weight, count) + AUTHOR_RIDGE
    common: Floats = (total / number)[ratings.author]
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


def _solve(
    group: Ints, left: Floats, view: Floats, weight: Floats, prior: Floats, ridge: float
) -> tuple[Floats, Floats, Floats]:
    """For each group the ridge regression of what is left on 1 and the other side's viewpoint.

    The intercept shrinks to its prior. Returns intercepts, viewpoints and the variance of the
    intercepts in units of the noise.
    """
    count = len(prior)

    def total(values: Floats) -> Floats:
        summed: Floats = np.bincount(group, weight * values, count).astype(np.float64)
        return summed

    aside = left - prior[group]
    n, s, q = (
        total(np.ones_like(left)) + ridge,
        total(view),
        total(view**2) + VIEWPOINT_RIDGE,
    )
    a, b = total(aside), total(aside * view)
    determinant = n * q - s**2
    return prior + (q * a - s * b) / determinant, (n * b - s * a) / determinant, q / determinant
