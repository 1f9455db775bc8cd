"""Takes an id out of the SQLite files of a home: Airflow's own database and MLflow's store."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from townsquare.erasing._person import Person
from townsquare.errors import TownsquareError

WAIT_SECONDS = 60
Cell = str | bytes | int | float | None
ERASE_DAG = "townsquare_erase"
_HEADER = b"SQLite format 3\0"


def is_store(path: Path) -> bool:
    """Whether the file is an SQLite database."""
    with path.open("rb") as read:
        return read.read(len(_HEADER)) == _HEADER


def names(path: Path, person: Person) -> bool:
    """Whether any cell names the person."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=WAIT_SECONDS)) as store:
        return any(
            person.is_named_in(_text(value))
            for table, columns in _tables(store)
            for column in columns
            for (value,) in store.execute(
                f'select "{column}" from "{table}" where instr(cast("{column}" as text), ?) > 0',
                [person.user_id],
            )
        )


def clean(path: Path, person: Person) -> bool:
    """Take the id out of every cell; what SQLite overwrites it overwrites with zeros.

    Whoever has the file open, as a running Airflow has, goes on undisturbed.
    """
    try:
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)) as store:
            store.execute("pragma secure_delete = on")
            store.create_function("without_id", 1, lambda value: _without(value, person))
            store.execute("begin immediate")
            changed = _forget_forms(store, person)
            for table, columns in _tables(store):
                for column in columns:
                    changed += store.execute(
                        f'update "{table}" set "{column}" = without_id("{column}") '
                        f'where instr(cast("{column}" as text), ?) > 0 '
                        f'and without_id("{column}") is not "{column}"',
                        [person.user_id],
                    ).rowcount
            store.execute("commit")
            if changed:  # earlier versions of a row may stand in pages that were freed before
                store.execute("vacuum")
                store.execute("pragma wal_checkpoint(truncate)")
    except sqlite3.OperationalError as error:
        raise TownsquareError(
            f"{path} cannot be cleaned ({error}); wait until no task runs and ask again, and the "
            "erasure goes on where it stopped."
        ) from error
    return changed > 0


def _tables(store: sqlite3.Connection) -> Iterator[tuple[str, list[str]]]:
    names = store.execute(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    ).fetchall()
    for (table,) in names:
        yield table, [row[1] for row in store.execute(f'pragma table_info("{table}")')]


def _forget_forms(store: sqlite3.Connection, person: Person) -> int:
    """Blank the person in the forms that asked for it, whatever their id looks like."""
    there = {table: set(columns) for table, columns in _tables(store)}
    changed = 0
    if {"dag_id", "conf"} <= there.get("dag_run", set()):
        asked = store.execute(
            "select id, conf from dag_run where dag_id = ? and conf is not null", [ERASE_DAG]
        ).fetchall()
        for run, conf in asked:
            told = json.loads(conf)
            if isinstance(told, dict) and person.user_id in told.values():
                told = {k: person.struck(v) if isinstance(v, str) else v for k, v in told.items()}
                store.execute("update dag_run set conf = ? where id = ?", [json.dumps(told), run])
                changed += 1
    for table in ("log", "rendered_task_instance_fields", "xcom"):
        if "dag_id" in there.get(table, set()):
            changed += store.execute(f"delete from {table} where dag_id = ?", [ERASE_DAG]).rowcount
    return changed


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _without(value: Cell, person: Person) -> Cell:
    if isinstance(value, bytes):
        return person.masked(value)
    return person.scrubbed(value) if isinstance(value, str) else value
