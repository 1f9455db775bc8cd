"""The group `analyst` reads, and is refused everything else."""

import subprocess
from collections.abc import Callable

import pytest
from serving_desks import Desk

from bench.servers import Session

ALLOWED = (
    "select count(*) from users",
    "select count(*) from marts.users",
    "select count(*) from meta.releases",
    "select count(*) from releases",
    "select count(*) from serving.releases",
    "copy (select * from users) to stdout",
    "explain analyze select * from users where user_id = 'u1'",
)
TABLES = ("users", "serving.releases", "release_2025_07_01_1.users")
PLACES = (*TABLES, "marts.users", "meta.releases")
WRITES = (
    *(f"delete from {place}" for place in PLACES),
    *(f"truncate {place}" for place in TABLES),
    *(f"do $$ begin lock table {place} in exclusive mode; end $$" for place in PLACES),
    "insert into users values ('x', 1)",
    "insert into marts.users values ('x', 1)",
    "update users set stamp = 0",
    "update serving.releases set is_current = false",
    "merge into users using user_days on false when not matched then insert values ('x', 1)",
    "select * from users for update",
    "copy users from stdin",
    "copy users from program 'true'",
    "copy users to program 'cat > /dev/null'",
    "copy (select 1) to '/tmp/never'",
    "copy users from '/etc/hostname'",
    "create table release_2025_07_01_1.own (i integer)",
    "create table marts.own (i integer)",
    "create table public.own (i integer)",
    "create table serving.own (i integer)",
    "create temporary table own (i integer)",
    "select * into temporary own from users",
    "create view public.own as select 1",
    "create function public.own() returns int language sql as 'select 1'",
    "create schema own",
    "create database own",
    "create role own",
    "create extension pg_trgm",
    "create index on users (stamp)",
    "alter table users add column own integer",
    "alter table users disable trigger all",
    "alter schema marts rename to own",
    "alter database {database} set search_path = public",
    "alter role analyst login",
    "alter role townsquare password 'own'",
    "alter system set work_mem = '1GB'",
    "comment on table users is 'own'",
    "drop table users",
    "drop schema marts cascade",
    "grant select on users to public",
    "grant analyst to townsquare",
    "set role townsquare",
    "set session authorization townsquare",
    "select lo_create(0)",
    "select lo_from_bytea(0, 'x')",
    "select lo_import('/etc/hostname')",
    "select pg_advisory_lock(7214365)",
    "select pg_try_advisory_xact_lock_shared(1)",
    "select pg_read_file('/etc/hostname')",
    "select pg_reload_conf()",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'",
)

REFUSED = (
    "permission denied",
    "must be owner",
    "must be superuser",
    "must be a superuser",
    "must have",
    "must be a member",
    "no privileges were granted",
)


def test_an_analyst_reads_everything_and_writes_nothing(
    served: Desk, psql: Callable[[str], Session]
) -> None:
    ada = psql(served.url())
    for sql in ALLOWED:
        assert "ERROR" not in ada.ask(sql), sql
    asked = "select count(*), max(stamp) from users"
    before = ada.ask(asked)
    for sql in WRITES:
        told = ada.ask(sql.format(database=served.name))
        assert told.startswith(("ERROR", "WARNING")) and any(word in told for word in REFUSED), (
            f"{sql}: {told}"
        )
    assert ada.ask(asked) == before


def test_who_is_no_analyst_is_refused_the_database(served: Desk) -> None:
    served.server.psql(f"create role stranger_{served.name} login")
    assert "does not have CONNECT privilege" in served.refusal(
        "select 1", f"stranger_{served.name}"
    )


@pytest.mark.parametrize("database", ["postgres", "template1", "airflow", "mlflow"])
def test_an_analyst_enters_no_other_database_of_the_server(served: Desk, database: str) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        served.server.psql("select 1", database, "ada")
    assert "does not have CONNECT privilege" in str(refused.value.stderr)


def test_the_group_itself_cannot_sign_in_and_has_no_password(served: Desk) -> None:
    assert "not permitted to log in" in served.refusal("select 1", "analyst")
    asked = "select rolpassword is null, not rolsuper from pg_authid where rolname = 'analyst'"
    assert served.server.psql(asked) == "t|t"
