"""What a person decides about models; where they have the last word nothing speaks without it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq
import pytest
import worlds

import ml.promoting
from ml import ledger, mlflow_store, promoting, registry
from ml.declaration import Score, load_all
from ml.gates import Decision
from ml.learning import BY, learn
from ml.ledger import Word
from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.settings import Home

JUDGED = worlds.NETWORK.model_copy(update={"judged_by_a_person": ["churn"]})


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, score: Score) -> None:
    """Let `promoting` find the synthetic declaration."""
    monkeypatch.setattr(ml.promoting, "load_one", lambda name, network: score)


@dataclass(frozen=True)
class Waiting:
    """A home in which a challenger beat the champion and waits for a person's word."""

    home: Home
    champion: str
    challenger: str


@pytest.fixture
def waiting(empty_store: Home, declared: Callable[..., Score], found: None) -> Waiting:
    """The champion was never shown a feature that matters; the challenger was."""
    blind = ["days_since_last_activity", "share_replies_28d", "is_premium"]
    gates = {**worlds.DECLARED["gates"], "max_calibration_error": 0.2}
    declared(features=blind, segments=None, gates=gates)
    worlds.write_frame(empty_store, worlds.make_frame(worlds.weeks(24)))
    before = learn(empty_store, worlds.NETWORK, "churn", worlds.AS_OF)
    declared()
    after = learn(empty_store, JUDGED, "churn", worlds.AS_OF)
    assert before["promoted"] and after["waits"] and not after["promoted"]
    assert after["model_version"] == before["model_version"]  # which speaks for the day
    challenger = ledger.read(empty_store, "promotions")[-1]["model_version"]
    return Waiting(empty_store, before["model_version"], challenger)


def question(home: Home) -> dict[str, str] | None:
    return promoting.question(home, "churn", "all cards", "card of {} {}".format)


def test_what_earned_promotion_waits_where_a_person_has_the_last_word() -> None:
    earned = Decision(Word.PROMOTED, "it wins").left_to_a_person()
    assert (earned.promoted, earned.waits, earned.word) == (False, True, Word.WAITING)
    for word in (Word.KEPT, Word.REFUSED):
        assert Decision(word, "not earned").left_to_a_person().word is word


def test_an_approval_promotes_and_the_way_back_needs_no_version(waiting: Waiting) -> None:
    home = waiting.home
    asked = question(home)
    assert asked is not None and asked["model_version"] == waiting.challenger
    assert f"[Its card](card of churn {waiting.challenger})" in asked["body"]
    assert "[both cards side by side](all cards)" in asked["body"]
    assert f"champion {waiting.champion}" in asked["body"]
    assert "| Average precision | 0." in asked["body"] and "average_precision" not in asked["body"]
    assert "both cards side by side" in asked["body"]
    assert "Reject: the champion stays." in asked["body"]

    promoting.decide(home, "churn", waiting.challenger, True, "its card is sound", "anna")

    assert mlflow_store.aliased(home, "churn") == waiting.challenger
    assert question(home) is None
    back = promoting.promote(home, "churn", "", "it was better", "bela")
    assert back["model_version"] == mlflow_store.aliased(home, "churn") == waiting.champion
    said = [(row["decision"], row["decided_by"]) for row in ledger.read(home, "promotions")]
    assert said[1:] == [("waiting", BY), ("promoted", "anna"), ("promoted", "bela")]


def test_a_rejection_leaves_the_champion_and_is_on_record(waiting: Waiting) -> None:
    home = waiting.home
    promoting.decide(home, "churn", waiting.challenger, False, "too few features", "anna")
    assert mlflow_store.aliased(home, "churn") == waiting.champion
    last = ledger.read(home, "promotions")[-1]
    said = (last["decision"], last["reason"], last["decided_by"])
    assert said == ("rejected", "too few features", "anna")
    assert question(home) is None


def test_nobody_can_promote_what_its_gates_refused(
    learned: Home, first: dict[str, Any], score: Score, found: None
) -> None:
    other = learned.models / "churn" / "20250101-aaaaaaaa"
    version = registry.read_version(learned, "churn", first["model_version"])
    kept = registry.keep(learned, score, other.name, version.load(), dict(version.facts))
    shutil.copy(version.card, kept.card)
    with pytest.raises(TownsquareError, match="cannot be promoted .no gate has judged it"):
        promoting.promote(learned, "churn", other.name, "please", "anna")
    refused = Decision(Word.REFUSED, "its lift 0.90 is below 1.5")
    registry.record(learned, score, kept, refused, BY)
    with pytest.raises(TownsquareError, match="cannot be promoted .refused: its lift"):
        promoting.promote(learned, "churn", other.name, "please", "anna")
    # Whatever is said of it afterwards, its gates have not held.
    promoting.decide(learned, "churn", other.name, False, "it is refused, not waiting", "anna")
    with pytest.raises(TownsquareError, match="cannot be promoted .rejected: it is refused"):
        promoting.promote(learned, "churn", other.name, "please", "anna")


def test_what_an_older_version_refused_and_called_kept_is_refused_too(
    learned: Home, first: dict[str, Any], score: Score, found: None
) -> None:
    version = registry.read_version(learned, "churn", first["model_version"])
    other = learned.models / "churn" / "20250101-aaaaaaaa"
    registry.keep(learned, score, other.name, version.load(), dict(version.facts))
    (row,) = ledger.read(learned, "promotions")
    told = {"decision": "kept", "reason": "refused: its lift 0.90 is below 1.5"}
    ledger.write(learned, "promotions", [{**row, "model_version": other.name, **told}])
    with pytest.raises(TownsquareError, match="cannot be promoted .refused: its lift"):
        promoting.promote(learned, "churn", other.name, "please", "anna")
    last = ledger.read(learned, "promotions")[-1]
    assert (last["decision"], last["reason"]) == ("refused", "its lift 0.90 is below 1.5")
    ledger.prepare(learned)  # for the release, which publishes the book as it lies there
    kept = pq.read_table(learned.models / "promotions.parquet").to_pylist()
    assert kept == ledger.read(learned, "promotions")


def test_there_is_no_way_back_before_the_first_champion(
    learned: Home, first: dict[str, Any], found: None
) -> None:
    with pytest.raises(TownsquareError, match="churn has no champion before"):
        promoting.promote(learned, "churn", "", "please", "anna")


def test_a_score_that_network_yml_misnames_is_refused() -> None:
    with pytest.raises(TownsquareError, match="judged_by_a_person names 'chrun'.* known: churn"):
        load_all(Network(judged_by_a_person=["chrun"]))
