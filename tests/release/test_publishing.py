"""Write, audit, publish: what passes becomes current, what fails is set apart, all is recorded."""

import hashlib
import json
import re
import stat
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from conftest import AS_OF, check, write_marts

from townsquare import quality, release
from townsquare.errors import TownsquareError
from townsquare.network import Network
from townsquare.quality import Check
from townsquare.release import _history, _shelf
from townsquare.settings import Home

Publish = Callable[..., str]
Ask = Callable[[str], list[tuple[object, ...]]]


def candidate_with(home: Home, *checks: Check) -> Path:
    candidate = release.build_candidate(home, Network(), AS_OF)
    quality.write_results(candidate, checks)
    return candidate


def test_what_passes_its_gates_becomes_the_current_release(
    home: Home, publish: Publish, ask: Ask
) -> None:
    assert release.current_as_of(home) is None
    assert publish() == "2025-07-01.1"
    assert home.current.resolve().name == "2025-07-01.1"
    assert release.current_as_of(home) == AS_OF
    assert ask("select count(*) from users") == [(1000,)]
    assert not list(home.candidates.iterdir())


def test_a_release_is_whole_by_its_manifest_and_cannot_be_written_to(
    home: Home, publish: Publish
) -> None:
    folder = home.releases / publish()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["relations"] == {"daily_metrics": {"rows": 1000}, "users": {"rows": 1000}}
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert manifest["files"].keys() == files - {"manifest.json"}
    for name, told in manifest["files"].items():
        written = (folder / name).read_bytes()
        assert told == {"bytes": len(written), "sha256": hashlib.sha256(written).hexdigest()}
        assert not (folder / name).stat().st_mode & stat.S_IWUSR


def test_a_release_can_be_opened_by_older_clients(home: Home, publish: Publish) -> None:
    publish()
    path = home.current.resolve() / "townsquare.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        (tags,) = connection.execute(
            "select tags['storage_version'] from duckdb_databases() where not internal"
        ).fetchall()
    assert str(tags[0]).startswith("v1.2.0")


def test_rows_still_in_the_write_ahead_log_are_published(
    home: Home, publish: Publish, ask: Ask
) -> None:
    with duckdb.connect(str(home.marts)) as connection:
        connection.execute("pragma disable_checkpoint_on_shutdown")
        connection.execute("insert into users values (1, 5000)")
    assert home.marts.with_name("marts.duckdb.wal").exists()
    publish()
    assert ask("select count(*) from users") == [(1001,)]


def test_a_failed_gate_leaves_current_alone_and_says_why(home: Home, publish: Publish) -> None:
    publish()
    write_marts(home, stamp=2)
    candidate = candidate_with(home, check(success=False), check())
    with pytest.raises(release.GateFailed, match="users has 5 rows on 2025-06-30") as failed:
        release.hold_gates(home, candidate, quality.read_results(candidate))
    assert "data.users.volume" in str(failed.value)
    assert "\n" not in str(failed.value)
    assert home.current.resolve().name == "2025-07-01.1"
    apart = home.failed_candidates / "2025-07-01.2"
    assert (apart / "townsquare.duckdb").exists()
    assert quality.read_results(apart)[0].stops


def test_publishing_holds_the_gates_again(home: Home) -> None:
    candidate = candidate_with(home, check(success=False))
    with pytest.raises(release.GateFailed):
        release.publish(home, Network(), candidate)
    assert not home.current.exists()


def test_a_candidate_that_no_gate_has_seen_is_not_published(home: Home) -> None:
    candidate = release.build_candidate(home, Network(), AS_OF)
    with pytest.raises(TownsquareError, match=r"checks\.json"):
        release.publish(home, Network(), candidate)


def test_a_warning_stops_nothing_and_is_recorded(publish: Publish, ask: Ask) -> None:
    publish(check(success=False, severity="warning"))
    assert ask("select is_passed, is_skipped, severity from meta.validation_results") == [
        (False, False, "warning")
    ]


@pytest.mark.parametrize("gate", ["data", "data.users", "data.users.volume"])
def test_a_skipped_gate_passes_once_and_stays_on_record(
    gate: str, home: Home, publish: Publish, ask: Ask
) -> None:
    release.skip_gate(home, gate, "the source lost a day for good")
    publish(check(success=False))
    told = "select release_id, gate, reason, skipped_by is not null from meta.gate_skips"
    expected = [("2025-07-01.1", gate, "the source lost a day for good", True)]
    assert ask(told) == expected
    assert ask("select is_passed, is_skipped from meta.validation_results") == [(False, True)]
    with pytest.raises(release.GateFailed):
        publish(check(success=False))
    publish()
    assert ask(told) == expected


@pytest.mark.parametrize("gate", ["model", "data.users.vol", "data.user"])
def test_a_skip_covers_nothing_else(gate: str, home: Home, publish: Publish) -> None:
    release.skip_gate(home, gate, "because")
    with pytest.raises(release.GateFailed):
        publish(check(success=False))


@pytest.mark.parametrize(("gate", "reason"), [("dta", "because"), ("data", " ")])
def test_a_skip_of_nothing_or_without_a_reason_is_refused(
    gate: str, reason: str, home: Home
) -> None:
    with pytest.raises(TownsquareError):
        release.skip_gate(home, gate, reason)


