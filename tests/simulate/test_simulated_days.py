"""A network is its seed: it repeats, it grows by days, it leaves the past alone."""

import hashlib
import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from townsquare.errors import TownsquareError
from townsquare.settings import Home
from townsquare.simulate import Simulation, extend, read_simulation, simulate

SMALL = {"users": 400, "days": 33, "seed": 3}


def _bytes(home: Home) -> dict[str, str]:
    files = [*home.exports.rglob("*.parquet"), *home.truth.rglob("*.parquet")]
    kept = [path for path in files if "checkpoint" not in path.parts]
    assert kept
    return {
        path.relative_to(home.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in kept
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("small"))
    simulate(home, **SMALL)
    return home


def _copy(home: Home, to: Path) -> Home:
    shutil.copytree(home.root, to / "copy")
    return Home(to / "copy")


def test_the_same_seed_gives_the_same_bytes(small: Home, tmp_path: Path) -> None:
    again = Home(tmp_path)
    simulate(again, **SMALL)
    assert _bytes(again) == _bytes(small)


def test_another_seed_gives_another_network(small: Home, tmp_path: Path) -> None:
    other = Home(tmp_path)
    simulate(other, **{**SMALL, "seed": 4})
    assert _bytes(other) != _bytes(small)


def test_more_days_leave_the_earlier_files_as_they_were(small: Home, tmp_path: Path) -> None:
    grown = _copy(small, tmp_path)
    simulate(grown, **{**SMALL, "days": 34})
    before, after = _bytes(small), _bytes(grown)
    assert {name: after[name] for name in before} == before
    fresh = after.keys() - before.keys()
    assert {name for name in fresh if "exports" in name} == {
        f"exports/{table}/exported_date=2025-02-03/part.parquet"
        for table in [path.name for path in small.exports.iterdir() if path.is_dir()]
    }


def test_living_on_equals_simulating_at_once(small: Home, tmp_path: Path) -> None:
    grown = _copy(small, tmp_path)
    for until in (34, 37):
        extend(grown, date(2025, 1, 1) + timedelta(until))
    at_once = Home(tmp_path / "at_once")
    simulate(at_once, **{**SMALL, "days": 37})
    assert _bytes(grown) == _bytes(at_once)


def test_a_lost_checkpoint_is_simulated_anew_with_the_same_bytes(
    small: Home, tmp_path: Path
) -> None:
    home = _copy(small, tmp_path)
    shutil.rmtree(home.truth / "checkpoint")
    simulate(home, **{**SMALL, "days": 34})
    after = _bytes(home)
    assert {name: after[name] for name in _bytes(small)} == _bytes(small)


def test_a_shorter_or_past_wish_changes_nothing(small: Home) -> None:
    before = _bytes(small)
    held = Simulation(**SMALL, start=date(2025, 1, 1))
    assert simulate(small, **{**SMALL, "days": 10}) == held
    assert extend(small, date(2025, 1, 5)) == held
    assert held.end == date(2025, 2, 3)
    assert _bytes(small) == before


def test_the_description_says_what_is_held(small: Home) -> None:
    told = json.loads((small.exports / "simulation.json").read_text(encoding="utf-8"))
    assert told == {**SMALL, "start": "2025-01-01"}
    assert read_simulation(small) == Simulation(**SMALL, start=date(2025, 1, 1))


def test_truth_is_never_exported(small: Home) -> None:
    names = {path.name for path in small.exports.rglob("*") if path.is_file()}
    assert names == {"simulation.json", "part.parquet"}


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    simulate(Home(tmp_path), 100, 3, 1, progress=lambda _, done, total: heard.append((done, total)))
    assert heard == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"users": 99}, "--users is 99, but .* 100 to "),
        ({"days": 0}, "--days is 0, but at least one day"),
        ({"seed": -1}, "--seed is -1, but a seed is 0 or more"),
        ({"users": 500}, "simulation.json holds a network of users 400, not 500"),
        ({"seed": 9}, "simulation.json holds a network of seed 3, not 9"),
        ({"start": date(2024, 1, 1)}, "network of start 2025-01-01, not 2024-01-01"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(
    small: Home, wish: dict[str, object], sentence: str
) -> None:
    with pytest.raises(TownsquareError, match=sentence):
        simulate(small, **{**SMALL, **wish})


def test_an_empty_home_cannot_live_on(tmp_path: Path) -> None:
    with pytest.raises(TownsquareError, match="simulation.json is missing"):
        extend(Home(tmp_path), date(2025, 2, 1))


def test_a_broken_description_or_checkpoint_is_named(small: Home, tmp_path: Path) -> None:
    home = _copy(small, tmp_path)
    (home.truth / "checkpoint" / "people.npz").write_bytes(b"not numpy")
    with pytest.raises(TownsquareError, match="checkpoint is no checkpoint"):
        extend(home, date(2025, 3, 1))
    (home.exports / "simulation.json").write_text("{}", encoding="utf-8")
    with pytest.raises(TownsquareError, match="simulation.json does not describe a simulation"):
        read_simulation(home)
