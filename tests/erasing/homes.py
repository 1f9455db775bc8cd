"""A small home that names one person everywhere a home can, and a search that knows no shortcut."""

import gzip
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from townsquare import ingest, quality, release
from townsquare.network import Network
from townsquare.quality import Check
from townsquare.settings import Home

AS_OF = date(2025, 3, 10)
REGISTERED, LATER = "2025-03-01T10:00:00Z", "2025-03-02T10:00:00Z"

# u1 is to be erased; u12 and u1-b only begin alike. c1 is u1's, and c2 answers it.
EXPORT = {
    "users": [
        {"user_id": user, "registered_at": REGISTERED, "country": "PT"}
        for user in ("u1", "u12", "u1-b", "u2")
    ]
    + [{"user_id": "u1", "registered_at": REGISTERED, "country": "nowhere"}],
    "contents": [
        {"content_id": "c1", "author_id": "u1", "published_at": LATER, "kind": "post",
         "body": "mine"},
        {"content_id": "c2", "author_id": "u2", "published_at": LATER, "kind": "comment",
         "reply_to_id": "c1", "root_id": "c1", "body": "ask u1, u1 and not u12 or u1-b"},
        {"content_id": "c3", "author_id": "u1", "published_at": LATER, "kind": "no such kind"},
        {"content_id": "c4", "author_id": "u2", "published_at": LATER, "kind": "no such kind",
         "body": "u1 knows"},
    ],
    "interactions": [
        {"interaction_id": "i1", "occurred_at": LATER, "actor_id": "u1", "verb": "like",
         "content_id": "c2"},
        {"interaction_id": "i2", "occurred_at": LATER, "actor_id": "u12", "verb": "like",
         "content_id": "c1"},
        {"interaction_id": "i3", "occurred_at": LATER, "actor_id": "u2", "verb": "report",
         "target_user_id": "u1"},
    ],
    "relations": [
        {"relation_id": "r1", "occurred_at": LATER, "actor_id": "u2", "target_id": "u1",
         "verb": "follow"},
        {"relation_id": "r2", "occurred_at": LATER, "actor_id": "u2", "target_id": "u1",
         "verb": "unfollow"},
        {"relation_id": "r3", "occurred_at": LATER, "actor_id": "u1", "target_id": "u12",
         "verb": "follow"},
        {"relation_id": "r4", "occurred_at": LATER, "actor_id": "u2", "target_id": "u12",
         "verb": "follow"},
    ],
}  # fmt: skip


def make(root: Path) -> Home:
    """Land the export, publish two releases, fail a candidate, and leave traces everywhere."""
    home = Home(root / "home")
    export = root / "export"
    export.mkdir()
    for table, rows in EXPORT.items():
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (export / f"{table}.jsonl").write_text(text, encoding="utf-8")
    ingest.import_source(home, "files", export)
    _learn(home)
    for _ in range(2):
        _write_marts(home)
        _publish(home)
    failed = release.build_candidate(home, Network(), AS_OF)
    release.reject(home, failed, [_check("u1 has two rows")])
    _leave_traces(home)
    return home


def _check(message: str) -> Check:
    return Check("data", "users", "nulls", None, "warning", False, "u1", "none", message)


def _publish(home: Home) -> None:
    candidate = release.build_candidate(home, Network(), AS_OF)
    quality.write_results(candidate, [_check("u1 has two rows, u12 has one")])
    docs = candidate / "data_docs"
    docs.mkdir()
    (docs / "index.html").write_text("<td>u1</td><td>u12</td>", encoding="utf-8")
    release.publish(home, Network(), candidate)


def _write_marts(home: Home) -> None:
    home.marts.parent.mkdir(parents=True, exist_ok=True)
    home.marts.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.marts}' as marts (storage_version 'v1.2.0')")
        for name, query in {
            "users": "select unnest(['u1', 'u12', 'u1-b', 'u2']) as user_id, 'PT' as country",
            "contents": "select * from (values ('c1', 'u1', null, 'mine', ['x']), "
            "('c2', 'u2', 'c1', 'what u1 said', ['u1', 'u12'])) "
            "as rows (content_id, author_id, reply_to_id, title, tags)",
            "content_days": "select unnest(['c1', 'c2']) as content_id, 5 as n_views",
            "ties": "select * from (values ('u2', 'u1'), ('u2', 'u12')) "
            "as rows (user_id, other_user_id)",
            "communities": "select 1 as community, ['u1', 'u2', 'u12'] as top_members",
            "scores": "select 'churn' as score_name, unnest(['u1', 'u12']) as entity_id, "
            f"date '{AS_OF}' as as_of_date, 0.5 as score, 'v1' as model_version",
            "daily_metrics": "select 4 as n_users",
        }.items():
            connection.execute(f"create table marts.{name} as {query}")
        connection.execute("comment on table marts.users is 'One row per user.'")
        connection.execute("comment on column marts.users.user_id is 'The id.'")


