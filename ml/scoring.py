"""Says a champion's number about every row of a day, and writes it where dbt reads it back."""

import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ml import ledger
from ml.declaration import Score
from ml.frames import Frame
from ml.reasons import read_phrases, reasons
from townsquare import warehouse
from townsquare.parquet import save
from townsquare.settings import Home

if TYPE_CHECKING:
    from ml.training import Model

Floats = npt.NDArray[np.float64]

SCHEMA = pa.schema(
    [
        ("score_name", pa.string()),
        ("entity_id", pa.string()),
        ("as_of_date", pa.date32()),
        ("score", pa.float64()),
        ("band", pa.string()),
        ("reasons", pa.list_(pa.string())),
        ("model_version", pa.string()),
        ("expires_at", pa.timestamp("us")),
    ]
)
_CHUNK = 50_000  # rows explained at once


def prepare(home: Home) -> None:
    """Make scores/empty.parquet and empty books, so that readers find columns before any score."""
    path = home.scores / "empty.parquet"
    if not path.exists():
        save(SCHEMA.empty_table(), path)
    ledger.prepare(home)


def partition(home: Home, score: Score, as_of: date) -> Path:
    """Where the scores of a day lie."""
    return home.scores / score.name / f"as_of_date={as_of}" / "part.parquet"


def withdraw(home: Home, score: Score, as_of: date) -> None:
    """Take back what an earlier run of this day published."""
    shutil.rmtree(partition(home, score, as_of).parent, ignore_errors=True)


def publish(home: Home, score: Score, model: "Model", version: str, rows: Frame) -> Floats:
    """Score every row and write the day's partition whole; the same rows give the same bytes."""
    values = rows.select(model.features)
    predicted = model.predict(values)
    phrases = read_phrases()
    told: list[list[str]] = []
    for start in range(0, len(rows), _CHUNK):
        part = values[start : start + _CHUNK]
        told += reasons(model.features, part, model.contributions(part), phrases)
    as_of = rows.as_of_dates[0]
    expires = datetime.combine(as_of + timedelta(days=score.expires_days), time())
    columns = {
        "score_name": [score.name] * len(rows),
        "entity_id": [str(entity) for entity in rows.entities],
        "as_of_date": [as_of] * len(rows),
        "score": predicted,
        "band": bands(score, predicted),
        "reasons": told,
        "model_version": [version] * len(rows),
        "expires_at": [expires] * len(rows),
    }
    save(pa.table(columns, schema=SCHEMA), partition(home, score, as_of))
    return predicted


def record(home: Home, score: Score, version: str, rows: Frame) -> None:
    """Say in the books who scored a day, and up to which landed file the frame knew."""
    day = {
        "score_name": score.name,
        "as_of_date": rows.as_of_dates[0],
        "model_version": version,
        "n_scored": len(rows),
        "landing_sequence": warehouse.known_sequence(home),
        "scored_at": datetime.now(UTC).replace(tzinfo=None),
    }
    ledger.write(home, "scorings", [day])


def bands(score: Score, predicted: Floats) -> Sequence[str]:
    """high, medium or low, by the declared probabilities."""
    names = np.array(["low", "medium", "high"])
    found = np.digitize(predicted, [score.bands.medium, score.bands.high])
    return [str(name) for name in names[found]]
