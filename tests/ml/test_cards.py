import re
from typing import Any

import worlds

from ml import registry
from townsquare.settings import Home


def test_a_card_tells_everything_a_reader_would_ask(learned: Home, first: dict[str, Any]) -> None:
    version = registry.read_version(learned, "churn", first["model_version"])
    card = version.card.read_text(encoding="utf-8")
    told = (
        "Will this user be gone for the next 28 days?",
        "community",
        "Promoted: the first to pass its gates",
        "logistic regression",
        first["baseline_name"],
        f"{first['auc']:.3f}",
        "2025-06-02",  # the judged date
        "Calibration by tenths",
        "Precision and recall",
        "What moves it",
        "By segment",
        "Limits",
        *worlds.FEATURES,
    )
    assert [text for text in told if text not in card] == []


def test_a_card_needs_nothing_from_outside(learned: Home, first: dict[str, Any]) -> None:
    version = registry.read_version(learned, "churn", first["model_version"])
    card = version.card.read_text(encoding="utf-8")
    assert card.count("<svg") == 7
    assert re.findall(r"<(?:script|link|img|iframe)\b", card) == []
    addresses = set(re.findall(r"https?://[^\"'\s)<]+", card))
    assert all(address.startswith("http://www.w3.org/") for address in addresses)  # XML names
