"""The server as analysts' own clients see it."""

import warnings

import pandas as pd
import sqlalchemy
from served_homes import ROWS
from serving_desks import Desk


def _engine(desk: Desk) -> sqlalchemy.Engine:
    return sqlalchemy.create_engine(desk.url().replace("postgresql:", "postgresql+psycopg:"))


def test_sqlalchemy_finds_tables_keys_and_words(served: Desk) -> None:
    engine = _engine(served)
    told = sqlalchemy.inspect(engine)
    assert {"users", "user_days"} <= set(told.get_table_names())
    assert {"users", "user_days"} <= set(told.get_view_names(schema="marts"))
    assert told.get_pk_constraint("user_days")["constrained_columns"] == [
        "user_id", "activity_date",
    ]  # fmt: skip
    assert told.get_table_comment("users")["text"] == "One row per user. It's small."
    users = sqlalchemy.Table("users", sqlalchemy.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        found = connection.execute(sqlalchemy.select(users).where(users.c.user_id == "u7")).all()
    assert found == [("u7", 1)]
    engine.dispose()


def test_pandas_reads_a_frame_with_the_types_of_the_release(served: Desk) -> None:
    engine = _engine(served)
    frame = pd.read_sql("select * from user_days", engine, parse_dates=["activity_date"])
    engine.dispose()
    assert len(frame) == 3 * ROWS
    assert str(frame["activity_date"].max().date()) == "2025-06-03"
    assert set(frame["stamp"]) == {1}


def test_pandas_reads_through_arrow_without_sqlalchemy(served: Desk) -> None:
    import adbc_driver_postgresql.dbapi as adbc

    with warnings.catch_warnings(), adbc.connect(served.url()) as connection:
        frame = pd.read_sql("select stamp, count(*) as n from users group by stamp", connection)
    assert frame.to_dict("records") == [{"stamp": 1, "n": ROWS}]


def test_psql_describes_a_table_and_its_columns(served: Desk) -> None:
    told = served.ask("\\d+ users")
    assert "user_id|text|C" in told and "The same in one release." in told
