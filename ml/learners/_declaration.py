"""What a person decides about a learner, read from ml/<folder>/<learner>.yml; nothing heavy."""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from townsquare.errors import TownsquareError
from townsquare.mistakes import first_mistake
from townsquare.settings import LEARNERS


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Relation(_Declared):
    """What a learner writes: its grain, and the date column that splits it, where one does."""

    key: Annotated[tuple[str, ...], Field(min_length=1)]
    by_day: str | None = None


class Learner(_Declared):
    """One declaration; its name is the file's name, its code the .py beside it."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    folder: str
    question: str
    owner: str
    reads: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    writes: Annotated[dict[str, Relation], Field(min_length=1)]

    @property
    def module(self) -> str:
        """The module whose `learn` does the work."""
        return f"ml.{self.folder}.{self.name}"


def load_all(root: Path = LEARNERS) -> tuple[Learner, ...]:
    """Every learner, each after those whose relations it reads; the folders are the list."""
    paths = sorted(path for path in root.glob("*/*.yml") if path.with_suffix(".py").exists())
    return _ordered([_load(path) for path in paths])


def _load(path: Path) -> Learner:
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Learner.model_validate({"name": path.stem, "folder": path.parent.name, **declared})
    except ValidationError as error:
        found = first_mistake(error, "the declaration")
        raise TownsquareError(
            f"{path}: {found.where}: {found.message} (it says {str(found.value)[:80]!r}); "
            "mend it as ml/learners/README.md shows."
        ) from error
    except (yaml.YAMLError, TypeError) as error:
        raise TownsquareError(f"{path} cannot be read: {error}. Mend the file.") from error


def needs(learners: Sequence[Learner]) -> dict[str, set[str]]:
    """Whose relations each of these learners reads, by name; what no one of them writes is there.

    Raises TownsquareError for a relation with two writers.
    """
    writer: dict[str, str] = {}
    for learner in learners:
        for relation in learner.writes:
            if relation in writer:
                raise TownsquareError(
                    f"{relation} is written by {writer[relation]} and by {learner.name}; "
                    "take it out of one of their declarations."
                )
            writer[relation] = learner.name
    return {
        learner.name: {writer[read] for read in learner.reads if read in writer}
        for learner in learners
    }


def _ordered(learners: Sequence[Learner]) -> tuple[Learner, ...]:
    by_name = {learner.name: learner for learner in learners}
    order = TopologicalSorter(needs(learners))
    try:
        return tuple(by_name[name] for name in order.static_order())
    except CycleError as error:
        raise TownsquareError(
            f"The learners {' and '.join(error.args[1])} read each other; "
            "take one relation out of their `reads`."
        ) from error
