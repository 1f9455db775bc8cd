"""Contracts that every declared score keeps with the dbt project."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ml.declaration import Score, load_all
from ml.reasons import phrase, read_phrases
from townsquare.network import Network
from townsquare.settings import DBT_PROJECT

DECLARED = load_all(Network())
MODELS = DBT_PROJECT / "models"


def described(folder: Path) -> dict[str, dict[str, str]]:
    """Columns and their descriptions by model, with dbt's variables at their defaults."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("*.yml")):
        text = yaml.safe_load(path.read_text(encoding="utf-8"))
        for model in text.get("models", []):
            columns = model.get("columns", [])
            found[model["name"]] = {
                filled(column["name"]): column.get("description", "") for column in columns
            }
    return found


def filled(name: str) -> str:
    windows = Network().windows.model_dump()
    return re.sub(r"\{\{\s*var\('(\w+)'\)\s*\}\}", lambda found: str(windows[found.group(1)]), name)


def test_there_are_scores_to_check() -> None:
    assert DECLARED


@pytest.mark.parametrize("score", DECLARED, ids=lambda score: score.name)
def test_the_frame_describes_the_grain_and_the_label(score: Score) -> None:
    columns = described(MODELS / "frames")[score.frame]
    assert {*score.grain, score.label} <= set(columns)
    assert [name for name in columns if "_next_" in name] == [score.label]


@pytest.mark.parametrize("score", DECLARED, ids=lambda score: score.name)
def test_every_feature_is_described_where_it_is_built(score: Score) -> None:
    columns: dict[str, str] = {}
    for model in described(MODELS / "features").values():
        columns |= model
    assert [name for name in score.features if not columns.get(name)] == []


@pytest.mark.parametrize("score", DECLARED, ids=lambda score: score.name)
def test_every_feature_can_be_said_in_words_with_and_without_a_value(score: Score) -> None:
    phrases: dict[str, Any] = read_phrases()
    for name in score.features:
        say = phrase(name, phrases.get(name))
        assert say(3.0)
        assert "nan" not in say(float("nan")).lower().split()
