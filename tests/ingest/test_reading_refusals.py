"""What reading refuses that no file of the corpus comes to: each limit, crossed once."""

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from townsquare.errors import TownsquareError
from townsquare.ingest import _parquet, read_accounts
from townsquare.ingest._accounts import accounts_folder
from townsquare.ingest.adapters import SourceFile, _archives, fingerprint_of, simulate
from townsquare.ingest.adapters._json import Decoder, document_items
from townsquare.settings import Home


@pytest.mark.parametrize(
    ("size", "said"), [(3, "longer than it declares"), (9, "shorter than it declares")]
)
def test_a_file_of_another_size_than_an_archive_declares_is_refused(
    size: int, said: str, tmp_path: Path
) -> None:
    (tmp_path / "a.zip").write_bytes(b"")
    unpacking = _archives._Unpacking(tmp_path / "a.zip", lambda name: True, tmp_path)
    with pytest.raises(TownsquareError, match=said):
        unpacking.copy(io.BytesIO(b"12345"), "outbox.json", size)


def test_a_file_that_the_disk_has_no_room_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_archives, "_MARGIN", 1 << 62)
    (tmp_path / "a.zip").write_bytes(b"")
    unpacking = _archives._Unpacking(tmp_path / "a.zip", lambda name: True, tmp_path)
    with pytest.raises(TownsquareError, match="free some space"):
        unpacking.copy(io.BytesIO(b"12345"), "outbox.json", 5)


def test_a_row_of_parquet_that_is_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_parquet, "_BYTES", 1 << 20)
    path = tmp_path / "users.parquet"
    pq.write_table(pa.table({"user_id": ["x" * (1 << 21)], "registered_at": ["2024-01-01"]}), path)
    file = SourceFile(path.name, path.stat().st_size, "", parquet=path, table="users")
    with pytest.raises(TownsquareError, match="a row longer than 1 MB"):
        list(_parquet.parquet_rows(file))


def test_only_a_parquet_file_of_a_table_is_read_as_one() -> None:
    with pytest.raises(AssertionError, match="is not a Parquet file of one table"):
        list(_parquet.parquet_rows(SourceFile("users.csv", 0, "")))


def test_a_line_holds_one_value() -> None:
    with pytest.raises(ValueError, match="something follows"):
        Decoder().line('{"a": 1} {"b": 2}')


def test_an_object_has_keys(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{7: 8}")
    with pytest.raises(TownsquareError, match="a key was expected"):
        list(document_items(tmp_path / "a.json", "a.json"))


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(TownsquareError, match="cannot be read .*mend that and import again"):
        fingerprint_of(tmp_path)


def test_an_account_that_is_none_is_named(home: Home) -> None:
    accounts_folder(home).mkdir(parents=True)
    (accounts_folder(home) / "1.json").write_text(json.dumps([{"batch_id": 1}]))
    with pytest.raises(TownsquareError, match="is not an account of landed files"):
        read_accounts(home)


def test_a_home_without_a_simulation_has_not_been_lived_in(home: Home) -> None:
    with pytest.raises(TownsquareError, match="holds no simulation"):
        simulate.lived_until(home)
