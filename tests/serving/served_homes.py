"""Small homes whose releases can be told apart: every relation of one holds the same stamp."""

import json
from collections.abc import Callable
from datetime import date

import duckdb

from townsquare import quality, release
from townsquare.network import Network
from townsquare.quality import Check
from townsquare.settings import Home

AS_OF = date(2025, 7, 1)
ROWS = 1000
Publish = Callable[[int], str]


def write_marts(home: Home, stamp: int) -> None:
    """Users and what each did on three days, with words and keys as dbt leaves them."""
    home.marts.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.marts}' as marts (storage_version 'v1.2.0')")
        connection.execute(
            "create or replace table marts.users as select 'u' || i as user_id, "
            f"{stamp} as stamp from range({ROWS}) as rows (i)"
        )
        connection.execute(
            "create or replace table marts.user_days as select 'u' || i as user_id, "
            "date '2025-06-01' + cast(day as integer) as activity_date, "
            f"{stamp} as stamp, if(i = 0, null, 'c' || i) as content_id "
            f"from range({ROWS}) as rows (i), range(3) as days (day)"
        )
        connection.execute("comment on table marts.users is 'One row per user. It''s small.'")
        connection.execute("comment on column marts.users.stamp is 'The same in one release.'")


def write_artifacts(home: Home) -> None:
    """The part of dbt's manifest that says what the keys are."""
    nodes = {
        f"model.townsquare.{name}": {
            "name": name, "alias": name, "database": "marts", "resource_type": "model",
            "depends_on": {"nodes": []},
        }
        for name in ("users", "user_days")
    }  # fmt: skip
    tests = [
        ("users", "unique", {"column_name": "user_id"}),
        (
            "user_days",
            "unique_combination_of_columns",
            {"combination_of_columns": ["user_id", "activity_date"]},
        ),
        (
            "user_days",
            "relationships",
            {"column_name": "content_id", "to": "ref('contents')", "field": "content_id"},
        ),
    ]
    for number, (model, name, asked) in enumerate(tests):
        nodes[f"test.townsquare.{number}"] = {
            "resource_type": "test", "attached_node": f"model.townsquare.{model}",
            "test_metadata": {"name": name, "kwargs": asked}, "config": {"where": None},
        }  # fmt: skip
    target = home.dbt_target / "marts"
    target.mkdir(parents=True, exist_ok=True)
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes}), encoding="utf-8")


def publisher(home: Home) -> Publish:
    """What takes marts with a stamp to a release; returns its id."""

    def publish(stamp: int) -> str:
        write_marts(home, stamp)
        write_artifacts(home)
        network = Network()
        candidate = release.build_candidate(home, network, AS_OF)
        held = Check("data", "users", "volume", None, "critical", True, "5", "5", "It holds.")
        quality.write_results(candidate, [held])
        return str(release.publish(home, network, candidate)["release_id"])

    return publish
