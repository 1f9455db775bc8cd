"""However the bytes of an export are damaged, it is refused whole or accounted for to the row."""

import tempfile
from pathlib import Path
from typing import Any

import mutating
import pytest
from damaged_outcomes import assert_accounts_agree_with_files, assert_nothing_landed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from townsquare.errors import TownsquareError
from townsquare.ingest import import_source
from townsquare.ingest._parquet import parquet_rows
from townsquare.ingest.adapters import load_adapter
from townsquare.settings import Home

KINDS = sorted(mutating.EXPORTS)
# A soak looks two hundred times as often: `pytest -m soak tests/ingest/test_imports_fuzzed.py`.
TIMES = [pytest.param(1, id="short"), pytest.param(200, marks=pytest.mark.soak, id="soak")]


def _looked(times: int, at: int) -> Any:
    return settings(
        max_examples=times * at,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(autouse=True)
def _is_asked_for(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("soak") and "soak" not in request.config.option.markexpr:
        pytest.skip("a soak test; run it with pytest -m soak")


def _damaged(kind: str, draw: Any, folder: Path) -> tuple[str, Path]:
    """Write an export of this kind with one file changed; its adapter and where it lies."""
    adapter, name, _ = mutating.EXPORTS[kind]
    files = mutating.contents(kind)
    hit = draw(st.sampled_from(sorted(files)))
    files[hit] = mutating.changed(files[hit], draw(mutating.CHANGES))
    if kind == "7z" and draw(st.booleans()):
        files[hit] = mutating.mended(files[hit])
    mutating.write(files, folder)
    return adapter, folder / name


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_adapters_read_any_bytes_as_rows_or_say_why_not(kind: str, times: int) -> None:
    @_looked(times, at=40)
    @given(data=st.data())
    def look(data: st.DataObject) -> None:
        with tempfile.TemporaryDirectory() as name:
            adapter, source = _damaged(kind, data.draw, Path(name) / "export")
            try:
                for file in load_adapter(adapter).files(source, Path(name) / "unpacked"):
                    read = parquet_rows(file) if file.parquet else file.rows and file.rows()
                    for rows in read or ():
                        assert rows.rows.num_rows == len(rows.rows.column("row_number"))
            except TownsquareError as refused:
                assert len(str(refused).splitlines()) == 1

    look()


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_import_of_any_bytes_lands_nothing_or_accounts_for_every_row(
    kind: str, times: int
) -> None:
    @_looked(times, at=4)
    @given(data=st.data())
    def look(data: st.DataObject) -> None:
        with tempfile.TemporaryDirectory() as name:
            home = Home(Path(name) / "home")
            adapter, source = _damaged(kind, data.draw, Path(name) / "export")
            try:
                accounts = import_source(home, adapter, source)
            except TownsquareError as refused:
                assert len(str(refused).splitlines()) == 1
                assert_nothing_landed(home)
            else:
                assert_accounts_agree_with_files(home, accounts)

    look()
