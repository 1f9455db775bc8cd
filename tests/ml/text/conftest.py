"""A small home whose contents lie as dbt hands them to learners."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.learners import Run, load_all
from townsquare import learned
from townsquare.network import Network
from townsquare.settings import Home

CONTENTS = pa.schema(
    [
        ("content_id", pa.string()),
        ("author_id", pa.string()),
        ("root_id", pa.string()),
        ("title", pa.string()),
        ("body", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("language", pa.string()),
        ("media_path", pa.string()),
        ("event_date", pa.date32()),
    ]
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "var")
    learned.prepare(made)
    return made


@pytest.fixture
def hand_over(home: Home) -> Callable[[list[dict[str, Any]]], None]:
    """Write these contents, and their authors' countries, as inputs."""

    def write(rows: list[dict[str, Any]]) -> None:
        table = pa.Table.from_pylist(
            [dict.fromkeys(CONTENTS.names) | row for row in rows], CONTENTS
        )
        folder = home.inputs / "input_contents"
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / "2025-01.parquet")
        authors = {row["author_id"]: row.get("country") for row in rows}
        pq.write_table(
            pa.table(
                {
                    "user_id": pa.array(list(authors), pa.string()),
                    "country": pa.array(list(authors.values()), pa.string()),
                }
            ),
            home.inputs / "input_authors.parquet",
        )

    return write


@pytest.fixture
def run_of(home: Home) -> Callable[..., Run]:
    """One learner on one day."""

    def make(name: str, as_of: date, dates: tuple[date, ...] | None = None) -> Run:
        (learner,) = [each for each in load_all() if each.name == name]
        return Run(home, Network(), as_of, dates, learner)

    return make
