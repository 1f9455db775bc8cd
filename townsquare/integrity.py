"""What is found when kept files are held against what was written down about them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from townsquare.progress import Told

_CHUNK = 1 << 22


@dataclass(frozen=True)
class Broken:
    """One file, folder or link that is not what was written down, and what is wrong with it."""

    path: Path
    problem: str


def sha256(path: Path, read: Callable[[int], None] | None = None) -> str:
    """The checksum of a file, in bounded memory; `read` is told how many bytes more are done."""
    digest = hashlib.sha256()
    with path.open("rb") as opened:
        while part := opened.read(_CHUNK):
            digest.update(part)
            if read is not None:
                read(len(part))
    return digest.hexdigest()


class Meter:
    """Adds up what is done of one kind of work, and tells a progress bar in units of so many."""

    def __init__(self, told: Told | None, description: str, total: int, unit: int = 1) -> None:
        self._told = told
        self._description = description
        self._total = max(total // unit, 1)
        self._unit = unit
        self._done = 0

    def add(self, n: int) -> None:
        """So much more is done."""
        self._done += n
        if self._told is not None:
            self._told(self._description, self._done // self._unit, self._total)
