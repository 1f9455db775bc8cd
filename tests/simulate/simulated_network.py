"""A simulated network that tests can ask in SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from townsquare.settings import Home

START = date(2025, 1, 1)
DAYS = 120


@dataclass(frozen=True)
class Told:
    """A network's home, and a way to ask it in SQL; `truth_*` views hold what is never told."""

    home: Home
    ask: Callable[[str], pd.DataFrame]
