"""What the simulator planted is found from the marts alone: the scores are near the truth's own."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pyarrow.dataset as ds
import pytest

from ml.baselines import best_single_feature
from ml.declaration import Score, load_one
from ml.frames import Frame, read_frame
from ml.metrics import Interval, Resamples, auc
from ml.splitting import Outcomes, Parts
from ml.training import train
from townsquare.network import read_network
from townsquare.settings import Home

WITHIN = 0.02  # AUC
Answers = Callable[[Score, Frame, Parts], np.ndarray]


def parts_with_a_long_end(known: dict[date, Outcomes], score: Score) -> Parts:
    """Five weeks to judge on together: one week of a small world says too little."""
    dates, gap = sorted(known), timedelta(days=score.horizon_days)
    judge = tuple(dates[-5:])
    refit = tuple(day for day in dates if day <= judge[0] - gap)
    valid = refit[-1:]
    early = tuple(day for day in refit if day <= valid[0] - gap)
    return Parts(early or refit[:1], valid, refit, judge)


def truth_of(home: Home, score: Score, rows: Frame) -> np.ndarray:
    held: dict[tuple[date, str], float | None] = {}
    for day in rows.as_of_dates:
        file = home.truth / "probabilities" / f"{day - timedelta(days=1)}.parquet"
        told = ds.dataset(file).to_table()
        chances = told[f"{score.name}_probability"].to_pylist()
        users = told["user_id"].to_pylist()
        held |= {(day, user): chance for user, chance in zip(users, chances, strict=True)}
    keys = zip(rows.days.tolist(), rows.entities.tolist(), strict=True)
    return np.array([held.get(key) for key in keys], dtype=np.float64)


def lost_to_the_truth(home: Home, score: Score, said: Answers) -> tuple[Interval, float]:
    """How much higher the truth's AUC is on the judged rows, and the share that it speaks of."""
    frame = read_frame(home, score, date.max)
    parts = parts_with_a_long_end(frame.outcomes(), score)
    rows = frame.at(parts.judge).labelled()
    answers, truth = said(score, frame, parts), truth_of(home, score, rows)
    there = ~np.isnan(truth)
    resamples = Resamples(rows.entities[there])
    lost = resamples.difference(auc, truth[there], answers[there], rows.labels[there])
    return lost, float(there.mean())


def by_the_model(score: Score, frame: Frame, parts: Parts) -> np.ndarray:
    return train(score, frame, parts).predict(frame.at(parts.judge).labelled().values)


def by_one_feature(score: Score, frame: Frame, parts: Parts) -> np.ndarray:
    known, rows = frame.at(parts.refit).labelled(), frame.at(parts.judge).labelled()
    single = best_single_feature(score.features, known.values, known.labels)
    return single.score(rows.values[:, score.features.index(single.name)])


@pytest.mark.parametrize("name", ["churn", "conversion"])
def test_a_score_comes_near_the_truths_own_probabilities(world: Home, name: str) -> None:
    score = load_one(name, read_network(world))

    lost, told = lost_to_the_truth(world, score, by_the_model)

    assert told > 0.9
    # Judged by its interval: a world this small has some 300 conversions to learn from, and what it
    # teaches ends there. The bench holds a large one to the bar itself.
    assert lost.low < WITHIN
    assert lost.high < 3 * WITHIN


def test_a_single_feature_does_not_come_so_near(world: Home) -> None:
    score = load_one("churn", read_network(world))

    lost, _ = lost_to_the_truth(world, score, by_one_feature)

    assert lost.low > WITHIN
