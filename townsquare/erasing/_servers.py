"""Takes an id out of Airflow's database where that is PostgreSQL, as on a server."""

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from townsquare.erasing._person import Person
from townsquare.erasing._stores import ERASE_DAG
from townsquare.errors import TownsquareError
from townsquare.sql_text import identifier

if TYPE_CHECKING:
    from sqlalchemy import Connection

DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
_TEXTS = ("text", "character varying", "json", "jsonb", "bytea")
_COLUMNS = """
    select table_name, column_name, data_type
    from information_schema.columns
    join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE'
    order by table_name, column_name
"""


def clean(person: Person) -> int:
    """Take the id out of every cell; returns how many. 0 where Airflow's database is a file.

    What PostgreSQL overwrites stays in freed pages until they are written again, so the tables that
    changed are written anew.
    """
    where = os.environ.get(DATABASE, "")
    if not where.startswith("postgresql"):
        return 0
    import sqlalchemy

    engine = sqlalchemy.create_engine(where)
    try:
        with engine.begin() as connection:
            changed = _forget_forms(connection, person)
            for table, column, kind in list(_columns(connection)):
                changed[table] = changed.get(table, 0) + _clean(
                    connection, person, table, column, kind
                )
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in (name for name, n in changed.items() if n):
                connection.exec_driver_sql(f"vacuum full {identifier(table)}")
    except sqlalchemy.exc.SQLAlchemyError as error:
        raise TownsquareError(
            f"Airflow's database cannot be cleaned ({type(error).__name__}); see that it can be "
            "reached and ask again, and the erasure goes on where it stopped."
        ) from error
    finally:
        engine.dispose()
    return sum(changed.values())


def _rows(connection: "Connection", sql: str, **values: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(sql, values).all()]


def _columns(connection: "Connection") -> Iterator[tuple[str, str, str]]:
    for table, column, kind in _rows(connection, _COLUMNS):
        if kind in _TEXTS:
            yield table, column, kind


def _clean(connection: "Connection", person: Person, table: str, column: str, kind: str) -> int:
    """Every cell of one column; the server finds those that may name the person."""
    place, cell = identifier(table), identifier(column)
    told = f"encode({cell}, 'escape')" if kind == "bytea" else f"cast({cell} as text)"
    read = cell if kind == "bytea" else told
    asked = f"select cast(ctid as text), {read} from {place} where position(%(id)s in {told}) > 0"
    found = _rows(connection, asked, id=person.user_id)
    changed = 0
    for row, value in found:
        new = person.masked(bytes(value)) if kind == "bytea" else person.scrubbed(value)
        if new != value:
            changed += connection.exec_driver_sql(
                f"update {place} set {cell} = cast(%(new)s as {kind}) "
                "where ctid = cast(%(row)s as tid)",
                {"new": new, "row": row},
            ).rowcount
    return changed


def _forget_forms(connection: "Connection", person: Person) -> dict[str, int]:
    """Blank the person in the forms that asked for it, whatever their id looks like."""
    changed = {}
    there = {(table, column) for table, column, _ in _rows(connection, _COLUMNS)}
    if ("dag_run", "conf") in there:
        asked = "select id, conf from dag_run where dag_id = %(dag)s and conf is not null"
        changed["dag_run"] = sum(
            _blank(connection, person, run, conf)
            for run, conf in _rows(connection, asked, dag=ERASE_DAG)
        )
    for table in ("log", "rendered_task_instance_fields", "xcom"):
        if (table, "dag_id") in there:
            changed[table] = connection.exec_driver_sql(
                f"delete from {table} where dag_id = %(dag)s", {"dag": ERASE_DAG}
            ).rowcount
    return changed


def _blank(connection: "Connection", person: Person, run: Any, conf: Any) -> int:
    if not isinstance(conf, dict) or person.user_id not in conf.values():
        return 0
    told = {key: person.struck(one) if isinstance(one, str) else one for key, one in conf.items()}
    return connection.exec_driver_sql(
        "update dag_run set conf = cast(%(conf)s as jsonb) where id = %(run)s",
        {"conf": json.dumps(told), "run": run},
    ).rowcount
