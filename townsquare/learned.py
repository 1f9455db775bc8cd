"""The shapes of what learners hand to dbt, read from the sources that dbt declares."""

from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from townsquare.errors import TownsquareError
from townsquare.parquet import save
from townsquare.settings import DBT_PROJECT, Home

SOURCE = "learned"
_TYPES = {
    "varchar": pa.string(),
    "varchar[]": pa.list_(pa.string()),
    "double": pa.float64(),
    "double[]": pa.list_(pa.float64()),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


@cache
def schemas(project: Path = DBT_PROJECT) -> dict[str, pa.Schema]:
    """The columns of every relation that a `_<relation>__sources.yml` declares of `learned`."""
    found: dict[str, pa.Schema] = {}
    for path in sorted(project.glob("models/**/_*__sources.yml")):
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        for source in declared.get("sources", []):
            if source["name"] == SOURCE:
                found |= {table["name"]: _schema(path, table) for table in source["tables"]}
    return found


def folder(home: Home, relation: str) -> Path:
    """Where the relation's Parquet files lie."""
    return home.learned / relation


def prepare(home: Home) -> None:
    """A file without rows for every relation, so that dbt finds columns before any learner ran."""
    for relation, schema in schemas().items():
        path = folder(home, relation) / "empty.parquet"
        if not path.exists() or pq.read_schema(path) != schema:
            save(schema.empty_table(), path)


def _schema(path: Path, table: dict[str, object]) -> pa.Schema:
    columns: list[dict[str, str]] = table["columns"]  # type: ignore[assignment]
    fields = []
    for column in columns:
        kind = column.get("data_type")
        if kind not in _TYPES:
            raise TownsquareError(
                f"{path}: {table['name']}.{column['name']} has the data_type {kind!r}; "
                f"give one of {', '.join(_TYPES)}."
            )
        fields.append(pa.field(column["name"], _TYPES[kind]))
    return pa.schema(fields)
