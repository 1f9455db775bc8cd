"""What is landed is what the accounts of landing tell, or the file that disagrees is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from townsquare import ingest
from townsquare.ingest import Account
from townsquare.settings import Home

ROWS = [
    {"user_id": f"u{i}", "registered_at": f"2024-01-0{i % 3 + 1}", "loaded_at": "2024-01-31"}
    for i in range(300)
]


@pytest.fixture
def landed_file(home: Home, import_rows: Callable[..., Account]) -> Path:
    """The file of one of three days of a hundred users each."""
    import_rows("users", ROWS)
    return next((home.landing / "users" / "event_date=2024-01-02").glob("*.parquet"))


def problems(home: Home) -> dict[Path, str]:
    return {one.path: one.problem for one in ingest.verify(home)[1]}


def test_what_was_landed_verifies(home: Home, landed_file: Path) -> None:
    assert ingest.verify(home) == (300, [])


def test_landing_twice_verifies(
    home: Home, landed_file: Path, import_rows: Callable[..., Account]
) -> None:
    import_rows("users", [*ROWS, {**ROWS[0], "user_id": "new"}])
    assert ingest.verify(home) == (301, [])


def test_a_lost_file_is_told_by_the_account_that_misses_its_rows(
    home: Home, landed_file: Path
) -> None:
    landed_file.unlink()
    (account,) = (home.landing / ".accounts").glob("*.json")
    assert problems(home) == {
        account: "tells of 300 rows of users from users.jsonl, and 200 are landed"
    }


def test_a_flipped_bit_of_any_page_is_found(home: Home, landed_file: Path) -> None:
    whole = landed_file.read_bytes()
    column = pq.ParquetFile(landed_file).metadata.row_group(0).column(0)
    start = column.dictionary_page_offset or column.data_page_offset
    middle = start + column.total_compressed_size - 3
    landed_file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 4]) + whole[middle + 1 :])
    found = problems(home)
    assert list(found) == [landed_file]
    assert "cannot be read" in found[landed_file]


def test_a_file_cut_short_is_named(home: Home, landed_file: Path) -> None:
    landed_file.write_bytes(landed_file.read_bytes()[:-7])
    assert list(problems(home)) == [landed_file]


def test_rows_that_no_account_tells_of_are_named(home: Home, landed_file: Path) -> None:
    stray = pq.read_table(landed_file, partitioning=None)
    other = stray.set_column(
        stray.schema.get_field_index("batch_id"), "batch_id", [["unknown"] * len(stray)]
    )
    pq.write_table(other, landed_file.with_name("stray.parquet"))
    assert problems(home) == {
        home.landing / "users": "holds 100 rows of a batch unknown without account"
    }


def test_an_account_that_is_none_is_named(home: Home, landed_file: Path) -> None:
    (account,) = (home.landing / ".accounts").glob("*.json")
    told: list[dict[str, Any]] = json.loads(account.read_text())
    account.write_text("[")
    found = problems(home)
    assert "not an account" in found[account]
    assert str(home.landing / "users") in map(str, found)
    account.write_text(json.dumps(told))
    assert problems(home) == {}
