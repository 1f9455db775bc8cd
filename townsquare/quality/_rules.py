"""What one expectation of a suite comes to on one candidate: figures, limits and a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from townsquare.quality._checks import Severity


@dataclass(frozen=True)
class Rule:
    """Figures by batch column with the limits that Great Expectations holds them to.

    A rule about one figure has `low` and `high`; a rule about days gives its limits as columns.
    """

    expectation: str
    column: str | None
    severity: Severity
    figures: Mapping[str, Any] | pd.DataFrame
    observed: str
    expected: str
    message: str
    low: Any = None
    high: Any = None
    limits: tuple[str, str, str] | None = None  # batch columns: figure, lowest, highest


@dataclass(frozen=True)
class Batch:
    """A small table of figures about one relation, and the rules that judge it."""

    relation: str
    rules: list[Rule] = field(default_factory=list)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per judged day with its limits; figures of the whole relation in the last row."""
        days = [rule.figures for rule in self.rules if isinstance(rule.figures, pd.DataFrame)]
        frame = pd.concat(days, axis="columns") if days else pd.DataFrame(index=[0])
        for rule in self.rules:
            if isinstance(rule.figures, Mapping):
                for name, value in rule.figures.items():
                    frame[name] = pd.Series([value], index=[frame.index[-1]])
        return frame.rename_axis("day").reset_index()


def not_judged(expectation: str, declared: Any, why: str) -> Rule:
    """A rule that holds because there is nothing to compare with; the sentence says what lacks."""
    column = getattr(declared, "column", None)
    said = f"{why[0].upper()}{why[1:]}, so {expectation} is not judged."
    return Rule(expectation, column, declared.severity, {}, "not judged", "", said)


def number(value: float | int | None) -> str:
    """A figure as a person reads it."""
    if value is None:
        return "nothing"
    if isinstance(value, float) and 0 < abs(value) < 0.0005:
        return "0.000"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{int(value):,}"


def share(value: float | None) -> str:
    """A share as a percentage."""
    return "no rows" if value is None else f"{value:.1%}"


def day(value: date | None) -> str:
    """A date, or that there is none."""
    return "no day" if value is None else value.isoformat()
