"""Two databases are equal when every relation holds the same rows, each as often."""

from pathlib import Path

import duckdb
import pytest

from townsquare.release._comparing import compare, largest_difference

SCORES = "select 'churn' as score_name, 'u1' as entity_id, date '2025-07-01' as as_of_date"


def database(path: Path, **relations: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        for name, query in relations.items():
            connection.execute(f"create table {name} as {query}")
    return path


def test_the_same_rows_in_another_order_are_equal(tmp_path: Path) -> None:
    one = database(tmp_path / "one.duckdb", users="select unnest([1, 2, 2]) as n")
    other = database(tmp_path / "other.duckdb", users="select unnest([2, 1, 2]) as n")
    (found,) = compare(one, other)
    assert found.is_equal
    assert found.rows == found.rows_again == 3


@pytest.mark.parametrize(
    ("again", "only_in_release", "only_in_replay"),
    [
        ("select unnest([1, 2]) as n", 1, 0),  # a row less often
        ("select unnest([1, 2, 3]) as n", 1, 1),  # another value
        ("select unnest([1, 2, 2]) as m", 3, 3),  # another column
        ("select unnest([1.0, 2.0, 2.0]) as n", 3, 3),  # another type
    ],
)
def test_a_difference_is_counted_on_either_side(
    tmp_path: Path, again: str, only_in_release: int, only_in_replay: int
) -> None:
    one = database(tmp_path / "one.duckdb", users="select unnest([1, 2, 2]) as n")
    other = database(tmp_path / "other.duckdb", users=again)
    (found,) = compare(one, other)
    assert not found.is_equal
    assert (found.only_in_release, found.only_in_replay) == (only_in_release, only_in_replay)


def test_a_relation_that_only_one_side_holds_is_a_difference(tmp_path: Path) -> None:
    one = database(tmp_path / "one.duckdb", users="select 1 as n", tags="select 1 as n where false")
    other = database(tmp_path / "other.duckdb", users="select 1 as n")
    tags, users = compare(one, other)
    assert users.is_equal
    assert not tags.is_equal


def test_a_prediction_that_moved_is_told_by_how_much(tmp_path: Path) -> None:
    one = database(tmp_path / "one.duckdb", scores=f"{SCORES}, 0.25 as score")
    same = database(tmp_path / "same.duckdb", scores=f"{SCORES}, 0.25 as score")
    moved = database(tmp_path / "moved.duckdb", scores=f"{SCORES}, 0.75 as score")
    nobody = database(tmp_path / "nobody.duckdb", scores=f"{SCORES}, 0.25 as score where false")
    assert largest_difference(one, same, "churn", "2025-07-01") == 0
    assert largest_difference(one, moved, "churn", "2025-07-01") == 0.5
    assert largest_difference(one, nobody, "churn", "2025-07-01") is None
