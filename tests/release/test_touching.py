"""Which releases, models and scores a landed file touched, as the analyst's guide asks it."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime

import duckdb
import pytest
import yaml

from ml import ledger
from townsquare.ingest import Account, TableAccount
from townsquare.release import _meta
from townsquare.settings import PROJECT_ROOT, Home

Publish = Callable[..., str]
DAY = date(2025, 6, 30)
_BLOCK = re.compile(r"^### 12\..*?^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NEWEST = "(select arg_max(source_file, landing_sequence) from meta.landing)"


def account(sequence: int, table: str, event_date: date, landed: int = 5) -> Account:
    told = TableAccount(
        read=5, landed=landed, quarantined=5 - landed, event_dates=[event_date] if landed else []
    )
    at = datetime(2025, 7, sequence)
    name = f"{table}-{sequence}.parquet"
    return Account(f"{sequence:08}-a", sequence, "files", name, "a", at, {table: told})


class World:
    """A home whose landing grows file by file, and what is published of it."""

    def __init__(self, home: Home, publish: Publish, patch: pytest.MonkeyPatch) -> None:
        self.home, self._publish = home, publish
        self.accounts: list[Account] = []
        patch.setattr(_meta, "read_accounts", lambda _: self.accounts)
        home.warehouse.touch()

    def build(self, sequence: int) -> None:
        """What a finished build leaves: the last file that it knew."""
        told = {"as_of": "2025-07-01", "sequence": sequence, "full": True}
        (self.home.warehouse.parent / "built.json").write_text(json.dumps(told))

    def learn(self, name: str, sequence: int, as_of: date) -> None:
        """A version of the score churn, and a day that it scored, on what was known then."""
        known = {"score_name": "churn", "model_version": name, "landing_sequence": sequence}
        ledger.write(self.home, "model_versions", [{**known, "as_of_date": as_of}])
        ledger.write(self.home, "scorings", [{**known, "as_of_date": as_of, "n_scored": 1}])

    def publish(self, as_of: date) -> str:
        """A release of what was built last."""
        return self._publish(as_of=as_of)

    def touched(self, file: str) -> dict[str, set[str]]:
        """The guide's query, asked of the current release about this file."""
        guide = (PROJECT_ROOT / "docs" / "analyst.md").read_text(encoding="utf-8")
        (query,) = _BLOCK.findall(guide)
        assert _NEWEST in query
        path = (self.home.current / "townsquare.duckdb").resolve()
        with duckdb.connect(str(path), read_only=True) as release:
            rows = release.execute(query.replace(_NEWEST, f"'{file}'")).fetchall()
        found: dict[str, set[str]] = {}
        for what, name, _ in rows:
            found.setdefault(what, set()).add(name)
        return found


@pytest.fixture
def world(home: Home, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> World:
    """Churn's frame is made of users, users of the contract's users and messages."""

    def model(name: str, database: str, *upstream: str) -> dict[str, object]:
        return {
            "name": name, "alias": name, "database": database, "resource_type": "model",
            "depends_on": {"nodes": list(upstream)},
        }  # fmt: skip

    contract = "source.townsquare.contract."
    score = yaml.safe_load((PROJECT_ROOT / "ml/scores/churn.yml").read_text(encoding="utf-8"))
    nodes = [
        model("users", "marts", contract + "users", contract + "messages"),
        model("daily_metrics", "marts", contract + "surveys"),
        model(score["frame"], "warehouse", "model.townsquare.users"),
    ]
    manifest = {"nodes": {f"model.townsquare.{node['name']}": node for node in nodes}}
    home.dbt_target.mkdir(parents=True)
    (home.dbt_target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return World(home, publish, monkeypatch)


def test_a_file_touches_what_is_made_after_it_and_not_what_was_published_before(
    world: World,
) -> None:
    world.accounts = [account(1, "users", DAY)]
    world.build(1)
    world.learn("early", 1, date(2025, 7, 1))
    first = world.publish(date(2025, 7, 1))
    # given a file that lands after the first release, with events of days that it holds
    world.accounts.append(account(2, "messages", DAY))
    assert world.touched("messages-2.parquet") == {}
    # when the next release knows of it
    world.build(2)
    world.learn("late", 2, date(2025, 7, 2))
    second = world.publish(date(2025, 7, 2))
    # then it touched that one only, and the file before touched both
    assert world.touched("messages-2.parquet") == {
        "release": {second},
        "relation": {"users"},
        "model": {"churn late"},
        "scores": {"churn by late"},
    }
    assert world.touched("users-1.parquet") == {
        "release": {first, second},
        "relation": {"users"},
        "model": {"churn early", "churn late"},
        "scores": {"churn by early", "churn by late"},
    }


def test_a_file_that_lands_while_a_run_is_under_way_is_not_in_its_release(world: World) -> None:
    world.build(1)
    world.learn("early", 1, date(2025, 7, 1))
    world.accounts = [account(1, "users", DAY), account(2, "users", DAY)]
    world.publish(date(2025, 7, 1))
    assert world.touched("users-2.parquet") == {}


def test_a_file_of_later_days_or_of_other_tables_touches_no_model(world: World) -> None:
    world.build(3)
    world.learn("early", 3, DAY)
    world.accounts = [
        account(1, "users", DAY),
        account(2, "surveys", date(2025, 6, 1)),
        account(3, "users", DAY, landed=0),
    ]
    release = world.publish(date(2025, 7, 1))
    assert world.touched("users-1.parquet") == {"release": {release}, "relation": {"users"}}
    assert world.touched("surveys-2.parquet") == {
        "release": {release}, "relation": {"daily_metrics"},
    }  # fmt: skip
    assert world.touched("users-3.parquet") == {}
    assert world.touched("no such file") == {}
