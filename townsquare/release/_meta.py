"""Writes the schema `meta` into a candidate: what a release tells about itself, in SQL."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import yaml

from townsquare import __version__, erasures, lineage, warehouse
from townsquare.ingest import Account, read_accounts
from townsquare.network import Network
from townsquare.quality import Check
from townsquare.release import (
    _calibration,
    _capabilities,
    _changes,
    _columns,
    _history,
    _metrics,
    _shelf,
    _skipping,
)
from townsquare.settings import Home

_TABLES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("meta.yml").read_text(encoding="utf-8")
)
Rows = Iterable[tuple[object, ...]]


@dataclass(frozen=True)
class Facts:
    """What is known about a candidate when its `meta` is written."""

    home: Home
    network: Network
    release_id: str
    as_of: str
    created_at: str
    checks: Sequence[Check]
    skips: Sequence[dict[str, str]]

    @cached_property
    def project(self) -> lineage.Project:
        """What dbt built last, read once."""
        return lineage.read_project(self.home)

    @cached_property
    def accounts(self) -> list[Account]:
        """What every file that was imported came to, read once."""
        return read_accounts(self.home)


def write(facts: Facts, database: Path) -> dict[str, int]:
    """Write `meta` anew and checkpoint; returns the rows of every published relation."""
    with duckdb.connect(str(database), read_only=True) as connection:
        counts = relation_rows(connection)
    changes = _changes.rows(_standing(facts.home), _changes.Now(database, counts, facts.checks))
    with duckdb.connect(str(database)) as connection:
        connection.execute("begin")
        connection.execute("drop schema if exists meta cascade")
        connection.execute("create schema meta")
        graph = lineage.graph(facts.project, facts.network)
        columns = _columns.rows(connection, graph, facts.accounts)
        for name, rows in {**_rows(facts, counts), **columns, "changes": changes}.items():
            _create(connection, name, rows)
        _copy_books(connection, facts)
        _describe(connection)
        connection.execute("commit")
        connection.execute("checkpoint")
    return counts


def _standing(home: Home) -> _shelf.Release | None:
    """The release that readers have while this one is made."""
    standing = _shelf.current_id(home)
    return next((one for one in _shelf.kept(home) if one.release_id == standing), None)


def relation_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows by published relation, counted."""
    names = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'main' order by table_name"
    ).fetchall()
    counts = {}
    for (name,) in names:
        found = connection.execute(f'select count(*) from main."{name}"').fetchone()
        counts[str(name)] = int(found[0]) if found else 0
    return counts


def _create(connection: duckdb.DuckDBPyConnection, name: str, rows: Rows) -> None:
    told: dict[str, tuple[str, str]] = _TABLES[name]["columns"]
    columns = ", ".join(f"{column} {kind}" for column, (kind, _) in told.items())
    connection.execute(f"create table meta.{name} ({columns})")
    values = list(zip(*rows, strict=True))
    if values:
        import pyarrow as pa

        table = pa.table([list(column) for column in values], names=list(told))
        connection.register("rows_of_meta", table)
        connection.execute(f"insert into meta.{name} select * from rows_of_meta")
        connection.unregister("rows_of_meta")


def _describe(connection: duckdb.DuckDBPyConnection) -> None:
    """Comments on every table and column, as on the marts: analysts look there."""
    for table, told in _TABLES.items():
        _comment(connection, f"table meta.{table}", told["description"])
        for column, text in told["columns"].items():
            said = text if isinstance(text, str) else text[1]
            _comment(connection, f"column meta.{table}.{column}", said)


def _comment(connection: duckdb.DuckDBPyConnection, what: str, text: str) -> None:
    literal = text.replace("'", "''")
    connection.execute(f"comment on {what} is '{literal}'")


def _rows(facts: Facts, counts: dict[str, int]) -> dict[str, Rows]:
    """What stands in each table that is not a book of learning."""
    return {
        "releases": _releases(facts, counts),
        "release_events": _release_events(facts),
        "validation_results": _validation_results(facts),
        "gate_skips": _gate_skips(facts),
        "model_runs": _model_runs(facts, counts),
        "calibration": _calibration.rows(facts.home),
        "metrics": _metrics.rows(facts.home),
        "capabilities": _capabilities.rows(facts.home, facts.project, facts.accounts, counts),
        "keys": _keys(facts.project),
        "landing": _landing(facts.accounts),
        "freshness": _capabilities.freshness(facts.accounts),
        "erasures": erasure_rows(facts.home),
    }


