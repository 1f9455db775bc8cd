"""Reads the contract's YAML into frozen objects and gives their Arrow schemas."""

from functools import cache
from pathlib import Path
from typing import Literal

import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict, model_validator

_FOLDER = Path(__file__).parent / "tables"
_ARROW_TYPES = {
    "string": pa.string(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us"),
    "list<string>": pa.list_(pa.string()),
}


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Declared):
    """One column of a contract table; a null in a required one sends the row to quarantine."""

    type: Literal["string", "double", "timestamp", "list<string>"]
    description: str
    required: bool = False
    refers_to: Literal["users", "contents"] | None = None
    values: tuple[str, ...] | None = None
    pattern: str | None = None
    minimum: float | None = None
    exclusive_minimum: float | None = None
    maximum: float | None = None


class Table(_Declared):
    """One contract table.

    `event_time` names the column whose UTC date is its landing partition, `owner` the one that says
    whose row it is: it goes when that person is erased. Where `by_day` is false its rows are no
    events: no model reads them day by day, and a new version matters from the day it is known.
    """

    name: str
    description: str
    required: bool
    key: tuple[str, ...]
    event_time: str
    by_day: bool = True
    owner: str
    columns: dict[str, Column]

    @model_validator(mode="after")
    def _names_exist(self) -> "Table":
        missing = {*self.key, self.event_time, self.owner, "loaded_at"} - self.columns.keys()
        if missing:
            raise ValueError(
                f"{self.name} names {sorted(missing)}, which are not among its columns"
            )
        return self

    def referring_to(self, what: Literal["users", "contents"]) -> list[str]:
        """The columns that hold ids of users, or of contents."""
        return [name for name, column in self.columns.items() if column.refers_to == what]

    @property
    def arrow_schema(self) -> pa.Schema:
        """The columns in order; timestamps are UTC microseconds without a zone."""
        return pa.schema([(name, _ARROW_TYPES[c.type]) for name, c in self.columns.items()])


@cache
def load_tables() -> dict[str, Table]:
    """Every contract table by name, sorted."""
    return {
        path.stem: Table.model_validate(
            {"name": path.stem, **yaml.safe_load(path.read_text(encoding="utf-8"))}
        )
        for path in sorted(_FOLDER.glob("*.yml"))
    }


def load_table(name: str) -> Table:
    """The contract table of this name; KeyError when there is none."""
    return load_tables()[name]
