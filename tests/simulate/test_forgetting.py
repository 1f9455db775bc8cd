"""A simulated network lives on without a person who was erased, and lands nothing twice."""

import re
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from townsquare import erasing, ingest
from townsquare.network import read_network
from townsquare.settings import Home
from townsquare.simulate import extend, read_simulation, simulate


@pytest.fixture(scope="module")
def lived_on(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, set[str], int]:
    """A home of 40 days that lost its busiest author and lived ten days more."""
    home = Home(tmp_path_factory.mktemp("simulated"))
    held = simulate(home, users=150, days=40, seed=3)
    ingest.import_source(home, "simulate", home.exports)
    rows = [
        row
        for path in (home.landing / "contents").glob("*/*.parquet")
        for row in pq.ParquetFile(path).read().to_pylist()
    ]
    authors = [row["author_id"] for row in rows]
    busiest = max(set(authors), key=authors.count)
    theirs = {row["content_id"] for row in rows if row["author_id"] == busiest}
    erasing.erase(home, busiest, "asked")
    known = len(ingest.read_accounts(home))
    extend(home, held.end + timedelta(days=10))
    ingest.land(home, read_network(home), held.end + timedelta(days=10))
    return home, {busiest, *theirs}, known


def cells(home: Home) -> set[str]:
    """Every text of the home's Parquet files."""
    found: set[str] = set()
    for path in home.root.rglob("*.parquet"):
        table = pq.ParquetFile(path).read()
        for column in table.columns:
            if str(column.type) == "string":
                found |= {text for text in column.to_pylist() if text}
    return found


def test_the_erased_do_not_come_back_as_the_network_lives_on(
    lived_on: tuple[Home, set[str], int],
) -> None:
    home, gone, _ = lived_on
    held = read_simulation(home)
    assert held is not None
    assert held.days == 50
    texts = cells(home)
    assert len(gone) > 5
    assert not gone & texts
    assert any(text.startswith("erased-") for text in texts)
    assert any(re.fullmatch(r"u[0-9]+", text) for text in texts)


def test_what_was_rewritten_in_the_export_is_not_landed_again(
    lived_on: tuple[Home, set[str], int],
) -> None:
    home, _, known = lived_on
    new = ingest.read_accounts(home)[known:]
    assert new
    days = {account.source_file.split("exported_date=")[1][:10] for account in new}
    assert min(days) == "2025-02-10"
    assert len(days) == 10


def test_another_home_of_the_same_seed_still_has_everybody(tmp_path: Path) -> None:
    home = Home(tmp_path)
    simulate(home, users=150, days=3, seed=3)
    assert "u1" in cells(home)
