import shutil
from collections.abc import Callable
from pathlib import Path

import candidates
import duckdb
import pytest

from townsquare.settings import Home


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one release and a candidate of the day after it; copied, never written to."""
    root = tmp_path_factory.mktemp("pristine")
    candidates.write_release(root / "releases")
    candidates.write_marts(root / "candidates" / "2025-06-30.1" / "townsquare.duckdb")
    return root


@pytest.fixture
def home(pristine: Path, tmp_path: Path) -> Home:
    shutil.copytree(pristine, tmp_path / "var")
    return Home(tmp_path / "var")


@pytest.fixture
def candidate(home: Home) -> Path:
    return home.candidates / "2025-06-30.1"


@pytest.fixture
def in_candidate(candidate: Path) -> Callable[[str], None]:
    """Change the candidate's marts in SQL."""

    def run(sql: str) -> None:
        with duckdb.connect(str(candidate / "townsquare.duckdb")) as connection:
            connection.execute(sql)

    return run