@pytest.mark.parametrize(
    ("gate", "told"),
    [
        ("data.usrs.volume", "do you mean data.users.volume?"),
        ("model.x", "as the failed task does"),
    ],
)
def test_a_skip_of_a_check_that_no_candidate_has_is_refused(
    gate: str, told: str, home: Home, publish: Publish
) -> None:
    publish(check(success=True))
    with pytest.raises(TownsquareError, match=re.escape(told)):
        release.skip_gate(home, gate, "because")
    release.skip_gate(home, "model", "a whole gate may be skipped before it has a check")


def test_publishing_may_run_twice(home: Home, publish: Publish) -> None:
    release_id = publish()
    again = release.publish(home, Network(), home.candidates / release_id)
    assert again["release_id"] == release_id
    events = [event["event"] for event in _history.events(home)]
    assert events == ["built", "published"]


def test_publishing_goes_on_where_it_was_killed_before_the_switch(
    home: Home, publish: Publish
) -> None:
    first, second = publish(), publish()
    _shelf.switch(home, first)
    release.publish(home, Network(), home.candidates / second)
    assert home.current.resolve().name == second


def test_a_candidate_that_is_gone_is_told_in_a_sentence(home: Home) -> None:
    with pytest.raises(TownsquareError, match="run the tasks from the gates on again"):
        release.publish(home, Network(), home.candidates / "2025-07-01.9")


def test_ids_are_never_used_twice(home: Home, publish: Publish) -> None:
    used = [publish(), candidate_with(home, check()).name]
    failed = candidate_with(home, check(success=False))
    release.reject(home, failed, [check(success=False)])
    used += [failed.name, publish(), publish(as_of=date(2025, 7, 2))]
    assert used == [*(f"2025-07-01.{n}" for n in (1, 2, 3, 4)), "2025-07-02.1"]


def test_what_a_killed_run_left_is_cleared_by_the_next(home: Home) -> None:
    left = candidate_with(home)
    (home.releases / ".deleted-2025-01-01.1").mkdir()
    new = release.build_candidate(home, Network(), AS_OF)
    assert [path.name for path in home.candidates.iterdir()] == [new.name]
    assert left.name != new.name
    assert not list(home.releases.glob(".deleted-*"))


def test_marts_that_are_open_elsewhere_are_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TownsquareError, match=r"marts\.duckdb does not exist"):
        release.build_candidate(Home(tmp_path), Network(), AS_OF)


def test_any_kept_release_can_be_made_current_again(home: Home, publish: Publish, ask: Ask) -> None:
    first = publish()
    write_marts(home, stamp=2)
    second = publish(as_of=date(2025, 7, 2))
    assert ask("select max(stamp) from users") == [(2,)]
    release.rollback(home, first)
    assert ask("select max(stamp) from users") == [(1,)]
    assert release.current_as_of(home) == AS_OF
    listed = release.list_releases(home)
    assert [(one["release_id"], one["is_current"]) for one in listed] == [
        (second, False), (first, True),
    ]  # fmt: skip
    third = publish(as_of=date(2025, 7, 2))
    events = ask("select event, release_id from meta.release_events order by event_at")
    assert ("rolled_back", first) in events
    assert ask("select release_id from meta.releases order by all") == [
        (first,), (second,), (third,),
    ]  # fmt: skip


def test_a_rollback_that_was_killed_after_it_switched_is_told_by_the_next_try(
    home: Home, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = publish(), publish(as_of=date(2025, 7, 2))
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(_history, "note", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        release.rollback(home, first, reason="a wrong mart")
    assert not _history.was(home, "rolled_back", first)
    for _ in range(2):  # and once it is told it is not told again
        release.rollback(home, first, reason="a wrong mart")
    told = [one for one in release.events(home) if one["event"] == "rolled_back"]
    assert [(one["instead_of"], one["reason"]) for one in told] == [(second, "a wrong mart")]


def test_a_release_was_created_when_its_marts_were_copied_and_not_when_it_was_published(
    home: Home, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied, later = datetime(2025, 7, 1, 3), datetime(2025, 7, 1, 5)
    monkeypatch.setattr(_history, "now", lambda: copied)
    candidate = candidate_with(home, check())
    monkeypatch.setattr(_history, "now", lambda: later)
    release.publish(home, Network(), candidate)
    assert ask("select created_at, published_at from meta.releases") == [(copied, later)]


def test_rolling_back_to_a_release_that_is_not_kept_names_those_that_are(
    home: Home, publish: Publish
) -> None:
    kept = publish()
    with pytest.raises(TownsquareError, match=kept):
        release.rollback(home, "2024-01-01.1")


def test_old_releases_go_but_never_the_current_one(home: Home, publish: Publish) -> None:
    first = publish()
    others = [publish() for _ in range(10)]
    release.rollback(home, first)
    assert release.prune(home, keep=2) == others[:-2]
    assert [path.name for path in sorted(home.releases.glob("20*"))] == [first, *others[-2:]]
    assert publish(keep=1) == "2025-07-01.12"
    assert [path.name for path in home.releases.glob("20*")] == ["2025-07-01.12"]
