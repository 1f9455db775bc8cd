import shutil
from pathlib import Path

import made_up
import pytest

from townsquare import page


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up release with its page; tests must not write to it."""
    folder = made_up.write(tmp_path_factory.mktemp("made-up"))
    page.write(folder)
    return folder


@pytest.fixture
def release(made: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    copied = tmp_path / made.name
    shutil.copytree(made, copied)
    return copied
