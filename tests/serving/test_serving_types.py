"""Values on the server are the values of the release."""

import datetime
from collections.abc import Callable
from pathlib import Path

import adbc_driver_postgresql.dbapi as adbc
import duckdb
import pytest
from served_homes import Publish
from serving_desks import Desk

from townsquare.errors import TownsquareError
from townsquare.serving._types import server_type
from townsquare.settings import Home

# Each as DuckDB writes it, and the server's type.
VALUES = {
    "true": "boolean",
    "cast(-7 as tinyint)": "smallint",
    "cast(-32768 as smallint)": "smallint",
    "cast(-2147483648 as integer)": "integer",
    "cast(-9223372036854775808 as bigint)": "bigint",
    "cast(-12345678901234567890123456789012345678 as hugeint)": "numeric(38,0)",
    "cast(255 as utinyint)": "smallint",
    "cast(65535 as usmallint)": "integer",
    "cast(4294967295 as uinteger)": "bigint",
    "cast(18446744073709551615 as ubigint)": "numeric(20,0)",
    "cast(1.5 as float)": "real",
    "cast(0.1 as double)": "double precision",
    "cast('nan' as double)": "double precision",
    "cast('-infinity' as double)": "double precision",
    "cast(-1234567.891 as decimal(18, 3))": "numeric(18,3)",
    "'señor \\ \"x\" 🙂, null'": "text",
    "cast('ab' as blob)": "bytea",
    "cast('8b1f4a5e-8a61-4b0f-9b71-0b3c7a2f9d11' as uuid)": "uuid",
    "date '1969-02-28'": "date",
    "time '23:59:59.999999'": "time without time zone",
    "timestamp '2025-06-30 23:59:59.999999'": "timestamp without time zone",
    "timestamptz '2025-06-30 23:59:59.999999+02'": "timestamp with time zone",
    "cast('b' as enum ('a', 'b'))": "text",
    "['b', null, 'a,\"{}']": "text[]",
    "[1, 2, null]": "integer[]",
    "cast([] as bigint[])": "bigint[]",
    "[date '2025-06-30']": "date[]",
    "[0.5::double]": "double precision[]",
}
AS_JSON = {
    "{'a': 1, 'b': ['x', null]}": '{"a":1,"b":["x",null]}',
    "[[1], [2, 3]]": "[[1],[2,3]]",
    "map {'k': 1}": '{"k":1}',
    "json('{\"a\": [1]}')": '{"a":[1]}',
}


@pytest.fixture
def fill(home: Home, publish: Publish) -> Callable[[dict[str, str]], None]:
    """Publish a release whose relation `every_type` has these expressions, and a row of nulls."""

    def run(columns: dict[str, str]) -> None:
        publish(1)
        told = ", ".join(f"{sql} as {name}" for name, sql in columns.items())
        with duckdb.connect(str(home.marts)) as connection:
            connection.execute(f"create or replace table every_type as select 1 as row_id, {told}")
            connection.execute("insert into every_type (row_id) values (2)")
        publish(2)

    return run


def test_every_type_arrives_as_it_was(
    desk: Desk, home: Home, fill: Callable[[dict[str, str]], None]
) -> None:
    columns = {f"c{number}": sql for number, sql in enumerate([*VALUES, *AS_JSON])}
    fill(columns)
    desk.serve(home)
    kinds = desk.ask(
        "select format_type(atttypid, atttypmod) from pg_attribute "
        "where attrelid = 'every_type'::regclass and attnum > 1 order by attnum"
    ).splitlines()
    assert kinds == [*VALUES.values(), *["json"] * len(AS_JSON)]
    with adbc.connect(desk.url()) as connection, connection.cursor() as cursor:
        plain = list(columns)[: len(VALUES)]
        # A number too long for the driver's own reader is compared as text.
        asked = [
            f"cast({name} as text)" if "numeric" in kind else name
            for name, kind in zip(plain, VALUES.values(), strict=True)
        ]
        cursor.execute(f"select {', '.join(asked)} from every_type order by row_id")
        found, nulls = cursor.fetchall()
    with duckdb.connect(str(home.current / "townsquare.duckdb"), read_only=True) as release:
        release.execute("set timezone = 'UTC'")
        wanted = release.execute(f"select {', '.join(plain)} from every_type").fetchall()[0]
    for sql, here, there in zip(VALUES, found, wanted, strict=True):
        assert _plain(here) == _plain(there), sql
    assert set(nulls) == {None}
    told = desk.ask(f"select {', '.join(list(columns)[len(VALUES) :])} from every_type limit 1")
    assert told.split("|") == list(AS_JSON.values())


def _plain(value: object) -> str:
    """What both drivers mean, whichever Python type each takes for it."""
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC)
    return str(value.tobytes() if isinstance(value, memoryview) else value)


def test_text_sorts_as_in_duckdb_and_a_zero_letter_becomes_one_that_cannot_be_shown(
    desk: Desk, home: Home, fill: Callable[[dict[str, str]], None]
) -> None:
    fill({"words": "'a' || chr(0) || 'b'", "listed": "['a' || chr(0)]"})
    desk.serve(home)
    assert (
        desk.ask("select words, listed[1] from every_type where row_id = 1") == "a\ufffdb|a\ufffd"
    )
    assert desk.ask("select collation for (words) from every_type limit 1") == '"C"'


def test_a_day_is_utcs_wherever_the_server_stands(
    desk: Desk, home: Home, fill: Callable[[dict[str, str]], None]
) -> None:
    fill({"happened_at": "timestamp '2025-06-30 23:30:00'"})
    desk.serve(home)
    assert desk.ask("show timezone") == "UTC"
    assert desk.ask("select happened_at::date from every_type limit 1") == "2025-06-30"


@pytest.mark.parametrize("kind", ["INTERVAL", "BIT", "TIMESTAMP_NS"])
def test_a_type_that_the_server_cannot_hold_exactly_is_refused_by_name(kind: str) -> None:
    with pytest.raises(TownsquareError, match=f"users.odd has the type {kind}, .* its model"):
        server_type("users", "odd", kind)


def test_a_release_from_before_the_keys_were_written_is_served_without_them(
    desk: Desk, home: Home, publish: Publish, tmp_path: Path
) -> None:
    publish(1)
    database = home.current.resolve() / "townsquare.duckdb"
    database.chmod(0o644)
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop table meta.keys")
    desk.serve(home)
    assert desk.ask("select count(*) from pg_indexes where schemaname ~ '^release_'") == "0"
