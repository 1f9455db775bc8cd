"""Every data test of the project is seen to fail on data that break what it guards."""

import pytest
from breaking import DataTest, breakage, data_tests, declared, opened

from townsquare.settings import DBT_PROJECT, Home


@pytest.fixture(scope="session")
def tests(world: Home) -> dict[str, DataTest]:
    return data_tests(world)


def test_every_data_test_is_run_by_a_build_and_passes_on_a_healthy_network(
    world: Home, tests: dict[str, DataTest]
) -> None:
    assert len(tests) > 100
    assert declared(world) == tests.keys()
    assert [test.name for test in tests.values() if not test.passed] == []


def test_every_singular_test_is_among_them(tests: dict[str, DataTest]) -> None:
    written = {path.stem for path in (DBT_PROJECT / "tests").glob("*.sql")}
    assert written
    assert written == {test.name for test in tests.values() if test.kind == "singular"}


def test_every_data_test_fails_on_what_it_guards_against(
    world: Home, tests: dict[str, DataTest]
) -> None:
    with opened(world) as connection:
        unbroken = [one.name for one in tests.values() if breakage(connection, one) is None]
    assert unbroken == [], "these never fail: mend the test, or take it out"


def test_a_data_test_that_cannot_fail_is_found(world: Home, tests: dict[str, DataTest]) -> None:
    (relation,) = {r for one in tests.values() for r in one.relations if r.endswith('."users"')}
    empty = f"select * from {relation} where user_id is null and user_id <> ''"
    with opened(world) as connection:
        for kind in ("expression_is_true", "singular"):
            lazy = DataTest("lazy", kind, None, empty, (relation,), passed=True)
            assert breakage(connection, lazy) is None
