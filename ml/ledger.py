"""The small books under home.models that releases publish; many scores may write at once."""

import fcntl
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from townsquare.parquet import save
from townsquare.settings import Home
from townsquare.whole import write_text

AT = pa.timestamp("us")


class Word(StrEnum):
    """What was decided about a version, as meta.promotions calls it."""

    PROMOTED = "promoted"
    KEPT = "kept"  # its gates held, and the champion stayed
    WAITING = "waiting"
    REFUSED = "refused"  # its gates did not hold
    REJECTED = "rejected"
    ROLLED_BACK = "rolled back"


_ONCE_REFUSED = "refused: "  # began the reason of what was refused, while there was no word for it

PROMOTIONS = pa.schema(
    [
        ("score_name", pa.string()),
        ("model_version", pa.string()),
        ("decided_at", AT),
        ("decision", pa.string()),
        ("reason", pa.string()),
        ("metrics", pa.string()),
        ("data_version", pa.string()),
        ("code_version", pa.string()),
        ("decided_by", pa.string()),
    ]
)
MODEL_VERSIONS = pa.schema(
    [
        ("score_name", pa.string()),
        ("model_version", pa.string()),
        ("kind", pa.string()),
        ("question", pa.string()),
        ("label", pa.string()),
        ("baseline_name", pa.string()),
        ("calibration", pa.string()),
        ("data_version", pa.string()),
        ("code_version", pa.string()),
        ("card", pa.string()),
        ("n_features", pa.int64()),
        ("n_trees", pa.int64()),
        ("n_trained", pa.int64()),
        ("n_judged", pa.int64()),
        *[
            (f"{name}{end}", pa.float64())
            for name in ("auc", "baseline_auc", "logistic_auc")
            for end in ("", "_low", "_high")
        ],
        ("calibration_error", pa.float64()),
        ("average_precision", pa.float64()),
        ("brier", pa.float64()),
        ("lift", pa.float64()),
        ("base_rate", pa.float64()),
        ("as_of_date", pa.date32()),
        ("trained_from_date", pa.date32()),
        ("trained_until_date", pa.date32()),
        ("valid_from_date", pa.date32()),
        ("valid_until_date", pa.date32()),
        ("judged_from_date", pa.date32()),
        ("judged_until_date", pa.date32()),
        ("trained_at", AT),
        ("landing_sequence", pa.int64()),
    ]
)
DRIFT = pa.schema(
    [
        ("score_name", pa.string()),
        ("model_version", pa.string()),
        ("quantity", pa.string()),
        ("statistic", pa.float64()),
        ("p_value", pa.float64()),
        ("q_value", pa.float64()),
        ("n_reference", pa.int64()),
        ("n_today", pa.int64()),
        ("is_drifted", pa.bool_()),
        ("reference_date", pa.date32()),
        ("as_of_date", pa.date32()),
    ]
)
SCORINGS = pa.schema(
    [
        ("score_name", pa.string()),
        ("as_of_date", pa.date32()),
        ("model_version", pa.string()),
        ("n_scored", pa.int64()),
        ("landing_sequence", pa.int64()),
        ("scored_at", AT),
    ]
)
BOOKS = {
    "promotions": PROMOTIONS,
    "model_versions": MODEL_VERSIONS,
    "drift": DRIFT,
    "scorings": SCORINGS,
}
_KEYS = {
    "promotions": (),
    "model_versions": ("score_name", "model_version"),
    "drift": ("score_name", "as_of_date"),
    "scorings": ("score_name", "as_of_date"),
}


@contextmanager
def locked(home: Home) -> Iterator[None]:
    """Hold the books; scores that learn at the same time wait for each other here only."""
    home.models.mkdir(parents=True, exist_ok=True)
    with (home.models / ".lock").open("a", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def read(home: Home, book: str) -> list[dict[str, Any]]:
    """The rows of a book in the order they were written."""
    path = home.models / f"{book}.parquet"
    rows = _as_written(path) if path.exists() else []
    return [_in_todays_words(row) for row in rows] if book == "promotions" else rows


def _as_written(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def _in_todays_words(row: dict[str, Any]) -> dict[str, Any]:
    """A decision as it is called now: an older version wrote `kept` of what the gates refused."""
    reason = str(row["reason"])
    if row["decision"] != Word.KEPT or not reason.startswith(_ONCE_REFUSED):
        return row
    told = reason.removeprefix(_ONCE_REFUSED)
    return {**row, "decision": Word.REFUSED.value, "reason": told}


def write(home: Home, book: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows; those of the same key are replaced, so that a repeated run leaves the same book."""
    with locked(home):
        keys = _KEYS[book]
        new = {tuple(row[key] for key in keys) for row in rows} if keys else set()
        kept = [row for row in read(home, book) if tuple(row[key] for key in keys) not in new]
        save(
            pa.Table.from_pylist([*kept, *rows], schema=BOOKS[book]),
            home.models / f"{book}.parquet",
        )


def prepare(home: Home) -> None:
    """Every book in today's shape and words, empty where nothing was written yet, for who reads it.

    A column that an older version did not write is null in the rows that it wrote.
    """
    with locked(home):
        for book, schema in BOOKS.items():
            path = home.models / f"{book}.parquet"
            if path.exists() and pq.read_schema(path) == schema and _is_worded(home, book, path):
                continue
            save(pa.Table.from_pylist(read(home, book), schema=schema), path)


def _is_worded(home: Home, book: str, path: Path) -> bool:
    """Whether it stands in today's words; only decisions ever had others, and drift is long."""
    return book != "promotions" or _as_written(path) == read(home, book)


def capabilities(home: Home, of: Literal["scores", "relations"] = "scores") -> dict[str, str]:
    """What each score or learned relation can do here: `available`, or why it is not."""
    path = _capabilities(home, of)
    if not path.exists():
        return {}
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def write_capability(
    home: Home, name: str, sentence: str, of: Literal["scores", "relations"] = "scores"
) -> None:
    """Say it for one score or relation."""
    with locked(home):
        said = {**capabilities(home, of), name: sentence}
        write_text(_capabilities(home, of), json.dumps(said, indent=2, sort_keys=True) + "\n")


def _capabilities(home: Home, of: str) -> Path:
    return home.models / ("capabilities.json" if of == "scores" else f"{of}.json")
