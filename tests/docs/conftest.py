from pathlib import Path

import pytest

from townsquare.settings import Home


@pytest.fixture(scope="session")
def world():
    return Home(Path("/tmp/docs/pw/var"))
