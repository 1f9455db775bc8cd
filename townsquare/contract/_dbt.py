"""Derives dbt's declaration of the landed contract tables, so that no column is described twice."""

from pathlib import Path
from typing import Any

import yaml

from townsquare.contract._tables import Table, load_tables
from townsquare.settings import DBT_PROJECT

SOURCES_FILE = DBT_PROJECT / "models" / "staging" / "_contract__sources.yml"

_SQL_TYPES = {
    "string": "varchar",
    "double": "double",
    "timestamp": "timestamp",
    "list<string>": "varchar[]",
}
_LOCATION = (
    "read_parquet('{{ env_var(\"TOWNSQUARE_HOME\") }}/landing/$name/*/*.parquet', "
    "hive_partitioning = true, hive_types = {'event_date': date})"
)
_LANDING_COLUMNS = [
    {
        "name": "batch_id",
        "data_type": "varchar",
        "description": "The landed file that the row came from, as its account calls it.",
    },
    {
        "name": "event_date",
        "data_type": "date",
        "description": "UTC date of the event time: the landing folder; filter on it to read less.",
    },
]


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists inside their key, as yamllint asks."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write a repeated value out each time it occurs."""
        return True


class _Folded(str):
    """Text to be written as a folded block, which needs no escaping."""


_Dumper.add_representer(
    _Folded, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style=">")
)


def _table(table: Table) -> dict[str, Any]:
    columns = [
        {"name": name, "data_type": _SQL_TYPES[c.type], "description": c.description}
        for name, c in table.columns.items()
    ]
    return {
        "name": table.name,
        "description": table.description,
        "columns": [*columns, *_LANDING_COLUMNS],
    }


def sources_yml() -> str:
    """The whole text of dbt's sources file."""
    source = {
        "name": "contract",
        "description": "What has been landed: the contract's tables, every version of every row.",
        "config": {
            "meta": {"external_location": _Folded(_LOCATION), "formatter": "template"},
            "loaded_at_field": "loaded_at",
        },
        "tables": [_table(table) for table in load_tables().values()],
    }
    text = yaml.dump(
        {"sources": [source]}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=82
    )
    return f"# Written by `python -m townsquare.contract` from townsquare/contract/tables.\n{text}"


def write_sources(path: Path = SOURCES_FILE) -> Path:
    """Write the sources file anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(sources_yml(), encoding="utf-8")
    return path
