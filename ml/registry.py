"""
Keeps model versions and says which one is champion.

A version is a folder, home.models/<score>/<version>/, and never changes. Which version is champion
is known in one place only: the alias `champion` of the score's registered model in MLflow. Moving
the alias, here or in MLflow's own UI, is what rolls a model back.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml import ledger, mlflow_store
from ml.calibration import Calibration
from ml.declaration import Score
from ml.ledger import Word
from townsquare.errors import TownsquareError
from townsquare.settings import Home
from townsquare.whole import write_text

if TYPE_CHECKING:
    from ml.gates import Decision
    from ml.training import Model


@dataclass(frozen=True)
class Version:
    """What is known about one kept model without loading it; `facts` is its model.json."""

    folder: Path
    facts: dict[str, Any]

    @property
    def name(self) -> str:
        """The version, as published rows carry it."""
        return self.folder.name

    @property
    def as_of(self) -> date:
        """It knows what happened before this date."""
        return date.fromisoformat(self.facts["as_of_date"])

    @property
    def reference_date(self) -> date:
        """The last as_of_date it was trained on: what today is compared with for drift."""
        return date.fromisoformat(self.facts["parts"]["refit"][-1])

    @property
    def features(self) -> tuple[str, ...]:
        """The columns it reads."""
        return tuple(self.facts["features"])

    @property
    def card(self) -> Path:
        """Its model card."""
        return self.folder / "card.html"

    def load(self) -> "Model":
        """The model itself."""
        import lightgbm

        from ml.training import Model

        booster = lightgbm.Booster(model_file=str(self.folder / "booster.txt"))
        return Model(booster, Calibration(**self.facts["calibration"]), self.features)

    def answers(self, score: Score) -> bool:
        """Whether its label is the declared one; another horizon is another question."""
        return bool(self.facts["label"] == score.label)


@cache
def code_version() -> str:
    """A hash of the code that learns, so that it is known also where there is no git."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def version_name(score: Score, as_of: date, data_version: str) -> str:
    """The same frame, declaration, date and code always make the same version."""
    made_of = f"{score.fingerprint} {data_version} {code_version()}"
    return f"{as_of:%Y%m%d}-{hashlib.sha256(made_of.encode()).hexdigest()[:8]}"


