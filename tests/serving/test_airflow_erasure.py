"""An erasure reaches Airflow's database where that is PostgreSQL."""

import pytest
from serving_desks import Desk

from townsquare.erasing import _servers
from townsquare.erasing._person import ERASED, Person
from townsquare.errors import TownsquareError

MADE = """
    create table dag_run (id int, dag_id text, conf jsonb);
    create table log (dag_id varchar(80), extra text);
    create table xcom (dag_id text, value jsonb);
    create table task_instance (dag_id text, note json, executor_config bytea);
    insert into dag_run values (1, 'townsquare_erase', '{"user": "u7", "reason": "asked"}'),
        (2, 'townsquare_daily', '{"as_of": "u77"}');
    insert into log values ('townsquare_erase', 'u7'), ('townsquare_daily', 'saw u7, not u77');
    insert into xcom values ('townsquare_erase', '{"user": "u7"}'), ('other', '["u7-b", "u7"]');
    insert into task_instance values ('other', '{"seen": "u7"}', convert_to('a u7 b', 'UTF8'));
"""
TOLD = """
    select string_agg(row_to_json(dag_run)::text, ' ' order by id) from dag_run
    union all select string_agg(extra, ' ') from log
    union all select string_agg(value::text, ' ') from xcom
    union all select note::text || convert_from(executor_config, 'UTF8') from task_instance
"""


@pytest.fixture
def airflow(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk.ask(MADE, "townsquare")
    url = desk.url("townsquare").replace("postgresql:", "postgresql+psycopg:")
    monkeypatch.setenv(_servers.DATABASE, url)
    return desk


def test_the_id_leaves_every_cell_and_others_that_begin_alike_stay(airflow: Desk) -> None:
    assert _servers.clean(Person("u7", "erased-1", {})) == 7
    told = airflow.ask(TOLD, "townsquare")
    assert "u77" in told and "u7-b" in told
    assert Person("u7", "", {}).is_named_in(told) is False
    assert f'"user": "{ERASED}"' in told.replace('":"', '": "') and "a ** b" in told
    assert _servers.clean(Person("u7", "erased-1", {})) == 0


def test_an_id_that_is_a_word_leaves_the_form_and_nothing_else(airflow: Desk) -> None:
    airflow.ask('update dag_run set conf = \'{"user": "saw"}\' where id = 1', "townsquare")
    _servers.clean(Person("saw", "erased-1", {}))
    told = airflow.ask(TOLD, "townsquare")
    assert ERASED in told and "saw u7, not u77" in told


def test_a_database_that_cannot_be_reached_leaves_the_erasure_unfinished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(_servers.DATABASE, "postgresql+psycopg://airflow@127.0.0.1:1/airflow")
    with pytest.raises(TownsquareError, match="Airflow's database cannot be cleaned"):
        _servers.clean(Person("u7", "erased-1", {}))


def test_a_file_is_left_to_who_cleans_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_servers.DATABASE, "sqlite:////nowhere/airflow.db")
    assert _servers.clean(Person("u7", "erased-1", {})) == 0
