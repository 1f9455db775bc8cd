"""A run that is killed at any step leaves nothing half landed for the next one."""

import json
from pathlib import Path

import pytest

from townsquare.ingest import _places, prepare, read_accounts


class _Killed(BaseException):
    """Stands for the end of the process: nothing may catch it and go on."""


_ROWS = [
    {"user_id": f"u{i}", "registered_at": f"2024-01-0{i % 3 + 1}", "loaded_at": "2024-01-31"}
    for i in range(30)
] + [{"user_id": "bad", "registered_at": "never"}]


def _data_files(home):
    landed = [path for path in home.landing.glob("*/*/*.parquet") if path.name != "empty.parquet"]
    return landed + list(home.rejected.glob("*/*.parquet"))


def _kill_at(monkeypatch, step):
    """Let the given number of writes and moves happen, then die."""
    left = [step]

    def counted(original):
        def act(*arguments):
            if left[0] == 0:
                raise _Killed
            left[0] -= 1
            return original(*arguments)

        return act

    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    monkeypatch.setattr(_places, "_flush", counted(_places._flush))
    return left


def test_a_kill_at_any_step_is_repaired_by_the_next_run(home, import_rows, landed, monkeypatch):
    prepare(home)
    n_killed = 0
    for step in range(100):
        with monkeypatch.context() as patched:
            left = _kill_at(patched, step)
            try:
                account = import_rows("users", _ROWS)
            except _Killed:
                n_killed += 1
            else:
                break
        assert left == [0]
        sealed = bool(list((home.landing / ".accounts").glob("*.json")))
        # when the next run begins
        prepare(home)
        # then all is there with its account, or nothing is
        assert len(_data_files(home)) == (4 if sealed else 0), step
        assert len(read_accounts(home)) == sealed
        assert not list((home.landing / ".accounts").glob("*.pending"))
        assert not (home.landing / ".partial").exists()
        for path in _data_files(home) + list((home.landing / ".accounts").glob("*.json")):
            path.unlink()
        home.network_file.unlink(missing_ok=True)
    # and a run that is let through lands everything: one file a day, and one in quarantine
    assert n_killed >= 8
    assert account.tables["users"].landed == 30 == len(landed("users"))
    assert len(_data_files(home)) == 4


def test_a_failing_file_leaves_those_sealed_before_it(home, tmp_path, import_rows, monkeypatch):
    from townsquare.errors import TownsquareError
    from townsquare.ingest import _importing, import_source

    monkeypatch.setattr(_importing, "_BATCH_BYTES", 1)  # each file is a batch of its own
    good = "\n".join(json.dumps(row) for row in _ROWS[:5])
    source = tmp_path / "source"
    source.mkdir()
    (source / "users.jsonl").write_text(good)
    (source / "messages.jsonl").write_text('{"text": "hello"}\n')
    (source / "surveys.jsonl").write_text("")
    with pytest.raises(TownsquareError, match="the column 'text'"):
        import_source(home, "files", source)
    assert read_accounts(home) == [] and _data_files(home) == []
    (source / "messages.jsonl").unlink()
    (source / "zz").mkdir()
    (source / "zz" / "users.jsonl").write_text('{"name ": "u9"}\n')
    with pytest.raises(TownsquareError, match="the column 'name '"):
        import_source(home, "files", source)
    assert [a.source_file for a in read_accounts(home)] == ["surveys.jsonl", "users.jsonl"]


def test_rows_are_not_visible_before_their_batch_is_sealed(home, import_rows, monkeypatch):
    seen = []
    original = _places.move_into_place

    def look(home, *arguments):
        seen.append(len(_data_files(home)))
        original(home, *arguments)

    monkeypatch.setattr("townsquare.ingest._batch.move_into_place", look)
    monkeypatch.setattr("townsquare.ingest._batch.CHUNK_ROWS", 4)
    monkeypatch.setattr("townsquare.ingest.adapters._columns._ROWS", 4)
    # and rows that repeat those of an earlier chunk are still known
    account = import_rows("users", [*_ROWS, *_ROWS]).tables["users"]
    assert seen == [0]
    assert len(_data_files(home)) > 4
    assert (account.read, account.landed, account.quarantined, account.duplicate) == (62, 30, 1, 31)
