"""What a release tells about itself in SQL."""

import json
from collections.abc import Callable
from datetime import date, datetime

import pytest

from ml import ledger
from townsquare.ingest import Account, TableAccount
from townsquare.release import _meta
from townsquare.settings import Home

Publish = Callable[..., str]
Ask = Callable[[str], list[tuple[object, ...]]]

ACCOUNT = Account(
    batch_id="00000001-a",
    sequence=1,
    adapter="files",
    source_file="users.parquet",
    fingerprint="a",
    landed_at=datetime(2025, 7, 1),
    tables={
        "users": TableAccount(
            read=10, landed=8, quarantined=1, duplicate=1, reasons={"no id": 1},
            event_dates=[date(2025, 6, 29), date(2025, 6, 30)],
        )
    },
)  # fmt: skip


@pytest.fixture(autouse=True)
def landed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_meta, "read_accounts", lambda _: [ACCOUNT])


def test_every_table_and_column_of_meta_is_described(publish: Publish, ask: Ask) -> None:
    publish()
    tables = ask("select table_name, comment from duckdb_tables() where schema_name = 'meta'")
    assert {str(name) for name, _ in tables} == {*_meta._TABLES, *ledger.BOOKS}
    assert [name for name, told in tables if not str(told).startswith("One row per ")] == []
    columns = ask(
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'meta' and coalesce(comment, '') = ''"
    )
    assert columns == []


def test_landing_and_freshness_are_the_accounts(publish: Publish, ask: Ask) -> None:
    publish()
    assert ask("select n_read, n_landed + n_quarantined + n_duplicate from meta.landing") == [
        (10, 10)
    ]
    assert ask(
        "select n_rows, newest_event_date from meta.freshness where table_name = 'users'"
    ) == [(8, date(2025, 6, 30))]
    assert ask(
        "select n_rows, newest_event_date from meta.freshness where table_name = 'surveys'"
    ) == [(0, None)]


@pytest.mark.usefixtures("dbt_artifacts")
def test_model_runs_and_lineage_are_dbts(publish: Publish, ask: Ask) -> None:
    publish()
    assert ask("select layer, model, status, n_rows, seconds from meta.model_runs") == [
        ("marts", "users", "success", 1000, 1.5)
    ]
    assert ask("select upstream, upstream_kind from meta.lineage where model = 'users'") == [
        ("stg_users", "model"), ("messages", "contract"),
    ]  # fmt: skip


@pytest.mark.usefixtures("dbt_artifacts")
def test_what_a_network_lacks_is_named(home: Home, publish: Publish, ask: Ask) -> None:
    import duckdb

    with duckdb.connect(str(home.marts)) as connection:
        connection.execute("create table surveyed (user_id varchar)")
        connection.execute("create table latest_scores (score_name varchar)")
    ledger.write_capability(home, "churn", "not available, for want of 100 people who left")
    ledger.write_capability(home, "conversion", "available")
    publish()
    told = dict(ask("select name, reason from meta.capabilities where not is_available"))
    assert told == {
        "surveyed": "not available, for want of `surveys`",
        "latest_scores": "churn: not available, for want of 100 people who left",
        "churn": "not available, for want of 100 people who left",
    }
    assert ask("select reason from meta.capabilities where name = 'users'") == [
        ("without `messages`, of which nothing has landed",)
    ]
    assert ask("select is_available from meta.capabilities where name = 'conversion'") == [(True,)]


def version(name: str, as_of: date) -> dict[str, object]:
    return {"score_name": "churn", "model_version": name, "as_of_date": as_of, "auc": 0.9}


def decision(name: str, at: datetime, word: str) -> dict[str, object]:
    return {"score_name": "churn", "model_version": name, "decided_at": at, "decision": word}


def test_the_champion_is_the_version_promoted_last_up_to_as_of(
    home: Home, publish: Publish, ask: Ask
) -> None:
    days = [date(2025, 6, 1), date(2025, 6, 20), date(2025, 6, 25), date(2025, 7, 5)]
    names = ["first", "second", "refused", "later"]
    ledger.write(home, "model_versions", [version(*one) for one in zip(names, days, strict=True)])
    words = ["promoted", "promoted", "kept", "promoted"]
    at = [datetime(2025, 7, n) for n in range(1, 5)]
    told = [decision(*one) for one in zip(names, at, words, strict=True)]
    ledger.write(home, "promotions", told)
    for name in names:
        card = home.models / "churn" / name / "card.html"
        card.parent.mkdir(parents=True)
        card.write_text(name, encoding="utf-8")
    release_id = publish()
    assert ask("select model_version from meta.model_versions where is_champion") == [("second",)]
    assert ask("select count(*) from meta.promotions") == [(4,)]
    card = home.releases / release_id / "model_cards" / "churn.html"
    assert card.read_text(encoding="utf-8") == "second"


def test_how_a_models_probabilities_came_true_is_told_by_tenth(
    home: Home, publish: Publish, ask: Ask
) -> None:
    ledger.write(home, "model_versions", [version("kept", date(2025, 6, 1))])
    tenths = {"kept": [[0.1, 0.2, 30.0], [0.6, 0.5, 29.0]], "unlisted": [[0.1, 0.2, 30.0]]}
    for name, told in tenths.items():
        path = home.models / "churn" / name / "model.json"
        path.parent.mkdir(parents=True)
        facts = {"as_of_date": "2025-06-01", "judgement": {"calibration": told}}
        path.write_text(json.dumps(facts), encoding="utf-8")
    publish()
    assert ask("select * exclude (score_name) from meta.calibration") == [
        ("kept", 1, 0.1, 0.2, 30),
        ("kept", 2, 0.6, 0.5, 29),
    ]
