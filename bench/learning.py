"""A home's score beside peers on the same later rows, cut-off by cut-off, all in one run.

    python bench/learning.py churn --home ./travel --cut-offs 6
    python bench/learning.py churn conversion --home ./var --cut-offs 4

The home has been run, so that its frames are there. Every model is fitted on what was known a
horizon before the cut-off that it is judged on, and ours exactly as a training run would. Intervals
hold 95 of 100 resamples of the users over all cut-offs together; differences are paired. A
simulated home also shows the truth's own probabilities.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import lightgbm
import numpy as np
import numpy.typing as npt
import pyarrow.dataset as ds

from ml.baselines import Logistic, best_single_feature
from ml.declaration import Score, load_one
from ml.frames import Frame, read_frame
from ml.metrics import Floats, Interval, Resamples, auc, calibration_error
from ml.splitting import Parts, split
from ml.training import train
from townsquare.network import read_network
from townsquare.settings import Home

OURS, TRUTH = "ours", "the truth's own probabilities"


@dataclass(frozen=True)
class Cut:
    """One cut-off: its judged rows, what each contender says of them, and the seconds it took."""

    day: date
    rows: Frame
    said: dict[str, Floats]
    seconds: dict[str, float]


def logistic(known: Frame, rows: Frame) -> Floats:
    """Logistic regression as the model card has it."""
    return Logistic(known.values, known.labels).predict(rows.values)


def single(known: Frame, rows: Frame) -> Floats:
    """The one feature that ranks the known rows best; ranks, not probabilities."""
    best = best_single_feature(known.features, known.values, known.labels)
    return best.score(rows.values[:, known.features.index(best.name)])


def plain_lightgbm(known: Frame, rows: Frame) -> Floats:
    """LightGBM with its own defaults."""
    params = {"objective": "binary", "verbosity": -1, "num_threads": 2, "seed": 1}
    booster = lightgbm.train(params, lightgbm.Dataset(known.values, known.labels))
    return np.asarray(booster.predict(rows.values))


def histogram_boosting(known: Frame, rows: Frame) -> Floats:
    """scikit-learn's HistGradientBoostingClassifier with its own defaults."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    told = ~np.isnan(known.values).all(axis=0)  # it cannot bin a column without any value
    model = HistGradientBoostingClassifier(random_state=1).fit(known.values[:, told], known.labels)
    return np.asarray(model.predict_proba(rows.values[:, told])[:, 1])


PEERS = {
    "logistic regression": logistic,
    "best single feature": single,
    "LightGBM, defaults": plain_lightgbm,
    "HistGradientBoosting": histogram_boosting,
}


def truth_of(home: Home, score: Score, rows: Frame) -> Floats | None:
    """What the simulator itself held likely of these rows; nothing where the home is no world."""
    folder, column = home.truth / "probabilities", f"{score.name}_probability"
    if not folder.exists():
        return None
    held: dict[tuple[date, str], float] = {}
    for day in rows.as_of_dates:
        told = ds.dataset(folder / f"{day - timedelta(days=1)}.parquet").to_table()
        users, chances = told["user_id"].to_pylist(), told[column].to_pylist()
        held |= {(day, user): chance for user, chance in zip(users, chances, strict=True)}
    keys = zip(rows.days.tolist(), rows.entities.tolist(), strict=True)
    return np.array([held.get(key) for key in keys], dtype=np.float64)


def judged(home: Home, score: Score, frame: Frame, parts: Parts) -> Cut:
    """Fit every contender for one cut-off; rows that the truth says nothing of are left out."""
    known, rows = frame.at(parts.refit).labelled(), frame.at(parts.judge).labelled()
    said, seconds = {}, {}
    began = time.perf_counter()
    said[OURS] = train(score, frame, parts).predict(rows.values)
    seconds[OURS] = time.perf_counter() - began
    for name, fitted in PEERS.items():
        began = time.perf_counter()
        said[name] = fitted(known, rows)
        seconds[name] = time.perf_counter() - began
    truth = truth_of(home, score, rows)
    if truth is not None:
        said[TRUTH] = truth
        there = ~np.isnan(truth)
        rows = Frame(*(part[there] for part in _columns(rows)), rows.features)
        said = {name: answers[there] for name, answers in said.items()}
    return Cut(parts.judge[-1], rows, said, seconds)


