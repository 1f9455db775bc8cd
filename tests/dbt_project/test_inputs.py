"""What learners read is the same however the warehouse grew, whatever was corrected since."""

import duckdb

from townsquare.settings import DBT_PROJECT, Home

# It tells of the run, not of the data.
INPUTS = sorted(
    path.stem
    for path in (DBT_PROJECT / "models" / "inputs").glob("*.sql")
    if path.stem != "input_rebuild_dates"
)


def files(home: Home, name: str) -> str:
    """The files that a learner reads of an input."""
    folder = home.inputs / name
    return str(folder / "*.parquet" if folder.is_dir() else folder.with_suffix(".parquet"))


def test_every_input_is_the_same_after_days_of_news_as_after_a_full_build(
    grown_warehouse: Home, whole_warehouse: Home
) -> None:
    assert {"input_ties", "input_ratings", "input_accounts"} <= set(INPUTS)
    different = {}
    with duckdb.connect() as connection:
        for name in INPUTS:
            grown, whole = (files(home, name) for home in (grown_warehouse, whole_warehouse))
            for one, other in ((grown, whole), (whole, grown)):
                query = f"from '{one}' except all from '{other}'"
                if only := connection.execute(query).fetchall():
                    different[name, one == grown] = (len(only), only[0])
            counted = connection.execute(f"select count(*) from '{whole}'").fetchone()
            assert counted and counted[0], name
    assert different == {}


def test_a_rating_stays_when_its_content_goes_on_a_day_that_is_not_built_anew(
    grown_warehouse: Home,
) -> None:
    """Without such a content the comparison above could not fail for it."""
    with duckdb.connect() as connection:
        told = connection.execute(
            f"from '{files(grown_warehouse, 'input_ratings')}' where content_id = 'late gone'"
        ).fetchall()
        standing = connection.execute(
            f"from '{files(grown_warehouse, 'input_contents')}' where content_id = 'late gone'"
        ).fetchall()
    assert len(told) == 1
    assert standing == []
