"""Fits one challenger: the booster on early rows, its rounds and calibration on later ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import lightgbm
import numpy as np
import numpy.typing as npt

from ml.calibration import AS_IS, Calibration, calibrate, persistence
from ml.declaration import LightgbmBinary, Score
from ml.frames import Frame
from ml.splitting import NotEnoughError, Parts

Floats = npt.NDArray[np.float64]

# The same rows give the same bytes: fixed seed and threads, and one way to build histograms.
REPEATABLE = {
    "objective": "binary",
    "metric": "binary_logloss",
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 2,
    "verbosity": -1,
}


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
    """Fit on the training part; stop and calibrate on the valid part; never read the judged one."""
    fitted, chosen = frame.at(parts.train).labelled(), frame.at(parts.valid).labelled()
    booster = fit(score.model, score.features, fitted, chosen)
    model = Model(booster, AS_IS, score.features)
    then = model.raw(fitted.values)
    strength = persistence(then, fitted.labels, fitted.days, score.horizon_days)
    calibration = calibrate(model.raw(chosen.values), chosen.labels).damped(strength)
    return replace(model, calibration=calibration)


def fit(
    declared: LightgbmBinary, features: Sequence[str], fitted: Frame, chosen: Frame
) -> lightgbm.Booster:
    """A booster whose number of trees was best on the chosen rows."""
    params = {**REPEATABLE, **declared.params}
    names = list(features)
    rows = lightgbm.Dataset(fitted.values, fitted.labels, feature_name=names, params=params)
    later = lightgbm.Dataset(chosen.values, chosen.labels, reference=rows)
    stop = lightgbm.early_stopping(declared.patience, verbose=False)
    booster = lightgbm.train(params, rows, declared.rounds, valid_sets=[later], callbacks=[stop])
    # Through text, so that the model in memory and the one read back from its file are one.
    return lightgbm.Booster(model_str=booster.model_to_string(num_iteration=booster.best_iteration))
