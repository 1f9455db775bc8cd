"""One measurement of quality each, beside peers; every module has `measure(asked)`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Asked:
    """What a run of the bench was given; a part says so where it goes without one."""

    data: Path  # the folder of public data
    home: Path | None = None  # a simulated network that `townsquare run` has taken to a release
    encoder: Path | None = None  # a sentence-transformers model
