"""Reads suites/<relation>.yml into frozen objects; a suite says what dbt's tests cannot."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, ValidationError, model_validator

from townsquare.errors import TownsquareError
from townsquare.mistakes import first_mistake
from townsquare.quality._checks import Severity

FOLDER = Path(__file__).parent / "suites"


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Expectation(_Declared):
    severity: Severity = "critical"


class Volume(_Expectation):
    """Rows, or the sum of a column, of each new day lie in the band of the eight weeks before.

    The band is `sigmas` robust standard deviations wide, and never narrower than the share `floor`.
    """

    expect: Literal["volume"]
    column: str | None = None
    sigmas: PositiveFloat = 4.0
    floor: Annotated[float, Field(gt=0, lt=1)] = 0.3


class Freshness(_Expectation):
    """The newest day is at most so many days before as_of, and never at or after it."""

    expect: Literal["freshness"]
    within_days: Annotated[int, Field(ge=1)] = 1


class Nulls(_Expectation):
    """The share of nulls is at most a number, or has not risen by more than one on the new days."""

    expect: Literal["nulls"]
    column: str
    at_most: Annotated[float, Field(ge=0, lt=1)] | None = None
    rise_at_most: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="after")
    def _says_one_limit(self) -> "Nulls":
        if (self.at_most is None) == (self.rise_at_most is None):
            raise ValueError("nulls takes either at_most or rise_at_most")
        return self


class Range(_Expectation):
    """Every value of the column lies between two numbers, both included; nulls may be."""

    expect: Literal["range"]
    column: str
    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _says_a_limit(self) -> "Range":
        if self.min is None and self.max is None:
            raise ValueError("range takes min, max or both")
        return self


class Drift(_Expectation):
    """The column's values are distributed as in the last release.

    The distance is the population stability index over the last release's deciles, or its twenty
    most frequent values. It fails above `at_most`, and only where chance alone would come so far
    less than once in a thousand checks; with `by`, the worst group counts.
    """

    expect: Literal["drift"]
    column: str
    at_most: PositiveFloat = 0.2
    by: str | None = None


class History(_Expectation):
    """The days that the last release already told have kept their number of rows."""

    expect: Literal["history"]
    within: PositiveFloat = 0.05


Expectation = Annotated[
    Volume | Freshness | Nulls | Range | Drift | History, Field(discriminator="expect")
]
_NEED_DAYS = (Volume, Freshness, History)


class Suite(_Declared):
    """What must hold of one relation; `event_date` is the column that its days are told by."""

    relation: str
    event_date: str | None = None
    may_be_empty: bool = False
    expectations: Annotated[tuple[Expectation, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _days_are_named(self) -> "Suite":
        for one in self.expectations:
            rises = isinstance(one, Nulls) and one.rise_at_most is not None
            if self.event_date is None and (rises or isinstance(one, _NEED_DAYS)):
                raise ValueError(f"{one.expect} needs the suite's event_date")
        return self

    @property
    def compares_days(self) -> bool:
        """Whether the days of the last release are looked at one by one."""
        return any(isinstance(one, History) for one in self.expectations)

    @property
    def columns(self) -> set[str]:
        """Every column that the suite names."""
        named = [self.event_date]
        for one in self.expectations:
            named += [getattr(one, "column", None), getattr(one, "by", None)]
        return {name for name in named if name}


def read_suites(folder: Path = FOLDER) -> tuple[Suite, ...]:
    """Every suite of the folder, sorted by relation."""
    return tuple(_read(path) for path in sorted(folder.glob("*.yml")))


def _read(path: Path) -> Suite:
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Suite.model_validate({**told, "relation": path.stem})
    except (yaml.YAMLError, TypeError) as error:
        raise TownsquareError(f"{path} is not a YAML mapping: {error}. Mend it.") from error
    except ValidationError as error:
        found = first_mistake(error)
        raise TownsquareError(
            f"{path}: {found.where} is {found.value!r}: {found.message}. "
            "Mend the line; docs/recipes/add-an-expectation-suite.md shows what a suite may say."
        ) from error
