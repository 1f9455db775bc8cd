"""A warehouse that grew day by day holds the same marts as one built at once."""

from datetime import date, timedelta
from itertools import pairwise

import duckdb
import pytest
from marts_world import END, START, land, random_world, run_dbt

from townsquare.settings import Home

MARTS = ("path:models/staging", "path:models/intermediate", "path:models/marts")
STEPS = [END - timedelta(days=9), END - timedelta(days=8), END - timedelta(days=7), END]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Built first as of an earlier day, then by two single days and one stretch of seven."""
    home = Home(tmp_path_factory.mktemp("grown"))
    world = random_world(seed=5)
    land(world, home, START, STEPS[0])
    run_dbt(home, STEPS[0], "run", "--full-refresh", "--select", *MARTS)
    for last, as_of in pairwise(STEPS):
        changed = land(world, home, last, as_of)
        changed |= {last + timedelta(days=n): None for n in range((as_of - last).days)}
        run_dbt(home, as_of, "run", "--select", *MARTS, rebuild=changed)
    run_dbt(home, END, "test", "--select", *MARTS, "--exclude-resource-type", "unit_test")
    return home


@pytest.fixture(scope="module")
def built_at_once(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("at_once"))
    land(random_world(seed=5), home, START, END)
    run_dbt(home, END, "run", "--full-refresh", "--select", *MARTS)
    return home


def test_late_rows_reach_back_across_midnight() -> None:
    late = [
        row
        for rows in random_world(seed=5).rows.values()
        for row in rows
        if row["told"] >= STEPS[0] > row["told"] - timedelta(days=9) and event_date(row) < STEPS[0]
    ]
    assert len(late) > 10


def event_date(row: dict) -> date:
    at = row.get("occurred_at") or row.get("published_at") or row.get("sent_at")
    return (at or row["registered_at"]).date()


def test_every_mart_is_the_same_however_it_was_built(grown: Home, built_at_once: Home) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{grown.marts}' as grown (read_only)")
        connection.execute(f"attach '{built_at_once.marts}' as at_once (read_only)")
        query = "select table_name from duckdb_tables() where database_name = 'at_once'"
        tables = [name for (name,) in connection.execute(query).fetchall()]
        assert "sessions" in tables
        different = {}
        for table in sorted(tables):
            for one, other in (("grown", "at_once"), ("at_once", "grown")):
                rows = connection.execute(
                    f"from {one}.{table} except all from {other}.{table}"
                ).fetchall()
                if rows:
                    different[table, f"only in {one}"] = (len(rows), rows[:3])
        assert different == {}
