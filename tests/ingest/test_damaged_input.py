"""What is damaged is refused in one sentence or set aside row by row; nothing is ever lost."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import guarding
import pytest
from damaged import Case, cases
from damaged_outcomes import (
    assert_accounts_agree_with_files,
    assert_nothing_landed,
    by_table,
    reasons,
)

from townsquare.errors import TownsquareError
from townsquare.ingest import Account, import_source, read_accounts
from townsquare.settings import Home

CASES = cases()
GENTLE = [case for case in CASES if not case.is_bomb]
BOMBS = [case for case in CASES if case.is_bomb]


def _assert_outcome(case: Case, home: Home, accounts: list[Account]) -> None:
    assert_accounts_agree_with_files(home, accounts)
    assert reasons(accounts) == case.quarantined
    assert by_table(accounts, "landed") == case.landed
    assert by_table(accounts, "duplicate") == case.duplicate


def test_the_corpus_covers_every_source() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
    assert {case.adapter for case in CASES} == {
        "activitystreams",
        "files",
        "simulate",
        "stackexchange",
    }


@pytest.mark.parametrize("case", GENTLE, ids=lambda case: case.name)
def test_damaged_input_has_its_outcome(case: Case, tmp_path: Path) -> None:
    # given
    home = Home(tmp_path / "below" / "home")
    source = case.make(tmp_path / "below" / "export")
    beside = set(tmp_path.iterdir())
    # when
    if case.refused is not None:
        with pytest.raises(TownsquareError, match=case.refused) as refused:
            import_source(home, case.adapter, source)
        # then
        assert len(str(refused.value).splitlines()) == 1
        assert_nothing_landed(home)
    else:
        accounts = import_source(home, case.adapter, source)
        _assert_outcome(case, home, accounts)
        # and then the same again changes nothing
        again = import_source(home, case.adapter, source)
        assert by_table(again, "read") == by_table(accounts, "read")
        assert by_table(again, "duplicate") == by_table(again, "read")
    assert set(tmp_path.iterdir()) == beside
    assert not (home.landing / ".partial" / "unpacked").exists()


_IMPORT = """
import resource, sys
from pathlib import Path
from townsquare.errors import TownsquareError
from townsquare.ingest import import_source
from townsquare.settings import Home
for home, adapter, source in zip(*[iter(sys.argv[1:])] * 3):
    try:
        import_source(Home(Path(home)), adapter, Path(source))
    except TownsquareError as error:
        print(error)
    else:
        print()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
"""


def _imported_elsewhere(home: Home, adapter: str, source: Path) -> tuple[str, int]:
    """What an import in a process of its own said, and its peak memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT, str(home.root), adapter, str(source)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    said, peak = done.stdout.splitlines()
    guarding.SEEN.sentences.add(said)
    return said, int(peak)


@pytest.fixture(scope="module")
def usual_peak(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The memory of an import of two rows, in MB."""
    folder = tmp_path_factory.mktemp("usual")
    (small,) = [case for case in CASES if case.name == "line_ends_of_every_kind"]
    return _imported_elsewhere(Home(folder / "home"), "files", small.make(folder / "export"))[1]


@pytest.mark.parametrize("case", BOMBS, ids=lambda case: case.name)
def test_a_bomb_has_its_outcome_in_bounded_memory(
    case: Case, tmp_path: Path, usual_peak: int
) -> None:
    home = Home(tmp_path / "home")
    source = case.make(tmp_path / "export")
    said, peak = _imported_elsewhere(home, case.adapter, source)
    if case.refused is not None:
        assert re.search(case.refused, said)
        assert_nothing_landed(home)
    else:
        assert said == ""
        _assert_outcome(case, home, read_accounts(home))
    # Rows that land pass through DuckDB, which may take 1 GB before it spills.
    assert peak < usual_peak + (600 if case.refused else 1200)


@pytest.mark.parametrize(
    "name",
    ["xml_cut_short", "a_7z_bomb", "json_cut_short", "a_csv_in_utf_16", "parquet_cut_short"],
)
def test_the_command_says_it_in_one_sentence(
    name: str, tmp_path: Path, townsquare: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    (case,) = [case for case in CASES if case.name == name]
    source = case.make(tmp_path / "export")
    done = townsquare(tmp_path / "home", "import", case.adapter, str(source), check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    (sentence,) = done.stderr.strip().splitlines()
    assert sentence.startswith("townsquare: ")
    assert re.search(str(case.refused), sentence)


def test_the_command_shows_names_and_reasons_as_they_are(
    tmp_path: Path, townsquare: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "[b] odd.csv").write_text("x\n")
    (export / "interactions.csv").write_text(
        "interaction_id,occurred_at,verb\n1,2024-01-01,like\n2,2024-01-01,LIKE\n"
    )
    told = townsquare(tmp_path / "home", "import", "files", str(export)).stdout
    assert "interactions.csv: 1 x verb does not match ^[a-z][a-z_]{0,39}$" in told
    assert "[b] odd.csv is not imported" in told
