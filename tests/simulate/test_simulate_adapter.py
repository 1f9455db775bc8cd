"""The adapter tells the simulator's files by day, and lets the network live on."""

from datetime import date
from pathlib import Path

import pytest

from townsquare.contract import load_tables
from townsquare.errors import TownsquareError
from townsquare.ingest.adapters import simulate as adapter
from townsquare.settings import Home
from townsquare.simulate import simulate


def test_files_come_by_exported_day_and_the_network_lives_on(tmp_path: Path) -> None:
    home = Home(tmp_path)
    simulate(home, users=100, days=2, seed=1)
    assert adapter.lived_until(home) == date(2025, 1, 3)
    source = adapter.live_on(home, date(2025, 1, 4), None)
    assert adapter.lived_until(home) == date(2025, 1, 4)
    files = list(adapter.files(source, tmp_path / "workspace"))
    told = [(file.event_date, file.table) for file in files]
    days = [date(2025, 1, day) for day in (1, 2, 3)]
    assert told == [(day, table) for day in days for table in sorted(load_tables())]
    assert files[0].name == "assignments/exported_date=2025-01-01/part.parquet"
    assert files[0].size == (source / files[0].name).stat().st_size


def test_a_home_without_a_simulation_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(TownsquareError, match="holds no simulation"):
        adapter.lived_until(Home(tmp_path))


def test_a_folder_that_is_no_day_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "users" / "exported_date=yesterday"
    folder.mkdir(parents=True)
    (folder / "part.parquet").touch()
    with pytest.raises(TownsquareError, match="the day 'yesterday'"):
        list(adapter.files(tmp_path, tmp_path))
