"""What a person decides about models: promote, go back, or judge a challenger that waits."""

from collections.abc import Callable
from typing import Any

from ml import mlflow_store, registry
from ml.declaration import Score, load_one
from ml.figures import FIGURES
from ml.registry import Version
from townsquare import faults, locking
from townsquare.errors import TownsquareError
from townsquare.network import read_network
from townsquare.settings import Home


def promote(home: Home, score_name: str, version: str, reason: str, by: str) -> dict[str, str]:
    """Make a version champion, or, without one, the champion before the one that stands."""
    score = load_one(score_name, read_network(home))
    with faults.told(home), locking.writer(home, f"promoting {score_name}"):
        name = version or _before(home, score)
        registry.promote(home, score_name, name, reason, by)
    return {"score": score_name, "model_version": name}


def decide(
    home: Home, score_name: str, version: str, approved: bool, reason: str, by: str
) -> dict[str, str]:
    """Write down what a person said of a challenger, and promote it where they approved."""
    said = registry.promote if approved else registry.reject
    with faults.told(home), locking.writer(home, f"judging {score_name}"):
        said(home, score_name, version, reason, by)
    return {"score": score_name, "model_version": version}


def question(
    home: Home, score_name: str, cards: str, card_of: Callable[[str, str], str]
) -> dict[str, str] | None:
    """What a person is asked about the challenger that waits; None where none does.

    It links to the page of all `cards`, and to `card_of` the score and the version.
    """
    version = registry.waiting(home, score_name)
    if version is None:
        return None
    score = load_one(score_name, read_network(home))
    return {
        "model_version": version.name,
        "subject": f"May {version.name} speak for {score_name}?",
        "body": _body(home, score, version, (card_of(score_name, version.name), cards)),
    }


_BODY = """{question}

Its gates hold: {said}.

{table}

[Its card]({card}) and [{beside}]({cards}).

Approve: it becomes champion, and the day is scored and published again. Reject: {rejected}.
Either is on record with your name.
"""
_COMPARED = ("auc", "average_precision", "lift", "brier", "calibration_error", "n_judged")


def _body(home: Home, score: Score, version: Version, links: tuple[str, str]) -> str:
    _, said = registry.last_said(home, score.name, version.name) or ("", "")
    card, cards = links
    standing = mlflow_store.aliased(home, score.name)
    sides = {f"challenger {version.name}": version}
    if standing:
        sides[f"champion {standing}"] = registry.read_version(home, score.name, standing)
    words = dict(FIGURES)
    rows = [
        ["", *sides],
        ["---"] * (1 + len(sides)),
        *[[words[name], *(_figure(side, name) for side in sides.values())] for name in _COMPARED],
    ]
    return _BODY.format(
        question=score.question,
        said=said,
        table="\n".join("| " + " | ".join(row) + " |" for row in rows),
        card=card,
        cards=cards,
        beside="both cards side by side" if standing else "the page of all models",
        rejected="the champion stays" if standing else "the score stays without one",
    )


def _figure(version: Version, name: str) -> str:
    found: Any = version.facts["figures"].get(name)
    return "" if found is None else f"{found:,.0f}" if name.startswith("n_") else f"{found:#.3g}"


def _before(home: Home, score: Score) -> str:
    standing = mlflow_store.aliased(home, score.name)
    found = registry.predecessor(home, score, standing) if standing else None
    if found is None:
        raise TownsquareError(
            f"{score.name} has no champion before {standing or 'its first'}; name a version, "
            "such as the page Models lists."
        )
    return found.name
