"""One simulated network for all tests of the simulator."""

from collections.abc import Iterator
from datetime import timedelta

import duckdb
import pandas as pd
import pytest
from simulated_network import DAYS, START, Told

from townsquare.contract import load_tables
from townsquare.settings import Home
from townsquare.simulate import simulate


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """4,000 users over 120 days; every version of every row, and distinct ones in `now_*` views."""
    home = Home(tmp_path_factory.mktemp("simulated"))
    simulate(home, users=4000, days=DAYS, seed=11)
    with duckdb.connect() as database:
        for name, table in load_tables().items():
            files = f"{home.exports}/{name}/*/part.parquet"
            database.execute(f"create view {name} as from read_parquet('{files}')")
            newest = f"partition by {', '.join(table.key)} order by loaded_at desc"
            database.execute(
                f"create view now_{name} as from {name} qualify row_number() over ({newest}) = 1"
            )
        for folder in sorted(path for path in home.truth.iterdir() if path.is_dir()):
            if folder.name != "checkpoint":
                files = f"{folder}/*.parquet"
                database.execute(f"create view truth_{folder.name} as from read_parquet('{files}')")
        database.execute("""
            create table active_days as
            select distinct user_id, active_date from (
                select actor_id as user_id, cast(occurred_at as date) as active_date
                from interactions
                union all select author_id, cast(published_at as date) from contents
                union all select sender_id, cast(sent_at as date) from messages)
        """)
        yield Told(home, lambda sql: database.sql(sql).df())


@pytest.fixture(scope="session")
def outcomes(told: Told) -> pd.DataFrame:
    """The truth's probabilities beside what came to be, on mature days two weeks apart."""
    mature = [START + timedelta(days) for days in range(36, DAYS - 27, 14)]
    days = ", ".join(f"date '{day}'" for day in mature)
    return told.ask(f"""
        with dated as (from truth_probabilities where as_of_date in ({days})),
        last_seen as (
            select user_id, as_of_date, max(active_date) as seen
            from dated inner join active_days using (user_id)
            where active_date < as_of_date group by all),
        later as (
            select distinct user_id, as_of_date from dated inner join active_days using (user_id)
            where active_date >= as_of_date and active_date < as_of_date + 28),
        converted as (
            select user_id, cast(min(converted_at) as date) as converted_date
            from now_conversions group by user_id)
        select dated.*, date_diff('day', last_seen.seen, as_of_date) as silent_days,
            later.user_id is null as is_churned,
            coalesce(converted_date >= as_of_date and converted_date < as_of_date + 28, false)
                as is_converted
        from dated inner join last_seen using (user_id, as_of_date)
        left join later using (user_id, as_of_date)
        left join converted using (user_id)
    """)
