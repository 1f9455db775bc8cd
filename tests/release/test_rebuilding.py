"""A release can be made again only by code that still knows the scores it tells."""

from datetime import date
from pathlib import Path

import pytest

from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.release import _rebuilding
from townsquare.settings import Home


def test_a_score_that_the_code_has_dropped_cannot_be_told_again(tmp_path: Path) -> None:
    with pytest.raises(TownsquareError, match="no longer declares; replay it with the code that"):
        _rebuilding._predict(
            Home(tmp_path), Network(), {"mood": {"version": "v1"}}, date(2025, 7, 1)
        )
