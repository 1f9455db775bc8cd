import re
from typing import Any

import worlds
from lxml import html

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


def test_a_card_is_read_by_ear_and_by_keyboard_as_by_eye(
    learned: Home, first: dict[str, Any]
) -> None:
    version = registry.read_version(learned, "churn", first["model_version"])
    card = html.fromstring(version.card.read_text(encoding="utf-8"))
    drawings = card.xpath("//*[@role='img' and @tabindex='0']")
    said = [drawing.get("aria-label") for drawing in drawings]
    assert len(said) == 7
    assert f"this model {first['auc']:.3f} (" in said[0]
    assert said[1].startswith("Calibration by tenths: ") and said[1].count(" happened") == 10
    assert all(svg.get("aria-hidden") == "true" for svg in card.xpath("//svg"))
    assert card.xpath("//th[@scope='col']") and card.xpath("//th[@scope='row']")
    (skip,) = card.xpath("//a[@class='skip']/@href")
    assert card.xpath(f"//main[@id='{skip[1:]}']")
    # what is drawn in ink follows the reader's day or night
    assert "#010203" not in version.card.read_text(encoding="utf-8")
    assert "currentColor" in html.tostring(drawings[0], encoding="unicode")
