"""A simulated network for the parts that are judged by its truth: as learners would read it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from townsquare.contract import load_tables
from townsquare.settings import Home
from townsquare.simulate import simulate


@contextmanager
def simulated(users: int, days: int, seed: int) -> Iterator[tuple[Home, duckdb.DuckDBPyConnection]]:
    """The network's home, and its tables in their newest versions with `truth_*` beside them."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as database:
        home = Home(Path(folder))
        simulate(home, users=users, days=days, seed=seed)
        for name, table in load_tables().items():
            files = f"{home.exports}/{name}/*/part.parquet"
            newest = f"partition by {', '.join(table.key)} order by loaded_at desc"
            database.execute(
                f"create view {name} as from read_parquet('{files}') "
                f"qualify row_number() over ({newest}) = 1"
            )
        for path in sorted(home.truth.iterdir()):
            files = f"{path}/*.parquet" if path.is_dir() else str(path)
            if path.name != "checkpoint":
                database.execute(f"create view truth_{path.stem} as from read_parquet('{files}')")
        yield home, database


CONTENTS = """
    select content_id, author_id, coalesce(root_id, content_id) as root_id, kind, title, body, tags,
        cast(published_at as date) as event_date, published_at
    from contents where deleted_at is null
"""
ENDORSEMENTS = """
    select actor_id as giver_id, author_id as receiver_id, count(*) as n
    from interactions inner join contents using (content_id)
    where verb in ('like', 'share', 'save') and actor_id <> author_id group by all
    union all
    select reply.author_id, parent.author_id, count(*)
    from contents reply inner join contents parent on reply.reply_to_id = parent.content_id
    where reply.author_id <> parent.author_id group by all
    union all
    select actor_id, target_id, count(*) from relations where verb = 'follow' group by all
"""
