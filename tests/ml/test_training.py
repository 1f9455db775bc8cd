from pathlib import Path

import numpy as np
import pytest
import worlds

from ml.declaration import Score
from ml.evaluation import judge
from ml.frames import Frame, read_frame
from ml.metrics import auc, point
from ml.splitting import NotEnoughError, Parts, split
from ml.training import check_rows, train
from townsquare.settings import Home


def world(home: Home, score: Score, **changes: np.ndarray) -> tuple[Frame, Parts]:
    worlds.write_frame(home, {**worlds.make_frame(worlds.weeks(24)), **changes})
    frame = read_frame(home, score, worlds.AS_OF)
    return frame, split(frame.outcomes(), worlds.AS_OF, 28, score.split, 50)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


def test_the_planted_truth_is_found_and_no_line_finds_it(home: Home, score: Score) -> None:
    frame, parts = world(home, score)
    judged = judge(score, train(score, frame, parts), frame, parts).judgement
    columns = worlds.make_frame(worlds.weeks(24))
    here = np.isin(columns["as_of_date"], np.array(parts.judge, dtype="datetime64[D]"))
    possible = point(auc, columns["truth"][here], columns[worlds.LABEL][here])
    assert judged.auc.value > possible - 0.02
    assert judged.over_baseline.low > 0
    assert judged.over_logistic.value > 0
    assert judged.calibration_error < 0.06
    assert {segment.feature for segment in judged.segments} == {"n_posts_28d"}


def test_the_same_frame_gives_the_same_bytes(home: Home, score: Score) -> None:
    frame, parts = world(home, score)
    once, again = train(score, frame, parts), train(score, frame, parts)
    assert once.booster.model_to_string() == again.booster.model_to_string()
    assert once.calibration == again.calibration


def test_outcomes_of_the_judged_part_change_nothing_in_the_model(home: Home, score: Score) -> None:
    frame, parts = world(home, score)
    turned = np.where(frame.days >= np.datetime64(parts.judge[0]), 1 - frame.labels, frame.labels)
    other = Frame(frame.entities, frame.days, turned, frame.values, frame.features)
    once, again = train(score, frame, parts), train(score, other, parts)
    assert once.booster.model_to_string() == again.booster.model_to_string()
    assert once.calibration == again.calibration


def test_outcomes_of_the_part_to_choose_on_do_not_reach_the_first_fit(
    home: Home, score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame, parts = world(home, score)
    seen: list[Frame] = []
    real = __import__("ml.training", fromlist=["fit"]).fit
    monkeypatch.setattr(
        "ml.training.fit",
        lambda model, fitted, chosen: seen.append(fitted) or real(model, fitted, chosen),
    )
    train(score, frame, parts)
    horizon = np.timedelta64(28, "D")
    assert (seen[0].days + horizon <= np.datetime64(parts.valid[0])).all()


def test_a_planted_feature_that_has_seen_the_future_is_refused(home: Home, score: Score) -> None:
    told = worlds.make_frame(worlds.weeks(24))[worlds.LABEL]
    frame, parts = world(home, score, n_posts_28d=np.nan_to_num(told, nan=0.5))
    with pytest.raises(NotEnoughError, match="n_posts_28d alone .* it has seen the future"):
        judge(score, train(score, frame, parts), frame, parts)


def test_too_few_rows_or_outcomes_are_refused_with_both_numbers(home: Home, score: Score) -> None:
    frame, parts = world(home, score)
    many = score.gates.model_copy(update={"min_rows": 10**6})
    with pytest.raises(NotEnoughError, match="1000000 rows .* 9600 are there"):
        check_rows(score.model_copy(update={"gates": many}), frame, parts)
    rare = score.gates.model_copy(update={"min_positives": 5000})
    with pytest.raises(NotEnoughError, match="5000 outcomes that happened are wanted to train on"):
        check_rows(score.model_copy(update={"gates": rare}), frame, parts)
