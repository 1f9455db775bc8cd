"""Inputs that are damaged on purpose, each with what must come of it; one module per kind of file.

A case is a function that writes an input into an empty folder and gives its path. Beside it stands
its outcome: the sentence that refuses it, or the rows that land and those that go to quarantine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from random import Random

Write = Callable[[Path, Random], Path]
Counts = Mapping[str, int]

SEED = 20250630


@dataclass(frozen=True)
class Case:
    """One damaged input and its outcome; either `refused`, or the rows by table."""

    name: str
    adapter: str
    kind: str
    write: Write
    refused: str | None = None
    landed: Counts = field(default_factory=dict)
    quarantined: Mapping[str, Counts] = field(default_factory=dict)
    duplicate: Counts = field(default_factory=dict)
    is_bomb: bool = False

    def make(self, folder: Path) -> Path:
        """Write the input below the folder; the same bytes each time."""
        folder.mkdir(parents=True)
        return self.write(folder, Random(f"{SEED} {self.name}"))

    @property
    def outcome(self) -> str:
        """What comes of it in one word."""
        if self.refused is not None:
            return "refused"
        return "in part quarantined" if self.quarantined else "landed"


_CASES: list[Case] = []


def case(
    adapter: str,
    refused: str | None = None,
    landed: Counts | None = None,
    quarantined: Mapping[str, Counts] | None = None,
    duplicate: Counts | None = None,
    is_bomb: bool = False,
) -> Callable[[Write], Write]:
    """Declare the outcome of the input that the function below writes."""

    def declare(write: Write) -> Write:
        _CASES.append(
            Case(
                name=write.__name__,
                adapter=adapter,
                kind=write.__module__.removeprefix(f"{__name__}."),
                write=write,
                refused=refused,
                landed=landed or {},
                quarantined=quarantined or {},
                duplicate=duplicate or {},
                is_bomb=is_bomb,
            )
        )
        return write

    return declare


def cases() -> list[Case]:
    """Every case of every module of this folder."""
    for module in sorted(m.name for m in iter_modules(__path__)):
        import_module(f"{__name__}.{module}")
    return list(_CASES)
