import sqlite3

from townsquare.settings import Home


def test_an_airflow_that_is_up_for_one_run_begins_no_other(world: Home) -> None:
    with sqlite3.connect(world.airflow / "airflow.db") as connection:
        runs = connection.execute("select run_type, state from dag_run").fetchall()
    connection.close()
    assert runs == [("manual", "success")]
