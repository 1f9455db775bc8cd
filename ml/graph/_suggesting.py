"""Suggests whom each user will be tied to next: candidates, their model, its judgement, reasons."""

import json
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt

from ml.calibration import AS_IS, Calibration, calibrate
from ml.graph import _candidates
from ml.graph._linking import log_odds, train
from ml.graph._pairs import PairFeatures, ranked
from ml.graph._ties import Floats, Ints
from ml.graph._why import reasons
from ml.graph._world import Moment, World
from ml.metrics import Resamples, auc, calibration_error, point
from townsquare.whole import write_text

if TYPE_CHECKING:
    import lightgbm

HORIZONS = (1, 7, 28)
_SEED = 20240229
_FEW = 30  # links that a calibration of its own wants
_PEERS = ("adamic_adar", "common_neighbours", "preferential", "paths_3")


class Rules(BaseModel):
    """What suggestions.yml may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    half_life_days: PositiveFloat
    candidates: PositiveInt
    top: PositiveInt
    active_days: PositiveInt
    train_users: PositiveInt
    negatives: PositiveInt
    train_back_days: tuple[PositiveInt, ...]
    calibrate_back_days: PositiveInt
    judge_back_days: PositiveInt
    retrain_days: PositiveInt
    min_links: PositiveInt
    why: dict[str, str]


@cache
def rules() -> Rules:
    """suggestions.yml, checked."""
    path = Path(__file__).with_name("suggestions.yml")
    return Rules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Model:
    """The trees, and per horizon how their log-odds become probabilities."""

    trees: str
    names: list[str]
    level: float  # what takes log-odds among sampled rows to log-odds among all
    calibrations: dict[int, Calibration]
    judged: dict[str, float | str]

    def probabilities(self, raw: Floats) -> Floats:
        """Rows by horizons; a longer horizon is never less likely."""
        each = [self.calibrations[days].apply(raw + self.level) for days in HORIZONS]
        grown: Floats = np.maximum.accumulate(np.column_stack(each), axis=1)
        return grown


def suggest(world: World, today: int, memory: Path) -> tuple[dict[str, Any], pa.Table]:
    """What was done, and one row per user and suggestion."""
    model = _model(world, today, memory)
    if model is None:
        return {"model": "too few new ties to learn from"}, _table(world, *_nobody())
    moment = world.as_of(today, rules().half_life_days)
    actor, target = _pairs(moment, _asking(moment))
    found = PairFeatures(moment.snapshot).of(actor, target)
    columns = {name: found[name] for name in model.names}  # as it was trained, maybe days ago
    values = ranked(columns, columns)
    booster = _booster(model)
    raw = log_odds(booster, values)
    best = _candidates.best(actor, raw, rules().top)
    chance = model.probabilities(raw[best])
    told = reasons(booster, values[best], [_why(name) for name in model.names])
    return dict(model.judged), _table(world, actor[best], target[best], chance, told)


def _model(world: World, today: int, memory: Path) -> Model | None:
    """The model kept, or a new one where it is too old or there is none."""
    kept = sorted(int(path.stem) for path in memory.glob("[0-9]*.json"))
    young = [day for day in kept if today - rules().retrain_days < day <= today]
    if young:
        told = json.loads((memory / f"{young[-1]}.json").read_text(encoding="utf-8"))
        made = {int(days): Calibration(**one) for days, one in told.pop("calibrations").items()}
        return Model(calibrations=made, **told)
    model = fit(world, today)
    if model is not None:
        write_text(memory / f"{today}.json", json.dumps(asdict(model)))
    return model


def fit(world: World, today: int) -> Model | None:
    """Train on early dates, calibrate on a later one, judge on the latest whose ties are known."""
    choice = rules()
    days = [today - back for back in choice.train_back_days]
    parts = [_rows(world, day, choice.negatives) for day in days]
    if sum(float(part.labels[28].sum()) for part in parts) < choice.min_links:
        return None
    names = list(parts[0].columns)
    values = np.concatenate([ranked(part.columns, part.unlinked()) for part in parts])
    booster = train(values, np.concatenate([part.labels[28] for part in parts]), names)
    later = _rows(world, today - choice.calibrate_back_days)
    rate = np.mean([part.rate for part in parts])
    level = np.log(rate)  # negatives left out made ties look likelier than they are
    raw = log_odds(booster, ranked(later.columns, later.columns))
    maps = {days: _calibrated(raw + level, later.labels[days]) for days in HORIZONS}
    model = Model(booster.model_to_string(), names, float(level), maps, {})
    return replace(
        model, judged=_judge(model, booster, _rows(world, today - choice.judge_back_days))
    )


def _calibrated(raw: Floats, labels: Floats) -> Calibration:
    """How log-odds among all candidates come true within a horizon."""
    if labels.sum() < _FEW:
        return AS_IS.levelled(raw, labels)
    return calibrate(raw, labels)


@dataclass(frozen=True)
class Rows:
    """Candidates of a past day, and whether each acted within each horizon."""

    actor: Ints
    columns: dict[str, Floats]
    labels: dict[int, Floats]
    rate: float  # share of the candidates without a link that are here

    def unlinked(self) -> dict[str, Floats]:
        """The columns of those who did not act: nearly all, and drawn evenly."""
        apart = self.labels[28] == 0
        return {name: values[apart] for name, values in self.columns.items()}


def _rows(world: World, day: int, negatives: int | None = None) -> Rows:
    """Candidates of some users as of a past day, with what they have done after, as known now."""
    moment = world.as_of(day, rules().half_life_days)
    generator = np.random.default_rng(_SEED + day)
    few = np.sort(generator.permutation(_asking(moment))[: rules().train_users])
    actor, target = _pairs(moment, few)
    acts, n = world.ties_known, moment.n_users
    labels = {}
    for days in HORIZONS:
        after = (acts.day >= day) & (acts.day < day + days)
        done = np.unique(acts.actor[after] * n + acts.target[after])
        labels[days] = np.isin(actor * n + target, done).astype(np.float64)
    rate = 1.0
    if negatives is not None:  # drawn before their features are worked out, which takes long
        kept, rate = _sample(labels[28], negatives, generator)
        actor, target = actor[kept], target[kept]
        labels = {days: label[kept] for days, label in labels.items()}
    return Rows(actor, PairFeatures(moment.snapshot).of(actor, target), labels, rate)


def _asking(moment: Moment) -> Ints:
    """Open accounts that acted lately."""
    snapshot = moment.snapshot
    late = snapshot.acts.actor[snapshot.age <= rules().active_days]
    users: Ints = np.unique(late)
    return users[moment.is_open[users]]


def _pairs(moment: Moment, users: Ints) -> tuple[Ints, Ints]:
    """Candidates who are open, and not kept apart by a block or a mute either way."""
    found = _candidates.find(moment.snapshot, moment.community, users, rules().candidates)
    actor, target = found
    keys = actor * moment.n_users + target
    allowed = moment.is_open[target] & ~np.isin(keys, moment.kept_apart)
    return actor[allowed], target[allowed]


def _sample(labels: Floats, negatives: int, generator: np.random.Generator) -> tuple[Ints, float]:
    """All that linked, some that did not, and the share of those that were kept."""
    apart = np.flatnonzero(labels == 0)
    kept = generator.permutation(apart)[:negatives]
    rate = len(kept) / len(apart) if len(apart) else 1.0  # of a day that has none, none is left out
    return np.sort(np.concatenate([np.flatnonzero(labels), kept])), rate


def _judge(model: Model, booster: "lightgbm.Booster", rows: Rows) -> dict[str, float | str]:
    """The model beside the classic indices on the latest day whose ties are known."""
    labels = rows.labels[28]
    if not 0 < labels.sum() < len(labels):
        return {"judged": "no new tie on the day that was to be judged"}
    raw = log_odds(booster, ranked(rows.columns, rows.columns))
    resamples = Resamples(rows.actor.astype(str).astype(object), 200)
    told: dict[str, float | str] = {"auc": str(resamples.interval(auc, raw, labels))}
    for name in _PEERS:
        told[f"auc_{name}"] = str(resamples.interval(auc, rows.columns[name], labels))
    best = max(_PEERS, key=lambda name: point(auc, rows.columns[name], labels))
    gained = resamples.difference(auc, raw, rows.columns[best], labels)
    chance = model.probabilities(raw)
    told |= {"best_peer": best, "auc_gained": str(gained), "n_judged": float(len(labels))}
    told["base_rate"] = float(labels.mean())
    for at, days in enumerate(HORIZONS):
        error = calibration_error(chance[:, at], rows.labels[days])
        told[f"calibration_error_{days}d"] = round(error, 5)
    return told


def _booster(model: Model) -> "lightgbm.Booster":
    import lightgbm

    return lightgbm.Booster(model_str=model.trees)


def _why(name: str) -> str:
    return next(words for begins, words in rules().why.items() if name.startswith(begins))


def _nobody() -> tuple[Ints, Ints, Floats, list[list[str]]]:
    nothing = np.zeros(0, dtype=np.int64)
    return nothing, nothing, np.zeros((0, len(HORIZONS))), []


def _table(
    world: World, actor: Ints, target: Ints, chance: Floats, reasons: list[list[str]]
) -> pa.Table:
    users = world.deeds.users
    rank = np.arange(len(actor)) - np.searchsorted(actor, actor) + 1
    columns = {
        "user_id": users.take(pa.array(actor)),
        "suggested_user_id": users.take(pa.array(target)),
        "rank": rank.astype(np.int64),
        "reasons": pa.array(reasons, pa.list_(pa.string())),
    }
    for at, days in enumerate(HORIZONS):
        columns[f"probability_{days}d"] = chance[:, at]
    return pa.table(columns)