def keep(home: Home, score: Score, name: str, model: "Model", facts: dict[str, Any]) -> Version:
    """Write a version's folder whole; one that is already there stays as it is."""
    folder = home.models / score.name / name
    if not (folder / "model.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        # LightGBM's own writer does not say that a disk is full.
        (folder / "booster.txt").write_text(model.booster.model_to_string(), encoding="utf-8")
        facts = {**facts, "calibration": asdict(model.calibration)}
        text = json.dumps(facts, indent=2, sort_keys=True, default=str)
        write_text(folder / "model.json", text + "\n")  # last: it makes the version whole
    return read_version(home, score.name, name)


def read_version(home: Home, score_name: str, name: str) -> Version:
    """One kept version, or a sentence that says which there are."""
    folder = home.models / score_name / name
    if not (folder / "model.json").exists():
        known = ", ".join(version.name for version in versions(home, score_name)) or "none"
        raise TownsquareError(f"{folder} is no model of {score_name}; its versions are: {known}.")
    return Version(folder, json.loads((folder / "model.json").read_text(encoding="utf-8")))


def versions(home: Home, score_name: str) -> list[Version]:
    """Every kept version of a score, oldest as_of first."""
    folders = (home.models / score_name).glob("*/model.json")
    found = [Version(path.parent, json.loads(path.read_text(encoding="utf-8"))) for path in folders]
    return sorted(found, key=lambda version: (version.as_of, version.name))


def champion(home: Home, score: Score, as_of: date) -> Version | None:
    """
    The model that speaks as of a date.

    It is the one MLflow's alias points at. Where that one was made later than as_of, as in a
    backfill, it would know the future: then it is the last one promoted up to as_of.
    """
    standing = mlflow_store.aliased(home, score.name)
    if standing is None:
        return None
    version = read_version(home, score.name, standing)
    if version.as_of > as_of:
        promoted = _promoted(home, score.name)
        kept = [found for found in versions(home, score.name) if found.name in promoted]
        earlier = [found for found in kept if found.as_of <= as_of]
        version = earlier[-1] if earlier else version
    return version if version.as_of <= as_of and version.answers(score) else None


def decided(home: Home, score_name: str, as_of: date) -> list[Version]:
    """The versions up to a date about which something was decided, oldest first."""
    rows = ledger.read(home, "promotions")
    names = {row["model_version"] for row in rows if row["score_name"] == score_name}
    kept = versions(home, score_name)
    return [version for version in kept if version.name in names and version.as_of <= as_of]


def record(home: Home, score: Score, version: Version, decision: "Decision", by: str) -> None:
    """Register a trained version in MLflow and in the books; move the alias where it was earned."""
    standing = mlflow_store.aliased(home, score.name)
    later = standing is not None and read_version(home, score.name, standing).as_of > version.as_of
    ledger.write(home, "model_versions", [_version_row(score, version)])
    with ledger.locked(home):
        mlflow_store.register(home, score, version, decision)
        if decision.promoted and not later:
            mlflow_store.point(home, score.name, version.name)
    _note(home, score.name, version, (decision.word, decision.reason, by))


def predecessor(home: Home, score: Score, name: str) -> Version | None:
    """The champion before a version, as the books tell it; None where that was the first."""
    rows = [
        row["model_version"]
        for row in ledger.read(home, "promotions")
        if row["score_name"] == score.name
        and row["decision"] in (Word.PROMOTED, Word.ROLLED_BACK)
        and row["model_version"] != name
    ]
    version = read_version(home, score.name, rows[-1]) if rows else None
    return version if version is not None and version.answers(score) else None


def last_said(home: Home, score_name: str, name: str) -> tuple[Word, str] | None:
    """What was decided about this very version last, and why; None where nobody has judged it."""
    said = _said(home, score_name, name)
    return (Word(said[-1]["decision"]), str(said[-1]["reason"])) if said else None


def roll_back(home: Home, score_name: str, name: str, by: str) -> Version:
    """Make a kept version champion again; a sentence where it never passed its gates."""
    version = read_version(home, score_name, name)
    if name not in _promoted(home, score_name):
        raise TownsquareError(
            f"{version.folder} was never promoted, so it cannot be rolled back to; "
            f"the versions that were: {', '.join(sorted(_promoted(home, score_name))) or 'none'}."
        )
    before = mlflow_store.aliased(home, score_name)
    with ledger.locked(home):
        mlflow_store.point(home, score_name, name)
    _note(home, score_name, version, (Word.ROLLED_BACK, f"replaces {before} on request", by))
    return version


def promote(home: Home, score_name: str, name: str, reason: str, by: str) -> Version:
    """Make a kept version champion on a person's word; a sentence where its gates did not hold."""
    version = read_version(home, score_name, name)
    if not _held(home, score_name, name):
        said = last_said(home, score_name, name)
        why = ": ".join(said) if said else "no gate has judged it"
        raise TownsquareError(
            f"{version.folder} cannot be promoted ({why}); mend the declaration or the data and "
            "train it anew."
        )
    with ledger.locked(home):
        mlflow_store.point(home, score_name, name)
    _note(home, score_name, version, (Word.PROMOTED, reason, by))
    return version


def reject(home: Home, score_name: str, name: str, reason: str, by: str) -> Version:
    """Write down that a person turned a challenger down; the champion stays."""
    version = read_version(home, score_name, name)
    _note(home, score_name, version, (Word.REJECTED, reason, by))
    return version


def waiting(home: Home, score_name: str) -> Version | None:
    """The challenger that waits for a person's word: the last one, if nobody has spoken since."""
    said = [row for row in ledger.read(home, "promotions") if row["score_name"] == score_name]
    if not said or said[-1]["decision"] != Word.WAITING:
        return None
    return read_version(home, score_name, said[-1]["model_version"])


def _held(home: Home, score_name: str, name: str) -> bool:
    """Whether a version was judged and its gates held, promoted or not."""
    judged = {row["decision"] for row in _said(home, score_name, name)}
    return not judged.isdisjoint({Word.PROMOTED, Word.WAITING, Word.KEPT})


def _said(home: Home, score_name: str, name: str) -> list[dict[str, Any]]:
    rows = ledger.read(home, "promotions")
    return [row for row in rows if (row["score_name"], row["model_version"]) == (score_name, name)]


def _promoted(home: Home, score_name: str) -> set[str]:
    return {
        row["model_version"]
        for row in ledger.read(home, "promotions")
        if row["score_name"] == score_name and row["decision"] == Word.PROMOTED
    }


def _note(home: Home, score_name: str, version: Version, said: tuple[Word, str, str]) -> None:
    decision, reason, by = said
    row = {
        "score_name": score_name,
        "model_version": version.name,
        "decided_at": datetime.now(UTC).replace(tzinfo=None),
        "decision": decision,
        "reason": reason,
        "metrics": json.dumps(version.facts["figures"], sort_keys=True),
        "data_version": version.facts["data_version"],
        "code_version": version.facts["code_version"],
        "decided_by": by,
    }
    ledger.write(home, "promotions", [row])


def _version_row(score: Score, version: Version) -> dict[str, Any]:
    facts, figures = version.facts, version.facts["figures"]
    row = {
        "score_name": score.name,
        "model_version": version.name,
        "kind": score.model.kind,
        "question": score.question,
        "card": str(version.card.relative_to(version.folder.parents[1])),
        "trained_at": datetime.now(UTC).replace(tzinfo=None),
        "as_of_date": version.as_of,
        "calibration": facts["calibration"]["method"],
        "n_features": len(version.features),
    }
    for part, word in (("refit", "trained"), ("valid", "valid"), ("judge", "judged")):
        row[f"{word}_from_date"] = date.fromisoformat(facts["parts"][part][0])
        row[f"{word}_until_date"] = date.fromisoformat(facts["parts"][part][-1])
    for column in ledger.MODEL_VERSIONS.names:
        if column not in row:
            row[column] = facts.get(column, figures.get(column))
    row["n_judged"] = int(figures["n_judged"])
    return row