def _columns(rows: Frame) -> tuple[npt.NDArray[np.generic], ...]:
    return rows.entities, rows.days, rows.labels, rows.values


def cuts_of(home: Home, score: Score, n: int, until: date | None) -> list[Cut]:
    """The last n cut-offs whose outcomes are known, those that share no judged row."""
    as_of = max(read_frame_dates(home, score))
    frame = read_frame(home, score, as_of)
    outcomes, horizon = frame.outcomes(), timedelta(days=score.horizon_days)
    found: list[Cut] = []
    last = until or max(outcomes)
    while len(found) < n:
        enough = score.gates.min_positives
        parts = split(outcomes, last + horizon, score.horizon_days, score.split, enough)
        found.insert(0, judged(home, score, frame, parts))
        last = parts.judge[0] - timedelta(days=1)
    return found


def read_frame_dates(home: Home, score: Score) -> list[date]:
    """The as_of_dates of a frame."""
    rows = ds.dataset(home.frames / f"{score.frame}.parquet").to_table(columns=["as_of_date"])
    return list(rows["as_of_date"].unique().to_pylist())


def mean_auc(sizes: list[int]) -> Callable[[Floats, Floats, Floats], Floats]:
    """The mean over cut-offs of the AUC within each, for rows that lie cut-off after cut-off."""
    ends = np.cumsum([0, *sizes])

    def metric(scores: Floats, labels: Floats, weights: Floats) -> Floats:
        spans = [slice(low, high) for low, high in zip(ends[:-1], ends[1:], strict=True)]
        each = [auc(scores[span], labels[span], weights[:, span]) for span in spans]
        return np.asarray(np.mean(each, axis=0))

    return metric


def show(score: Score, cuts: list[Cut]) -> None:
    """One table: a row per contender, a column per cut-off, and the mean with its intervals."""
    rows = [cut.rows for cut in cuts]
    labels = np.concatenate([part.labels for part in rows])
    resamples = Resamples(np.concatenate([part.entities for part in rows]))
    metric = mean_auc([len(part) for part in rows])
    ours = np.concatenate([cut.said[OURS] for cut in cuts])
    days = " | ".join(f"{cut.day} ({len(cut.rows):,})" for cut in cuts)
    print(f"\n{score.name}: {score.question}\n")
    print(f"| contender | {days} | mean AUC | ours less theirs | calibration error | seconds |")
    print("|---|" + "--:|" * (len(cuts) + 4))
    for name in cuts[0].said:
        answers = np.concatenate([cut.said[name] for cut in cuts])
        each = [_auc_alone(cut.said[name], cut.rows.labels) for cut in cuts]
        found = resamples.interval(metric, answers, labels)
        over = resamples.difference(metric, ours, answers, labels)
        is_probability = answers.min() >= 0 and answers.max() <= 1
        errors = [calibration_error(cut.said[name], cut.rows.labels) for cut in cuts]
        calibrated = f"{np.mean(errors):.3f}, last {errors[-1]:.3f}" if is_probability else ""
        took = np.mean([cut.seconds.get(name, np.nan) for cut in cuts])
        cells = [
            name,
            *(f"{value:.3f}" for value in each),
            str(found),
            "" if name == OURS else _signed(over),
            calibrated,
        ]
        print(f"| {' | '.join(cells)} | {'' if np.isnan(took) else f'{took:.1f}'} |")


def _auc_alone(scores: Floats, labels: Floats) -> float:
    return float(auc(scores, labels, np.ones((1, len(scores))))[0])


def _signed(found: Interval) -> str:
    return f"{found.value:+.4f} ({found.low:+.4f} to {found.high:+.4f})"


def main() -> None:
    """Judge the asked scores of one home."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scores", nargs="+")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--cut-offs", type=int, default=4)
    parser.add_argument("--until", type=date.fromisoformat, help="the last cut-off to judge on")
    asked = parser.parse_args()
    home = Home(asked.home)
    for name in asked.scores:
        score = load_one(name, read_network(home))
        show(score, cuts_of(home, score, asked.cut_offs, asked.until))


if __name__ == "__main__":
    main()
