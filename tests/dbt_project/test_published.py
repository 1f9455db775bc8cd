"""What learning wrote as Parquet is published, and what must not be published stops the build."""

from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from marts_world import Row, run_dbt

from ml.scoring import SCHEMA, prepare
from townsquare.settings import Home

AS_OF = date(2025, 3, 10)


def told(entity_id: str, as_of_date: date, **columns: object) -> Row:
    """A score as ml writes it."""
    return {
        "score_name": "user_churn",
        "entity_id": entity_id,
        "as_of_date": as_of_date,
        "score": 0.25,
        "band": "medium",
        "reasons": ["no active day in the last 7"],
        "model_version": "user_churn-1",
        "expires_at": datetime(as_of_date.year, as_of_date.month, as_of_date.day)
        + timedelta(days=8),
        **columns,
    }


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("published"))
    home.scores.mkdir(parents=True)
    prepare(home)
    return home


def publish(home: Home, *rows: Row, check: bool = True) -> str:
    """Write the scores, each day in its own file, and build what is published."""
    for as_of_date in {row["as_of_date"] for row in rows}:
        folder = home.scores / "user_churn" / f"as_of_date={as_of_date}"
        folder.mkdir(parents=True)
        of_day = [row for row in rows if row["as_of_date"] == as_of_date]
        columns = {name: [row[name] for row in of_day] for name in SCHEMA.names}
        pq.write_table(pa.table(columns, schema=SCHEMA), folder / "part.parquet")
    published = ("--select", "path:models/published", "--exclude-resource-type", "unit_test")
    return run_dbt(home, AS_OF, "build", *published, check=check)


def read(home: Home, query: str) -> list[tuple]:
    with duckdb.connect(home.marts, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_latest_scores_hold_the_newest_and_scores_hold_the_past(home: Home) -> None:
    week_ago, tomorrow = AS_OF - timedelta(days=7), AS_OF + timedelta(days=1)
    publish(
        home,
        told("a", week_ago, score=0.1),
        told("a", AS_OF, score=0.9, band="high"),
        told("a", tomorrow, score=0.5),
        told("b", week_ago, score=0.2),
        told("gone", AS_OF - timedelta(days=8), score=0.3),
    )
    latest = "select entity_id, as_of_date, score, band from latest_scores order by entity_id"
    assert read(home, latest) == [("a", AS_OF, 0.9, "high"), ("b", week_ago, 0.2, "medium")]
    assert read(home, "select count(*), max(as_of_date) from scores") == [(4, AS_OF)]
    assert read(home, "select distinct reasons[1] from scores") == [
        ("no active day in the last 7",)
    ]


def test_before_the_first_score_the_tables_are_empty_with_their_columns(home: Home) -> None:
    publish(home)
    assert read(home, "select count(*) from latest_scores") == [(0,)]
    columns = {name for (name, *_) in read(home, "describe scores")}
    assert columns == set(SCHEMA.names)


def test_wrong_scores_stop_the_build(home: Home) -> None:
    printed = publish(
        home,
        told("spoken of twice", AS_OF),
        told("spoken of twice", AS_OF, model_version="user_churn-2"),
        told("of unknown band", AS_OF, band="urgent"),
        told("no probability", AS_OF, score=1.5),
        check=False,
    )
    for test in (
        "unique_combination_of_columns_scores",
        "accepted_values_scores_band",
        "expression_is_true_scores",
    ):
        assert f"Failure in test {test}" in printed
