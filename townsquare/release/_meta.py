"""Writes the schema `meta` into a candidate: what a release tells about itself, in SQL."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from townsquare import __version__
from townsquare.ingest import read_accounts
from townsquare.network import Network
from townsquare.quality import Check
from townsquare.release import _capabilities, _history, _lineage, _shelf
from townsquare.settings import Home


@dataclass(frozen=True)
class Table:
    """One table of `meta`: its comment, its columns as SQL, its rows."""

    name: str
    comment: str
    columns: str
    rows: Iterable[Sequence[object]]


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


def write(facts: Facts, database: Path) -> dict[str, int]:
    """Write `meta` anew and checkpoint; returns the rows of every published relation."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("begin")
        connection.execute("drop schema if exists meta cascade")
        connection.execute("create schema meta")
        rows = relation_rows(connection)
        for table in _tables(facts, rows):
            _create(connection, table)
        _copy_books(connection, facts)
        connection.execute("commit")
        connection.execute("checkpoint")
    return rows


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


def _create(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    connection.execute(f"create table meta.{table.name} ({table.columns})")
    connection.execute(f"comment on table meta.{table.name} is '{table.comment}'")
    columns = list(zip(*table.rows, strict=True))
    if columns:
        import pyarrow as pa

        names = [f"column_{place}" for place in range(len(columns))]
        connection.register("rows_of_meta", pa.table([list(one) for one in columns], names=names))
        connection.execute(f"insert into meta.{table.name} select * from rows_of_meta")
        connection.unregister("rows_of_meta")


def _tables(facts: Facts, rows: dict[str, int]) -> Iterator[Table]:
    project = _lineage.read_project(facts.home)
    yield _releases(facts, rows)
    yield _release_events(facts)
    yield _validation_results(facts)
    yield _gate_skips(facts)
    yield _model_runs(facts, rows)
    yield _capabilities_table(facts, project, rows)
    yield _lineage_table(project)
    yield from _landing(facts)


def _releases(facts: Facts, rows: dict[str, int]) -> Table:
    earlier = [
        (
            release.release_id,
            release.manifest["as_of"],
            release.manifest["created_at"],
            release.manifest["published_at"],
            release.manifest["townsquare_version"],
            release.manifest["network"],
            len(release.manifest["relations"]),
            sum(one["rows"] for one in release.manifest["relations"].values()),
        )
        for release in _shelf.kept(facts.home)
    ]
    this = (
        facts.release_id, facts.as_of, facts.created_at, _history.now().isoformat(), __version__,
        facts.network.name, len(rows), sum(rows.values()),
    )  # fmt: skip
    return Table(
        "releases",
        "One row per kept release up to this one.",
        "release_id varchar, as_of_date date, created_at timestamp, published_at timestamp, "
        "townsquare_version varchar, network varchar, n_relations integer, n_rows bigint",
        [*earlier, this],
    )


def _release_events(facts: Facts) -> Table:
    return Table(
        "release_events",
        "One row per event of a release: built, rejected, published, rolled_back, pruned.",
        "event_at timestamp, event varchar, release_id varchar, done_by varchar, detail varchar",
        [
            (event["at"], event["event"], event["release_id"], event["who"], _detail(event))
            for event in _history.events(facts.home)
        ],
    )


def _detail(event: dict[str, Any]) -> str | None:
    rest = {k: v for k, v in event.items() if k not in {"at", "event", "release_id", "who"}}
    return json.dumps(rest) if rest else None


def _validation_results(facts: Facts) -> Table:
    skipped = [skip["gate"] for skip in facts.skips]
    return Table(
        "validation_results",
        "One row per check that the gates made of this release.",
        "release_id varchar, gate varchar, relation varchar, expectation varchar, "
        "column_name varchar, severity varchar, is_passed boolean, is_skipped boolean, "
        "observed varchar, expected varchar, message varchar",
        [
            (
                facts.release_id, check.gate, check.relation, check.expectation, check.column,
                check.severity, check.success,
                check.stops and any(is_covered(check, gate) for gate in skipped),
                check.observed, check.expected, check.message,
            )
            for check in facts.checks
        ],
    )  # fmt: skip


def is_covered(check: Check, gate: str) -> bool:
    """Whether a skip of this gate, or of a check by the start of its name, names this check."""
    return check.name == gate or check.name.startswith(gate + ".")


def _gate_skips(facts: Facts) -> Table:
    earlier = [
        (event["release_id"], *(skip[key] for key in _SKIP))
        for event in _history.events(facts.home)
        if event["event"] == "published"
        for skip in event.get("gate_skips", ())
    ]
    this = [(facts.release_id, *(skip[key] for key in _SKIP)) for skip in facts.skips]
    return Table(
        "gate_skips",
        "One row per gate that a release was allowed to fail, with who allowed it and why.",
        "release_id varchar, gate varchar, skipped_by varchar, "
        "skipped_at timestamp, reason varchar",
        [*(row for row in earlier if row[0] != facts.release_id), *this],
    )


_SKIP = ("gate", "skipped_by", "skipped_at", "reason")


def _model_runs(facts: Facts, rows: dict[str, int]) -> Table:
    return Table(
        "model_runs",
        "One row per dbt model: how its last build before this release went.",
        "release_id varchar, layer varchar, model varchar, status varchar, n_rows bigint, "
        "seconds double, started_at timestamp, message varchar",
        [
            (
                facts.release_id, run.layer, run.model, run.status, rows.get(run.model),
                run.seconds, run.started_at, run.message,
            )
            for run in _lineage.read_runs(facts.home)
        ],
    )  # fmt: skip


def _capabilities_table(facts: Facts, project: _lineage.Project, rows: dict[str, int]) -> Table:
    return Table(
        "capabilities",
        "One row per relation and score: whether this network supports it, and if not, why.",
        "name varchar, kind varchar, is_available boolean, reason varchar",
        _capabilities.rows(facts.home, project, rows),
    )


def _lineage_table(project: _lineage.Project) -> Table:
    edges = [
        (key.split(".")[-1], upstream.split(".")[-1], upstream.split(".")[0])
        for key in sorted(project.models)
        for upstream in project.upstream(key)
    ]
    return Table(
        "lineage",
        "One row per model and thing that it is made of directly.",
        "model varchar, upstream varchar, upstream_kind varchar",
        edges,
    )


def _landing(facts: Facts) -> Iterator[Table]:
    accounts = read_accounts(facts.home)
    yield Table(
        "landing",
        "One row per landed file and contract table: read = landed + quarantined + duplicate.",
        "batch_id varchar, source_file varchar, adapter varchar, table_name varchar, "
        "n_read bigint, n_landed bigint, n_quarantined bigint, n_duplicate bigint, "
        "quarantine_reasons varchar, landed_at timestamp",
        [
            (
                account.batch_id, account.source_file, account.adapter, name, table.read,
                table.landed, table.quarantined, table.duplicate,
                json.dumps(table.reasons) if table.reasons else None,
                account.landed_at.replace(tzinfo=None),
            )
            for account in accounts
            for name, table in account.tables.items()
        ],
    )  # fmt: skip
    yield Table(
        "freshness",
        "One row per contract table: how much of it has landed, and how new it is.",
        "table_name varchar, n_rows bigint, newest_event_date date, newest_landed_at timestamp",
        _capabilities.freshness(accounts),
    )


def _copy_books(connection: duckdb.DuckDBPyConnection, facts: Facts) -> None:
    """The books of learning, as they are; the champion is the version promoted last up to as_of."""
    from ml import ledger

    ledger.prepare(facts.home)
    for book in ledger.BOOKS:
        path = str(facts.home.models / f"{book}.parquet").replace("'", "''")
        connection.execute(f"create table meta.{book} as select * from read_parquet('{path}')")
    connection.execute(_CHAMPIONS, [facts.as_of])
    for book in ledger.BOOKS:
        comment = _BOOKS.get(book, f"One row per entry of the book {book} of learning.")
        connection.execute(f"comment on table meta.{book} is '{comment}'")


_BOOKS = {
    "promotions": "One row per decision about a model version, by whom, when and why.",
    "model_versions": "One row per model version with its figures; is_champion: it speaks now.",
    "drift": "One row per score, as_of_date and quantity compared with the training frame.",
}
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
    select model_versions.*, promoted.model_version is not null as is_champion
    from meta.model_versions
    left join promoted using (score_name, model_version)
"""