def _releases(facts: Facts, counts: dict[str, int]) -> Rows:
    for release in _shelf.kept(facts.home):
        told = release.manifest
        yield (
            release.release_id, told["as_of"], told["created_at"], told["published_at"],
            told["townsquare_version"], told["network"], len(told["relations"]),
            sum(one["rows"] for one in told["relations"].values()),
            (told.get("made_of") or {}).get("landing_sequence"),
        )  # fmt: skip
    yield (
        facts.release_id, facts.as_of, facts.created_at, _history.now().isoformat(), __version__,
        facts.network.name, len(counts), sum(counts.values()),
        warehouse.built_sequence(facts.home),
    )  # fmt: skip


def _release_events(facts: Facts) -> Rows:
    for event in _history.events(facts.home):
        rest = {k: v for k, v in event.items() if k not in _OF_EVERY_EVENT}
        detail = json.dumps(rest) if rest else None
        yield (*(event[key] for key in _OF_EVERY_EVENT), detail)


_OF_EVERY_EVENT = ("at", "event", "release_id", "who")


def _validation_results(facts: Facts) -> Rows:
    skipped = [skip["gate"] for skip in facts.skips]
    for check in facts.checks:
        is_skipped = check.stops and any(_skipping.is_covered(check, gate) for gate in skipped)
        yield (
            facts.release_id, check.gate, check.relation, check.expectation, check.column,
            check.severity, check.success, is_skipped, check.observed, check.expected,
            check.message,
        )  # fmt: skip


def _gate_skips(facts: Facts) -> Rows:
    for event in _history.events(facts.home):
        if event["event"] == "published" and event["release_id"] != facts.release_id:
            for skip in event.get("gate_skips", ()):
                yield event["release_id"], *(skip[key] for key in _OF_EVERY_SKIP)
    for skip in facts.skips:
        yield facts.release_id, *(skip[key] for key in _OF_EVERY_SKIP)


_OF_EVERY_SKIP = ("gate", "skipped_by", "skipped_at", "reason")


def _model_runs(facts: Facts, counts: dict[str, int]) -> Rows:
    for run in lineage.read_runs(facts.home):
        yield (
            facts.release_id, run.layer, run.model, run.status, counts.get(run.model),
            run.seconds, run.started_at, run.message,
        )  # fmt: skip


def _keys(project: lineage.Project) -> Rows:
    for key in sorted(set(project.keys()), key=lambda key: (key.relation, key.kind, key.columns)):
        yield key.relation, key.kind, list(key.columns), key.refers_to


def _landing(accounts: Sequence[Account]) -> Rows:
    for account in accounts:
        for name, table in account.tables.items():
            yield (
                account.batch_id, account.sequence, account.source_file, account.adapter, name,
                table.read, table.landed, table.quarantined, table.duplicate, table.erased,
                json.dumps(table.reasons) if table.reasons else None,
                min(table.event_dates, default=None), max(table.event_dates, default=None),
                account.landed_at.replace(tzinfo=None),
            )  # fmt: skip


def erasure_rows(home: Home) -> Rows:
    """One row of meta.erasures per receipt."""
    for told in erasures.receipts(home):
        yield (
            told["receipt"], told["erased_at"], told["done_by"], told["reason"],
            told["landed_rows"], told["quarantined_rows"], len(told["models"]),
        )  # fmt: skip


def _copy_books(connection: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    """The books of learning, as they are; the champion is the version promoted last up to as_of."""
    from ml import ledger

    ledger.prepare(facts.home)
    for book in ledger.BOOKS:
        path = str(facts.home.models / f"{book}.parquet").replace("'", "''")
        connection.execute(f"create table meta.{book} as select * from read_parquet('{path}')")
    connection.execute(_CHAMPIONS, [facts.as_of])
    for model, n_erased in erasures.erased_from(facts.home).items():
        connection.execute(
            "update meta.model_versions set n_erased = ? "
            "where score_name || '/' || model_version = ?",
            [n_erased, model],
        )


_CHAMPIONS = """
    create or replace table meta.model_versions as
    with promoted as (
        select promotions.score_name, promotions.model_version
        from meta.promotions
        inner join meta.model_versions using (score_name, model_version)
        where promotions.decision in ('promoted', 'rolled back')
            and model_versions.as_of_date <= cast(? as date)
        qualify row_number() over (
            partition by promotions.score_name order by promotions.decided_at desc
        ) = 1
    )
    select
        model_versions.*,
        promoted.model_version is not null as is_champion,
        cast(0 as bigint) as n_erased
    from meta.model_versions
    left join promoted using (score_name, model_version)
"""
