"""Warehouses of one small random world, built in three ways, for the tests of every layer."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import duckdb
import pytest
from growth import FIRST, LAYERS, NETWORK, SEED, STEPS, keep_inputs
from marts_world import END, START, land, random_world, run_dbt

from townsquare.settings import Home


@pytest.fixture(scope="session")
def early_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Built as of FIRST from what had been told by then, and left there."""
    home = Home(tmp_path_factory.mktemp("early"))
    land(random_world(SEED), home, START, FIRST)
    run_dbt(home, FIRST, "run", "--full-refresh", "--select", *LAYERS, network=NETWORK)
    return home


@pytest.fixture(scope="session")
def grown_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Built as of FIRST, and then by two single days and a stretch."""
    home = Home(tmp_path_factory.mktemp("grown"))
    world = random_world(SEED)
    land(world, home, START, FIRST)
    run_dbt(home, FIRST, "run", "--full-refresh", "--select", *LAYERS, network=NETWORK)
    keep_inputs(home, full=True)
    for last, as_of in pairwise(STEPS):
        changed = land(world, home, last, as_of)
        changed |= {last + timedelta(days=n): None for n in range((as_of - last).days)}
        run_dbt(home, as_of, "run", "--select", *LAYERS, rebuild=changed, network=NETWORK)
        keep_inputs(home, full=False)
    return home


@pytest.fixture(scope="session")
def whole_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Built as of END in one go; its data tests hold."""
    home = Home(tmp_path_factory.mktemp("whole"))
    land(random_world(SEED), home, START, END)
    arguments = ("--full-refresh", "--select", *LAYERS, "--exclude-resource-type", "unit_test")
    run_dbt(home, END, "build", *arguments, network=NETWORK)
    keep_inputs(home, full=True)
    return home


@pytest.fixture(scope="session")
def rows() -> Callable[[Home, str], list[tuple]]:
    """Ask a warehouse a query."""

    def ask(home: Home, query: str) -> list[tuple]:
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    return ask


@pytest.fixture(scope="session")
def differences() -> Callable[..., dict[tuple[str, str], tuple[int, tuple]]]:
    """By table, how many rows only one of two warehouses has, and one of them."""

    def compare(
        one: Home, other: Home, tables: list[str], where: str = "true"
    ) -> dict[tuple[str, str], tuple[int, tuple]]:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{one.warehouse}' as one (read_only)")
            connection.execute(f"attach '{other.warehouse}' as other (read_only)")
            different = {}
            for table in tables:
                for here, there in (("one", "other"), ("other", "one")):
                    only_here = connection.execute(
                        f"from {here}.{table} where {where} "
                        f"except all from {there}.{table} where {where}"
                    ).fetchall()
                    if only_here:
                        different[table, here] = (len(only_here), only_here[0])
            return different

    return compare
