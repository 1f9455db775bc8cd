"""Ratings split into what everyone finds good and what one side likes.

The bridging model of Community Notes (Wojcik et al., 2022): a rating is mean + what the rater gives
to anything + what anybody gives to the content + rater's viewpoint x content's viewpoint. Liking
among one's own goes into the product; the content's intercept is what is left, its quality. Fitted
by alternating ridge regressions with a whole side at once. A rating here is a like or none after a
view, which tells far less than a considered one, so both parts are held firmly: 20 views weigh as
much as what is expected of any content.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

INTERCEPT_RIDGE, VIEWPOINT_RIDGE = 20.0, 5.0
ROUNDS = 40


@dataclass(frozen=True)
class Ratings:
    """One entry per rater and content: the value, and how much it weighs."""

    rater: Ints
    content: Ints
    value: Floats
    weight: Floats
    raters: int
    contents: int


@dataclass(frozen=True)
class Bridged:
    """Intercepts and viewpoints; `deviation` is the standard error of a content's intercept."""

    mean: float
    rater: Floats
    content: Floats
    rater_view: Floats
    content_view: Floats
    deviation: Floats


def bridge(
    ratings: Ratings, prior: Floats, start: Floats, ridge: float = INTERCEPT_RIDGE
) -> Bridged:
    """
    Fit the model; a content without ratings keeps its `prior` intercept.

    `start` holds a first viewpoint of every rater, such as the side of the network that they are
    in or noise; without any difference in it no viewpoint can grow.
    """
    mean = float(np.average(ratings.value, weights=ratings.weight))
    rater, content = np.zeros(ratings.raters), prior.copy()
    rater_view, content_view = start.copy(), np.zeros(ratings.contents)
    nothing = np.zeros(ratings.raters)
    deviation = np.zeros(ratings.contents)
    for _ in range(ROUNDS):
        left = ratings.value - mean - rater[ratings.rater]
        content, content_view, deviation = _solve(
            ratings.content, left, rater_view[ratings.rater], ratings.weight, prior
        )
        left = ratings.value - mean - content[ratings.content]
        rater, rater_view, _ = _solve(
            ratings.rater, left, content_view[ratings.content], ratings.weight, nothing
        )
        scale = float(np.sqrt(np.mean(rater_view**2))) or 1.0
        rater_view = rater_view / scale
    fitted = mean + rater[ratings.rater] + content[ratings.content]
    fitted += rater_view[ratings.rater] * content_view[ratings.content]
    noise = float(np.average((ratings.value - fitted) ** 2, weights=ratings.weight))
    return Bridged(
        mean, rater, content, rater_view, content_view, np.sqrt(noise) * np.sqrt(deviation)
    )


def _solve(
    group: Ints, left: Floats, view: Floats, weight: Floats, prior: Floats
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
        total(np.ones_like(left)) + INTERCEPT_RIDGE,
        total(view),
        total(view**2) + VIEWPOINT_RIDGE,
    )
    a, b = total(aside), total(aside * view)
    determinant = n * q - s**2
    return prior + (q * a - s * b) / determinant, (n * b - s * a) / determinant, q / determinant
