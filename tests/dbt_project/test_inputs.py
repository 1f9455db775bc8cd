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


def test_the_world_takes_contents_away_of_days_that_are_not_built_anew(
    grown_warehouse: Home, whole_warehouse: Home
) -> None:
    """Without such contents the comparison above could not fail for them."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{whole_warehouse.warehouse}' as whole (read_only)")
        rated = connection.execute(f"""
            select count(*)
            from '{files(grown_warehouse, "input_ratings")}' as ratings
            inner join whole.staging.stg_contents_versions as contents using (content_id)
            where contents.deleted_at > ratings.event_date + 7
        """).fetchone()
    assert rated and rated[0] > 0
