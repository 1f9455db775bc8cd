"""Every score's champion beside the challenger that was judged last, with their cards."""

from typing import Any

from control_room.reading import Asked
from ml import ledger, mlflow_store
from ml.declaration import Score, load_all
from ml.figures import FIGURES
from townsquare.network import read_network
from townsquare.rows import Row
from townsquare.settings import Home


def facts(asked: Asked) -> dict[str, Any]:
    """Champion and challenger per score, and every decision about its versions."""
    versions = ledger.read(asked.home, "model_versions")
    decisions = ledger.read(asked.home, "promotions")
    scores = load_all(read_network(asked.home))
    told = [_score(asked.home, score, versions, decisions) for score in scores]
    return {"scores": told, "figures": FIGURES}


def _score(home: Home, score: Score, versions: list[Row], decisions: list[Row]) -> dict[str, Any]:
    ours = [row for row in versions if row["score_name"] == score.name]
    said = [row for row in decisions if row["score_name"] == score.name]
    standing = mlflow_store.aliased(home, score.name)
    order = [row["model_version"] for row in said]
    others = sorted(
        (row for row in ours if row["model_version"] != standing),
        key=lambda row: order.index(row["model_version"]) if row["model_version"] in order else -1,
    )
    champion = next((row for row in ours if row["model_version"] == standing), None)
    sides = [("Champion", champion), ("Challenger", others[-1] if others else None)]
    return {
        "name": score.name,
        "question": score.question,
        "owner": score.owner,
        "sides": [_side(home, role, row, said) for role, row in sides if row is not None],
        "decisions": list(reversed(said)),
    }


def _side(home: Home, role: str, row: Row, said: list[Row]) -> dict[str, Any]:
    about = [one for one in said if one["model_version"] == row["model_version"]]
    card = home.models / row["score_name"] / row["model_version"] / "card.html"
    return {**row, "role": role, "said": about[-1] if about else None, "has_card": card.exists()}
