"""Judges a challenger on rows later than any it has seen, beside its baselines and the champion."""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from ml.baselines import Logistic, best_single_feature
from ml.declaration import Score
from ml.frames import Frame
from ml.metrics import (
    Interval,
    Resamples,
    auc,
    average_precision,
    brier,
    calibration_error,
    calibration_noise,
    calibration_table,
    lift,
    point,
)
from ml.splitting import NotEnoughError, Parts
from ml.training import Model

Floats = npt.NDArray[np.float64]

_SEGMENT_ROWS = 50  # fewer of either outcome say nothing about a segment


@dataclass(frozen=True)
class Segment:
    """A third of the judged users by one feature, cut where the training rows' thirds end."""

    feature: str
    low: float
    high: float
    rows: int
    rate: float
    auc: float


@dataclass(frozen=True)
class Judgement:
    """Every figure of one challenger on the judged rows."""

    n_judged: int
    n_judged_users: int
    base_rate: float
    auc: Interval
    average_precision: Interval
    brier: Interval
    base_rate_brier: float
    lift: Interval
    calibration_error: float
    calibration_noise: float
    calibration: tuple[tuple[float, float, float], ...]
    baseline_name: str
    baseline_auc: Interval
    over_baseline: Interval
    logistic_auc: Interval
    over_logistic: Interval
    logistic_calibration_error: float
    segments: tuple[Segment, ...]

    def figures(self) -> dict[str, float]:
        """The figures as one flat row of numbers."""
        flat: dict[str, float] = {}
        for name, value in vars(self).items():
            if isinstance(value, Interval):
                flat |= {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
            elif isinstance(value, int | float):
                flat[name] = float(value)
        return flat

    def as_dict(self) -> dict[str, object]:
        """Everything, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Judged:
    """The judgement and the rows it was made on, for plots and for comparing with the champion."""

    judgement: Judgement
    rows: Frame
    predicted: Floats
    logistic: Floats
    baseline: Floats
    resamples: Resamples


def judge(score: Score, model: Model, frame: Frame, parts: Parts) -> Judged:
    """Measure the model and its baselines on the judged part."""
    fitted, rows = frame.at(parts.refit).labelled(), frame.at(parts.judge).labelled()
    single = best_single_feature(score.features, fitted.values, fitted.labels)
    if single.train_auc > score.gates.max_single_feature_auc:
        raise NotEnoughError(
            f"the feature {single.name} alone ranks the training rows with an AUC of "
            f"{single.train_auc:.3f}, which no honest feature does: it has seen the future, "
            "so take it out of the declaration or mend its feat_ model"
        )
    predicted = model.predict(rows.values)
    logistic = Logistic(fitted.values, fitted.labels).predict(rows.values)
    baseline = single.score(rows.values[:, score.features.index(single.name)])
    resamples = Resamples(rows.entities)
    labels = rows.labels
    judgement = Judgement(
        n_judged=len(rows),
        n_judged_users=len(set(rows.entities)),
        base_rate=float(labels.mean()),
        auc=resamples.interval(auc, predicted, labels),
        average_precision=resamples.interval(average_precision, predicted, labels),
        brier=resamples.interval(brier, predicted, labels),
        base_rate_brier=point(brier, np.full(len(labels), fitted.labels.mean()), labels),
        lift=resamples.interval(lift, predicted, labels),
        calibration_error=calibration_error(predicted, labels),
        calibration_noise=calibration_noise(predicted),
        calibration=tuple(
            (float(low), float(high), float(n))
            for low, high, n in calibration_table(predicted, labels)
        ),
        baseline_name=str(single),
        baseline_auc=resamples.interval(auc, baseline, labels),
        over_baseline=resamples.difference(auc, predicted, baseline, labels),
        logistic_auc=resamples.interval(auc, logistic, labels),
        over_logistic=resamples.difference(auc, predicted, logistic, labels),
        logistic_calibration_error=calibration_error(logistic, labels),
        segments=tuple(_segments(score, fitted, rows, predicted)),
    )
    return Judged(judgement, rows, predicted, logistic, baseline, resamples)


def _segments(score: Score, fitted: Frame, rows: Frame, predicted: Floats) -> list[Segment]:
    found = []
    for name in score.segments:
        column = score.features.index(name)
        cuts = np.nanquantile(fitted.values[:, column], (0, 1 / 3, 2 / 3, 1))
        cuts[[0, 3]] = -np.inf, np.inf
        for low, high in zip(cuts[:-1], cuts[1:], strict=True):
            here = (rows.values[:, column] > low) & (rows.values[:, column] <= high)
            labels = rows.labels[here]
            if min((labels == 1).sum(), (labels == 0).sum()) < _SEGMENT_ROWS:
                continue
            value = point(auc, predicted[here], labels)
            found.append(
                Segment(name, float(low), float(high), len(labels), float(labels.mean()), value)
            )
    return found
