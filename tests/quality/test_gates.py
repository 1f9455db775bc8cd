"""The contract, model and release gates, and the whole gate as the pipeline calls it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import candidates
import pytest

from townsquare.ingest import Account, TableAccount
from townsquare.network import Network
from townsquare.quality import Check, _gates, check, read_results, read_suites, write_results
from townsquare.quality._source import opened
from townsquare.settings import Home

DATES = [candidates.AS_OF - timedelta(days=n) for n in range(1, 30)]
GOOD = TableAccount(read=1000, landed=990, quarantined=8, duplicate=2, reasons={"no id": 8})


def account(table: str, told: TableAccount, dates: list[date] = DATES) -> Account:
    return Account(
        batch_id="00000001-a",
        sequence=1,
        adapter="files",
        source_file="a.parquet",
        fingerprint="a",
        landed_at=datetime(2025, 6, 30),
        tables={table: replace(told, event_dates=dates)},
    )


def failures(checks: list[Check]) -> list[str]:
    return [check.name for check in checks if not check.success]


@pytest.fixture
def contract(
    home: Home, candidate: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[Check]]:
    """What the contract gate says of these accounts."""

    def run(*accounts: Account, schedule: str | None = "@daily") -> list[Check]:
        monkeypatch.setattr(_gates, "read_accounts", lambda _: list(accounts))
        network = Network(schedule=schedule)
        with opened(home, network, candidate, candidates.AS_OF) as source:
            return list(_gates.contract_gate(home, source))

    return run


def test_a_healthy_landing_passes_the_contract_gate(contract: Callable[..., list[Check]]) -> None:
    found = contract(account("contents", GOOD), account("users", GOOD))
    assert len(found) == 6
    assert failures(found) == []


def test_rows_that_are_not_accounted_for_stop_the_release(
    contract: Callable[..., list[Check]],
) -> None:
    found = contract(account("contents", GOOD), account("contents", replace(GOOD, landed=991)))
    assert failures(found) == ["contract.contents.accounting"]


def test_too_many_quarantined_rows_stop_the_release_with_the_reason(
    contract: Callable[..., list[Check]],
) -> None:
    bad = TableAccount(
        read=1000, landed=880, quarantined=120, duplicate=0, reasons={"no id": 110, "late": 10}
    )
    found = contract(account("contents", bad))
    assert failures(found) == ["contract.contents.quarantine"]
    assert "no id" in next(one.message for one in found if not one.success)


@pytest.mark.parametrize(
    ("table", "severity"), [("interactions", "critical"), ("messages", "warning")]
)
def test_a_table_that_comes_no_more_is_noticed(
    table: str, severity: str, contract: Callable[..., list[Check]]
) -> None:
    found = contract(account(table, GOOD, DATES[2:]))
    assert [(one.name, one.severity) for one in found if not one.success] == [
        (f"contract.{table}.freshness", severity)
    ]


def test_a_dump_may_end_in_the_middle_of_its_last_day_and_no_earlier(
    contract: Callable[..., list[Check]],
) -> None:
    assert failures(contract(account("contents", GOOD, DATES[1:]), schedule=None)) == []
    assert failures(contract(account("contents", GOOD, DATES[2:]), schedule=None)) != []


def test_a_quiet_network_may_be_silent_for_twice_its_longest_silence(
    contract: Callable[..., list[Check]],
) -> None:
    every_third = [candidates.AS_OF - timedelta(days=n) for n in range(6, 60, 3)]
    assert failures(contract(account("contents", GOOD, every_third))) == []
    assert failures(contract(account("contents", GOOD, every_third[1:]))) != []


def promise(home: Home, **scores: str) -> None:
    home.models.mkdir(parents=True)
    (home.models / "capabilities.json").write_text(json.dumps(scores), encoding="utf-8")


def model_gate(home: Home, candidate: Path) -> list[Check]:
    with opened(home, Network(), candidate, candidates.AS_OF) as source:
        return list(_gates.model_gate(home, source))


def test_promised_scores_pass_and_a_score_without_a_model_is_not_asked_for(
    home: Home, candidate: Path
) -> None:
    promise(home, churn="available", conversion="not available, for want of rows")
    assert [(one.name, one.success) for one in model_gate(home, candidate)] == [
        ("model.churn.scored", True)
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "delete from latest_scores where score_name = 'churn'",
        "update latest_scores set as_of_date = date '2025-06-23' where score_name = 'churn'",
    ],
)
def test_a_promised_score_that_is_not_told_as_of_the_release_stops_it(
    broken: str, home: Home, candidate: Path, in_candidate: Callable[[str], None]
) -> None:
    promise(home, churn="available", conversion="available")
    in_candidate(broken)
    assert failures(model_gate(home, candidate)) == ["model.churn.scored"]


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ("drop table users", "release.users.presence"),
        ("delete from users where rowid % 3 = 0", "release.users.size"),
        ("insert into users select * from users", "release.users.size"),
        ("delete from sessions where rowid % 3 = 0", "release.sessions.size"),
        ("update users set as_of_date = date '2025-06-29'", "release.users.as_of.as_of_date"),
        (
            "update latest_scores set as_of_date = date '2025-07-01'",
            "release.latest_scores.as_of.as_of_date",
        ),
    ],
)
def test_the_release_gate_stops(
    broken: str, name: str, home: Home, candidate: Path, in_candidate: Callable[[str], None]
) -> None:
    in_candidate(broken)
    with opened(home, Network(), candidate, candidates.AS_OF) as source:
        assert failures(list(_gates.release_gate(source, read_suites()))) == [name]


@pytest.mark.parametrize("has_release", [True, False])
def test_the_whole_gate_passes_a_healthy_candidate_and_leaves_docs_that_stand_alone(
    has_release: bool, home: Home, candidate: Path
) -> None:
    if not has_release:
        (home.releases / "2025-06-29.1" / "manifest.json").unlink()
    found = check(home, Network(), candidate, candidates.AS_OF)
    assert failures(found) == []
    assert {one.gate for one in found} == {"data", "release"}  # nothing landed, no model promised

    write_results(candidate, found)
    assert read_results(candidate) == found

    pages = [path for path in (candidate / "data_docs").rglob("*") if path.is_file()]
    assert len(pages) > 2 * len(read_suites())
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not [part for part in ('src="http', "url('http", '<link rel="stylesheet" href="http')
                    if part in text]  # fmt: skip
    assert "data.user_days.volume" in (candidate / "data_docs" / "index.html").read_text()


def test_a_half_missing_day_is_told_in_one_sentence(
    home: Home, candidate: Path, in_candidate: Callable[[str], None]
) -> None:
    in_candidate("delete from user_days where activity_date = '2025-06-29' and rowid % 2 = 0")
    (stopped,) = [one for one in check(home, Network(), candidate, candidates.AS_OF) if one.stops]
    assert stopped.name == "data.user_days.volume"
    assert "2025-06-29" in stopped.message
    assert stopped.message.count(". ") == 0