def _learn(home: Home) -> None:
    """Two model versions, of which only v1 learned from dates on which u1 was in the frame."""
    for version, day in (("v1", "2025-03-05"), ("v2", "2025-03-07")):
        folder = home.models / "churn" / version
        folder.mkdir(parents=True)
        declared = {"frame": "frame_churn", "grain": ["user_id", "as_of_date"]}
        facts = {"declared": declared, "parts": {"refit": [day]}}
        (folder / "model.json").write_text(json.dumps(facts), encoding="utf-8")
    home.frames.mkdir(parents=True)
    frame = pa.table({"user_id": ["u1", "u12"], "as_of_date": [date(2025, 3, 5), date(2025, 3, 7)]})
    pq.write_table(frame, home.frames / "frame_churn.parquet")


def _leave_traces(home: Home) -> None:
    """What tools leave: logs open in another process, histories, stores, memories, compiled SQL."""
    logs = home.airflow / "logs"
    logs.mkdir(parents=True)
    (logs / "scheduler.log").write_text("landed u1 and u12\n", encoding="utf-8")
    (logs / "old.log.gz").write_bytes(gzip.compress(b"landed u1 and u12\n"))
    (home.root / ".sql_history").write_text("select 'u1', 'u12'\n", encoding="utf-8")
    with closing(sqlite3.connect(home.airflow / "airflow.db")) as store:
        store.execute("create table dag_run (id integer, dag_id text, conf text)")
        conf = json.dumps({"user": "u1", "reason": "asked", "is_confirmed": True})
        store.execute("insert into dag_run values (1, 'townsquare_erase', ?)", [conf])
        store.execute("insert into dag_run values (2, 'other', ?)", [json.dumps({"for": "u12"})])
        store.execute("create table log (id integer, dag_id text, extra text)")
        store.execute("insert into log values (1, 'townsquare_erase', ?)", [conf])
        store.execute("insert into log values (2, 'other', 'u1 and u12')")
        store.commit()
    memory = home.models / "learned" / "communities"
    memory.mkdir(parents=True)
    pq.write_table(pa.table({"user_id": ["u1", "u12"]}), memory / "ids.parquet")
    (memory / "ids.json").write_text(json.dumps({"u1": 1, "u12": 2}), encoding="utf-8")
    np.savez(memory / "model.npz", users=np.array([b"u1", b"u12"]))
    part = home.scores / "churn" / f"as_of_date={AS_OF}"
    part.mkdir(parents=True)
    pq.write_table(pa.table({"entity_id": ["u1", "u12"], "score": [0.1, 0.2]}), part / "p.parquet")
    for folder in (home.inputs, home.learned / "ties", home.warehouse.parent / "logs"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "told.log").write_text("u1", encoding="utf-8")


def files_naming(home: Home, user_id: str) -> list[str]:
    """Every file that names the id as a word, whatever it is packed in, found by reading all."""
    word = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(user_id)}(?![A-Za-z0-9_]|-[A-Za-z0-9])")
    return [
        path.relative_to(home.root).as_posix()
        for path in sorted(home.root.rglob("*"))
        if path.is_file() and any(word.search(text) for text in _texts(path))
    ]


def _texts(path: Path) -> Iterator[str]:
    data = path.read_bytes()
    if path.suffix == ".parquet":
        for row in pq.ParquetFile(path).read().to_pylist():
            yield from map(str, row.values())
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute("select schema_name, table_name from duckdb_tables()")
            for schema, table in tables.fetchall():
                rows = connection.execute(f'from "{schema}"."{table}"').fetchall()
                yield from (str(cell) for row in rows for cell in row)
        yield data.decode("latin-1")
    elif path.suffix == ".npz":
        yield from (str(value) for array in np.load(path).values() for value in np.ravel(array))
    else:
        yield (gzip.decompress(data) if path.suffix == ".gz" else data).decode("latin-1")


def landed(home: Home, table: str) -> list[dict[str, object]]:
    """Every landed row of a table, in the order of its key."""
    rows = [
        row
        for path in sorted((home.landing / table).glob("*/*.parquet"))
        for row in pq.ParquetFile(path).read().to_pylist()
    ]
    return sorted(rows, key=lambda row: (str(next(iter(row.values()))), str(row["batch_id"])))
