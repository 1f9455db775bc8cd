"""What one learner is given for one run: its inputs, where its relations go, what it remembers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from ml.learners._days import Days
from ml.learners._declaration import Learner
from townsquare import learned
from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.parquet import save
from townsquare.settings import Home

EVENT_DATE = "event_date"


class NotAvailableError(Exception):
    """This network cannot support the learner; the message says what it wants and what is there."""


@dataclass(frozen=True)
class Run:
    """
    One learner on one day.

    `dates` are the event dates to do again, and None means all of them. Nothing of as_of or later
    is in any input.
    """

    home: Home
    network: Network
    as_of: date
    dates: tuple[date, ...] | None
    learner: Learner

    @property
    def full(self) -> bool:
        """Whether every date is to be done again."""
        return self.dates is None

    def read(
        self, name: str, columns: Sequence[str] | None = None, filters: Any = None
    ) -> pa.Table:
        """An input as dbt wrote it; one with an event_date holds its whole history."""
        self._declared(name)
        days = self.home.inputs / name
        if days.is_dir():
            return Days(days, EVENT_DATE, ()).read(columns, filters)
        path = self.home.inputs / f"{name}.parquet"
        if not path.exists():
            raise TownsquareError(
                f"{path} does not exist, and {self.learner.name} reads it; "
                "build the layer `warehouse` first."
            )
        chosen = None if columns is None else list(columns)
        return ds.dataset(path, format="parquet").to_table(columns=chosen, filter=filters)

    def read_relation(
        self, relation: str, columns: Sequence[str] | None = None, filters: Any = None
    ) -> pa.Table:
        """A relation that another learner wrote, empty where that one is not available."""
        self._declared(relation)
        return Days(learned.folder(self.home, relation), "", ()).read(columns, filters)

    def write(self, relation: str, table: pa.Table, everything: bool = False) -> None:
        """
        Replace the relation, or, where it is split by day, the days that are done again.

        `everything` replaces all days, as when a new model reads every content anew. Raises
        TownsquareError for columns that the relation's source does not declare, for a missing
        key and for a repeated one.
        """
        declared = self.learner.writes[relation]
        shaped = _shaped(relation, table)
        _has_key(relation, shaped, declared.key)
        folder = learned.folder(self.home, relation)
        if declared.by_day:
            dates = None if everything else self.dates
            Days(folder, declared.by_day, declared.key).replace(shaped, dates)
        else:
            order = [(name, "ascending") for name in declared.key]
            save(shaped.sort_by(order), folder / "0.parquet")

    def withdraw(self) -> None:
        """Leave every relation of the learner empty."""
        for relation in self.learner.writes:
            for path in learned.folder(self.home, relation).glob("[0-9]*.parquet"):
                path.unlink()

    def memory(self, name: str) -> Path:
        """A folder that lasts from run to run: fitted models, ids given before."""
        path = self.home.models / "learned" / self.learner.name / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _declared(self, name: str) -> None:
        if name not in self.learner.reads:
            raise TownsquareError(
                f"{self.learner.module} reads {name}, which {self.learner.name}.yml does not "
                "name; add it to its `reads`."
            )


def _shaped(relation: str, table: pa.Table) -> pa.Table:
    schema = learned.schemas().get(relation)
    if schema is None:
        raise TownsquareError(
            f"{relation} has no _{relation}__sources.yml under dbt_project/models; "
            "declare its columns there."
        )
    if set(table.column_names) != set(schema.names):
        odd = sorted(set(table.column_names) ^ set(schema.names))
        raise TownsquareError(
            f"{relation}: the learner and _{relation}__sources.yml differ in {', '.join(odd)}; "
            "mend the one or the other."
        )
    return table.select(schema.names).cast(schema)


def _has_key(relation: str, table: pa.Table, key: Sequence[str]) -> None:
    for name in key:
        if table[name].null_count:
            raise TownsquareError(f"{relation}.{name} is missing in a row, but is part of its key.")
    if len(table.select(list(key)).group_by(list(key)).aggregate([])) != len(table):
        raise TownsquareError(f"{relation} has a repeated {', '.join(key)}; mend its learner.")


def merge_inputs(home: Home, dates: Sequence[date] | None) -> None:
    """Bring what dbt has just written of the inputs with an event_date into their months."""
    for path in sorted(home.inputs.glob("input_*.parquet")):
        schema = pq.read_schema(path) if path.is_file() else ds.dataset(path).schema
        if EVENT_DATE in schema.names:
            key = tuple(name for name in schema.names if name.endswith("_id"))[:1]
            store = Days(home.inputs / path.stem, EVENT_DATE, key)
            save(schema.empty_table(), store.folder / "empty.parquet")
            store.replace(ds.dataset(path, format="parquet"), dates)
