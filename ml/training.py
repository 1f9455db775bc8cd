"""Fits one challenger: the booster on early rows, its rounds and calibration on later ones."""

from dataclasses import dataclass, replace
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from ml.calibration import AS_IS, Calibration, calibrate, persistence
from ml.declaration import LightgbmBinary, Score
from ml.frames import Frame
from ml.repeatable import REPEATABLE
from ml.splitting import NotEnoughError, Parts

Floats = npt.NDArray[np.float64]

# The same rows give the same bytes: fixed seed and threads, and one way to build histograms.
_BINARY = {**REPEATABLE, "objective": "binary", "metric": "binary_logloss", "seed": 1}


@dataclass(frozen=True)
class Model:
    """A booster and the map from its log-odds to probabilities."""

    booster: lightgbm.Booster
    calibration: Calibration
    features: tuple[str, ...]

    def raw(self, values: Floats) -> Floats:
        """Log-odds before calibration."""
        return np.asarray(self.booster.predict(values, raw_score=True, num_threads=2))

    def predict(self, values: Floats) -> Floats:
        """Calibrated probabilities."""
        return self.calibration.apply(self.raw(values))

    def contributions(self, values: Floats) -> Floats:
        """What each feature adds to each row's log-odds (SHAP values), without the constant."""
        shares = self.booster.predict(values, pred_contrib=True, num_threads=2)
        return np.asarray(shares)[:, :-1]


def check_rows(score: Score, frame: Frame, parts: Parts) -> None:
    """Refuse to train where the declared gates on rows and positives do not hold."""
    train = frame.at(parts.train).labelled()
    if len(train) < score.gates.min_rows:
        raise NotEnoughError(
            f"{score.gates.min_rows} rows to train on are wanted and {len(train)} are there "
            f"(as_of_dates {parts.train[0]} to {parts.train[-1]})"
        )
    for name, dates in (("train", parts.train), ("choose", parts.valid), ("judge", parts.judge)):
        labels = frame.at(dates).labelled().labels
        for outcome in (1, 0):
            found = int((labels == outcome).sum())
            if found < score.gates.min_positives:
                kind = "that happened" if outcome else "that did not happen"
                raise NotEnoughError(
                    f"{score.gates.min_positives} outcomes {kind} are wanted to {name} on "
                    f"and {found} are there (as_of_dates {dates[0]} to {dates[-1]})"
                )


def train(score: Score, frame: Frame, parts: Parts) -> Model:
    """Choose size and calibration on the valid part, then fit on all known, never the judged."""
    fitted, chosen = frame.at(parts.train).labelled(), frame.at(parts.valid).labelled()
    first = Model(fit(score.model, fitted, chosen), AS_IS, score.features)
    then = first.raw(fitted.values)
    strength = persistence(then, fitted.labels, fitted.days, score.horizon_days)
    calibration = calibrate(first.raw(chosen.values), chosen.labels).damped(strength)
    known = frame.at(parts.refit).labelled()
    last = Model(refit(score.model, first.booster.num_trees(), known), AS_IS, score.features)
    # The refit has learned the level of the valid rows itself; only the shape is still to mend.
    return replace(last, calibration=calibration.levelled(last.raw(known.values), known.labels))


def fit(declared: LightgbmBinary, fitted: Frame, chosen: Frame) -> lightgbm.Booster:
    """A booster whose number of trees was best on the chosen rows."""
    params = {**_BINARY, **declared.params}
    rows = _dataset(fitted, params)
    later = lightgbm.Dataset(chosen.values, chosen.labels, reference=rows)
    stop = lightgbm.early_stopping(declared.patience, verbose=False)
    booster = lightgbm.train(params, rows, declared.rounds, valid_sets=[later], callbacks=[stop])
    return _as_read_back(booster, booster.best_iteration)


def refit(declared: LightgbmBinary, n_trees: int, rows: Frame) -> lightgbm.Booster:
    """A booster of a size chosen before."""
    params = {**_BINARY, **declared.params}
    return _as_read_back(lightgbm.train(params, _dataset(rows, params), n_trees), n_trees)


def _dataset(rows: Frame, params: dict[str, Any]) -> lightgbm.Dataset:
    names = list(rows.features)
    return lightgbm.Dataset(rows.values, rows.labels, feature_name=names, params=params)


def _as_read_back(booster: lightgbm.Booster, n_trees: int) -> lightgbm.Booster:
    """Through text, so that the model in memory and the one read from its file are the same."""
    return lightgbm.Booster(model_str=booster.model_to_string(num_iteration=n_trees))
