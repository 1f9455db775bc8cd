"""Where a home may lie: its path goes into SQL and file patterns."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from townsquare.errors import TownsquareError
from townsquare.settings import Home


@pytest.mark.parametrize("strange", ["it's", 'a"b', "a[1]", "a*", "what?", "a\\b", "{a}", "a\nb"])
def test_a_home_whose_path_sql_would_misread_is_refused_in_a_sentence(
    strange: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOWNSQUARE_HOME", str(tmp_path / strange / "var"))
    with pytest.raises(TownsquareError, match=r"in its path.*set TOWNSQUARE_HOME to a folder"):
        Home.from_environment()


def test_the_command_says_so_before_it_writes_anything(tmp_path: Path) -> None:
    folder = tmp_path / "it's"
    done = subprocess.run(
        [sys.executable, "-c", "from townsquare.cli import main; main()", "status"],
        env={**os.environ, "TOWNSQUARE_HOME": str(folder / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("townsquare: The home ")
    assert not folder.exists()


def test_a_home_with_spaces_letters_of_any_script_and_other_marks_lands_and_is_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from townsquare import erasing, ingest

    root = tmp_path / "Ünï 名 (1), a+b & c; d=e #5 %20 $x ~" / "var"
    monkeypatch.setenv("TOWNSQUARE_HOME", str(root))
    home, export = Home.from_environment(), tmp_path / "export"
    export.mkdir()
    users = [{"user_id": f"ann-{n}", "registered_at": "2025-03-01T10:00:00Z"} for n in (1, 2)]
    text = "".join(json.dumps(row) + "\n" for row in users)
    (export / "users.jsonl").write_text(text, encoding="utf-8")
    ingest.import_source(home, "files", export)
    assert ingest.verify(home) == (2, [])
    erasing.erase(home, "ann-1", "asked")
    assert ingest.verify(home) == (1, [])
