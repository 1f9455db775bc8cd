"""What a gate found: one frozen row per check, kept with the candidate as checks.json."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from townsquare.errors import TownsquareError
from townsquare.whole import write_text

GATES = ("contract", "data", "model", "release")
Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `message` says in one sentence what was found and expected."""

    gate: str
    relation: str
    expectation: str
    column: str | None
    severity: Severity
    success: bool
    observed: str
    expected: str
    message: str

    @property
    def name(self) -> str:
        """How a person names this check: gate.relation.expectation.column."""
        parts = (self.gate, self.relation, self.expectation, self.column)
        return ".".join(part for part in parts if part)

    @property
    def stops(self) -> bool:
        """Whether this check alone keeps the candidate from being published."""
        return self.severity == "critical" and not self.success


def _file(candidate: Path) -> Path:
    return candidate / "checks.json"


def write_results(candidate: Path, checks: Sequence[Check]) -> None:
    """Keep the results with the candidate, for the step that publishes it."""
    told = json.dumps([asdict(check) for check in checks], indent=1)
    write_text(_file(candidate), told + "\n")


def read_results(candidate: Path) -> list[Check]:
    """The results that the gates left with this candidate."""
    path = _file(candidate)
    if not path.exists():
        raise TownsquareError(
            f"{path} does not exist, so no gate has seen this candidate; "
            "run the task that checks the gates again."
        )
    return [Check(**told) for told in json.loads(path.read_text(encoding="utf-8"))]
