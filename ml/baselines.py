"""What a model must beat: the best single feature and a logistic regression, both honest."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.metrics import auc, point

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SingleFeature:
    """One column as the whole model; which way it points and where missing goes come from train."""

    name: str
    sign: int
    missing_is_low: bool
    train_auc: float

    def score(self, values: Floats) -> Floats:
        """Ranks, not probabilities."""
        return self.sign * _filled(values, self.missing_is_low)

    def __str__(self) -> str:
        """The rule in words."""
        return f"{self.name}, {'more' if self.sign > 0 else 'less'} is likelier"


def best_single_feature(features: Sequence[str], values: Floats, labels: Floats) -> SingleFeature:
    """The feature that alone ranks the training rows best."""
    choices = []
    for name, column in zip(features, values.T, strict=True):
        for missing_is_low in (True, False) if np.isnan(column).any() else (True,):
            found = point(auc, _filled(column, missing_is_low), labels)
            sign = 1 if found >= 0.5 else -1
            choices.append(SingleFeature(name, sign, missing_is_low, max(found, 1 - found)))
    return max(choices, key=lambda choice: choice.train_auc)


def _filled(values: Floats, missing_is_low: bool) -> Floats:
    return np.where(np.isnan(values), -np.inf if missing_is_low else np.inf, values)


class Logistic:
    """
    Logistic regression as a careful analyst would do it.

    Skewed counts go through a signed logarithm, missing values get the median and a flag of their
    own, and everything is scaled; all of it fitted on the training rows only.
    """

    def __init__(self, values: Floats, labels: Floats) -> None:
        from sklearn.linear_model import LogisticRegression

        shaped = _log(values)
        self._gaps = np.isnan(shaped).any(axis=0)
        with warnings.catch_warnings():  # a column without any value warns and becomes a constant
            warnings.simplefilter("ignore", RuntimeWarning)
            self._medians = np.nan_to_num(np.nanmedian(shaped, axis=0))
        design = self._with_flags(shaped)
        self._mean = design.mean(axis=0)
        spread = design.std(axis=0)
        self._spread = np.where(spread > 0, spread, 1.0)
        self._model = LogisticRegression(solver="newton-cholesky", max_iter=200)
        self._model.fit((design - self._mean) / self._spread, labels)

    def predict(self, values: Floats) -> Floats:
        """Probabilities."""
        design = (self._with_flags(_log(values)) - self._mean) / self._spread
        return np.asarray(self._model.predict_proba(design)[:, 1])

    def _with_flags(self, shaped: Floats) -> Floats:
        missing = np.isnan(shaped)
        filled = np.where(missing, self._medians, shaped)
        return np.hstack([filled, missing[:, self._gaps].astype(np.float64)])


def _log(values: Floats) -> Floats:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))
