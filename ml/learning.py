"""One day of one score: train where it is due, promote where it is earned, score with the champion."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from ml import ledger, registry, scoring
from ml.declaration import Score, load_one
from ml.frames import Frame, read_frame
from ml.registry import Version
from ml.splitting import NotEnough, Parts, split
from townsquare.network import Network
from townsquare.settings import Home

AVAILABLE = "available"
BY = "townsquare learn"  # in meta.promotions: the gates decided, no person


@dataclass(frozen=True)
class _Outcome:
    """What a day's training came to."""

    trained: bool = False
    promoted: bool = False
    reason: str = ""
    over_champion: dict[str, float] | None = None


def learn(
    home: Home, network: Network, score_name: str, as_of: date, force: bool = False
) -> dict[str, Any]:
    """Train when due and score the day; where the data cannot support the score, say so plainly."""
    scoring.prepare(home)
    score = load_one(score_name, network)
    champion = registry.champion(home, score, as_of)
    outcome = _Outcome()
    due = _due(home, score, champion, as_of, force)
    if due:
        try:
            outcome = _train(home, score, as_of, champion)
        except NotEnough as found:
            outcome = _Outcome(reason=str(found))
    champion = registry.champion(home, score, as_of)
    if champion is None:
        return _not_available(home, score, as_of, outcome, due)
    summary = _score(home, score, champion, as_of)
    if summary is None:
        said = _Outcome(reason=f"{score.frame} has no row as of {as_of}")
        return _not_available(home, score, as_of, said, due)
    ledger.write_capability(home, score.name, AVAILABLE)
    told = {"score": score.name, "available": True, "due": due, **asdict(outcome)}
    return {**told, **_figures(champion), **summary}


def _due(home: Home, score: Score, champion: Version | None, as_of: date, force: bool) -> str:
    """Why a training is due, or nothing; a refused challenger is not tried again the next day."""
    if force:
        return "forced"
    tried = [version for version in registry.versions(home, score.name) if version.as_of <= as_of]
    if not tried:
        return "no model yet"
    last = tried[-1]
    if last.facts["declaration"] != score.fingerprint:
        return "the declaration changed"
    if (as_of - last.as_of).days >= score.retrain_days:
        return f"the last training was {(as_of - last.as_of).days} days ago"
    return ""


def _train(home: Home, score: Score, as_of: date, champion: Version | None) -> _Outcome:
    from ml.cards import write_card
    from ml.evaluation import judge
    from ml.gates import decide
    from ml.training import check_rows, train

    frame = read_frame(home, score, as_of)
    labelled = frame.labelled()
    parts = split(labelled.as_of_dates, as_of, score.horizon_days, score.split)
    check_rows(score, frame, parts)
    data_version = frame.at((*parts.train, *parts.valid, *parts.judge)).fingerprint()
    name = registry.version_name(score, as_of, data_version)
    said = registry.was_decided(home, score.name, name)
    if said is not None:
        return _Outcome(reason=f"this frame, declaration and code made {name} before: {said}")
    model = train(score, frame, parts)
    judged = judge(score, model, frame, parts)
    rival = _rival(home, score, as_of, champion, parts)
    decision = decide(score, judged, rival)
    facts = {
        "score": score.name,
        "as_of_date": as_of.isoformat(),
        "label": score.label,
        "features": list(score.features),
        "declaration": score.fingerprint,
        "declared": score.model_dump(mode="json"),
        "parts": {part: [str(day) for day in days] for part, days in asdict(parts).items()},
        "n_trained": len(frame.at(parts.train).labelled()),
        "n_trees": model.booster.num_trees(),
        "data_version": data_version,
        "code_version": registry.code_version(),
        "baseline_name": judged.judgement.baseline_name,
        "figures": judged.judgement.figures(),
        "judgement": judged.judgement.as_dict(),
    }
    version = registry.keep(home, score, name, model, facts)
    write_card(version, score, model, judged, decision)
    registry.record(home, score, version, decision, BY)
    over = asdict(decision.over_champion) if decision.over_champion else None
    return _Outcome(True, decision.promoted, decision.reason, over)


def _rival(
    home: Home, score: Score, as_of: date, champion: Version | None, parts: Parts
) -> Any:
    """The champion on the judged rows, where it can be put to them fairly."""
    from ml.gates import Rival

    if champion is None:
        return None
    rows = read_frame(home, score, as_of, dates=parts.judge, features=champion.features).labelled()
    predicted = champion.load().predict(rows.values)
    return Rival(champion.name, len(champion.features), predicted)


def _score(home: Home, score: Score, champion: Version, as_of: date) -> dict[str, Any] | None:
    """Publish the day's scores and what drifted since training; None where nobody is to be scored."""
    from ml.drift import compare

    dates = (champion.reference_date, as_of)
    frame = read_frame(home, score, as_of, dates=dates, features=champion.features)
    today, reference = frame.at([as_of]), frame.at([champion.reference_date])
    if not len(today):
        return None
    model = champion.load()
    predicted = scoring.publish(home, score, model, champion.name, today)
    then = model.predict(reference.values) if len(reference) else predicted[:0]
    found = compare(reference, today, {"score": (then, predicted)})
    rows = [
        {
            **asdict(drift),
            "is_drifted": drift.is_drifted,
            "score_name": score.name,
            "model_version": champion.name,
            "reference_date": champion.reference_date,
            "as_of_date": as_of,
        }
        for drift in found
    ]
    ledger.write(home, "drift", rows)
    drifted = [drift.quantity for drift in found if drift.is_drifted]
    return {"rows_scored": len(today), "mean_score": float(predicted.mean()), "drifted": drifted}


def _not_available(
    home: Home, score: Score, as_of: date, outcome: _Outcome, due: str
) -> dict[str, Any]:
    """Publish nothing for the day, and say why in a sentence."""
    scoring.withdraw(home, score, as_of)
    reason = outcome.reason or ledger.capabilities(home).get(score.name, "no model yet")
    reason = reason.removeprefix("not available: ")
    ledger.write_capability(home, score.name, f"not available: {reason}")
    told = {"score": score.name, "available": False, "due": due, "rows_scored": 0}
    return {**told, **asdict(outcome), "reason": reason}


def _figures(champion: Version) -> dict[str, Any]:
    figures = champion.facts["figures"]
    return {
        "model_version": champion.name,
        "auc": figures["auc"],
        "auc_interval": [figures["auc_low"], figures["auc_high"]],
        "baseline_name": champion.facts["baseline_name"],
        "baseline_auc": figures["baseline_auc"],
        "logistic_auc": figures["logistic_auc"],
        "ece": figures["calibration_error"],
        "n_test": int(figures["n_judged"]),
        "card": str(champion.card),
    }
