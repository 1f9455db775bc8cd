"""One day of one score: train where due, promote where earned, score with the champion."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ml import ledger, registry, scoring
from ml.declaration import Score, load_one
from ml.frames import lacks, read_frame
from ml.ledger import Word
from ml.registry import Version
from ml.splitting import NotEnoughError, Parts, split
from townsquare import warehouse
from townsquare.network import Network
from townsquare.settings import Home

if TYPE_CHECKING:
    from ml.evaluation import Judgement
    from ml.gates import Rival
    from ml.training import Model

AVAILABLE = "available"
BY = "townsquare learn"  # in meta.promotions: the gates decided, no person


@dataclass(frozen=True)
class _Outcome:
    """What a day's training came to."""

    trained: bool = False
    promoted: bool = False
    waits: bool = False
    reason: str = ""
    over_champion: dict[str, float] | None = None


def learn(
    home: Home, network: Network, score_name: str, as_of: date, force: bool = False
) -> dict[str, Any]:
    """Train when due and score the day; where the data cannot support the score, say so plainly."""
    scoring.prepare(home)
    score = load_one(score_name, network)
    due = "forced" if force else _due(home, score, as_of)
    outcome = _Outcome()
    if due:
        try:
            outcome = _train(home, network, score, as_of)
        except NotEnoughError as found:
            outcome = _Outcome(reason=str(found))
    champion = _champion(home, score, as_of)
    if champion is None:
        return _not_available(home, score, as_of, outcome, due)
    summary = _score(home, score, champion, as_of)
    if summary is None:
        nobody = _Outcome(reason=f"{score.frame} has no row as of {as_of}")
        return _not_available(home, score, as_of, nobody, due)
    ledger.write_capability(home, score.name, AVAILABLE)
    told = {"score": score.name, "available": True, "due": due, **asdict(outcome)}
    return {**told, **_figures(champion), **summary}


def _champion(home: Home, score: Score, as_of: date) -> Version | None:
    """The standing champion, unless the frame has lost a feature that it reads."""
    champion = registry.champion(home, score, as_of)
    if champion is not None and lacks(home, score, champion.features):
        return None
    return champion


def _due(home: Home, score: Score, as_of: date) -> str:
    """Why a training is due, or nothing; a refused challenger is not tried again the next day."""
    tried = registry.decided(home, score.name, as_of)
    if not tried:
        return "no model yet"
    last = tried[-1]
    if last.facts["declaration"] != score.fingerprint:
        return "the declaration changed"
    age = (as_of - last.as_of).days
    return f"the last training was {age} days ago" if age >= score.retrain_days else ""


def _train(home: Home, network: Network, score: Score, as_of: date) -> _Outcome:
    from ml.cards import write_card
    from ml.drift import compare
    from ml.evaluation import judge
    from ml.gates import decide
    from ml.training import check_rows, train

    champion = _champion(home, score, as_of)
    frame = read_frame(home, score, as_of)
    enough = score.gates.min_positives
    parts = split(frame.outcomes(), as_of, score.horizon_days, score.split, enough)
    check_rows(score, frame, parts)
    data_version = frame.at((*parts.refit, *parts.judge)).fingerprint()
    name = registry.version_name(score, as_of, data_version)
    said = registry.last_said(home, score.name, name)
    if said is not None:
        before = f"this frame, declaration and code made {name} before"
        return _Outcome(reason=f"{before}: {_told(*said)}")
    if champion is not None and champion.name == name:
        # A try that was killed before it wrote its decision down: nobody is a rival of himself.
        champion = registry.predecessor(home, score, name)
    model = train(score, frame, parts)
    judged = judge(score, model, frame, parts)
    decision = decide(score, judged, _rival(home, score, as_of, champion, parts))
    if score.name in network.judged_by_a_person:
        decision = decision.left_to_a_person()
    facts = _facts(score, as_of, parts, model, judged.judgement)
    facts |= {"data_version": data_version, "n_trained": len(frame.at(parts.refit).labelled())}
    facts["landing_sequence"] = warehouse.known_sequence(home)
    version = registry.keep(home, score, name, model, facts)
    drifts = compare(frame.at(parts.refit[-1:]), frame.at([as_of]), {})
    write_card(version, score, model, judged, decision, drifts)
    registry.record(home, score, version, decision, BY)
    over = asdict(decision.over_champion) if decision.over_champion else None
    told = _told(decision.word, decision.reason)
    return _Outcome(True, decision.promoted, decision.waits, told, over)


def _told(word: Word, reason: str) -> str:
    """A decision where nothing but a sentence tells of it: a failed gate alone does not say so."""
    return f"{word}: {reason}" if word is Word.REFUSED else reason


def _facts(
    score: Score, as_of: date, parts: Parts, model: "Model", judgement: "Judgement"
) -> dict[str, Any]:
    """What model.json keeps about a version."""
    return {
        "score": score.name,
        "as_of_date": as_of.isoformat(),
        "label": score.label,
        "features": list(score.features),
        "declaration": score.fingerprint,
        "declared": score.model_dump(mode="json"),
        "parts": {part: [str(day) for day in days] for part, days in asdict(parts).items()},
        "n_trees": model.booster.num_trees(),
        "code_version": registry.code_version(),
        "baseline_name": judgement.baseline_name,
        "figures": judgement.figures(),
        "judgement": judgement.as_dict(),
    }


def _rival(
    home: Home, score: Score, as_of: date, champion: Version | None, parts: Parts
) -> "Rival | None":
    """The champion on the judged rows, where it can be put to them fairly."""
    from ml.gates import Rival

    if champion is None:
        return None
    rows = read_frame(home, score, as_of, dates=parts.judge, features=champion.features).labelled()
    predicted = champion.load().predict(rows.values)
    return Rival(champion.name, len(champion.features), predicted)


def _score(home: Home, score: Score, champion: Version, as_of: date) -> dict[str, Any] | None:
    """Publish the day's scores and what drifted since training; None where there is nobody."""
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
    scoring.record(home, score, champion.name, today)
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
