"""A file that takes another's place: whole, and where it must last, on the disk first."""

from pathlib import Path

import pytest

from townsquare import whole


def test_a_durable_file_is_on_the_disk_before_it_takes_the_place_and_its_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "told.txt"
    place.write_text("old", encoding="utf-8")
    seen: list[tuple[str, str]] = []
    real = whole.sync

    def sync(path: Path) -> None:
        real(path)
        seen.append((path.suffix, place.read_text(encoding="utf-8")))

    monkeypatch.setattr(whole, "sync", sync)
    with whole.replacing(place, durable=True) as partial:
        partial.write_text("new", encoding="utf-8")
    assert seen == [(".partial", "old"), ("", "new")]


def test_a_block_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    place = tmp_path / "told.txt"
    place.write_text("old", encoding="utf-8")
    with pytest.raises(OSError), whole.replacing(place, durable=True) as partial:
        partial.write_text("ne", encoding="utf-8")
        raise OSError
    assert place.read_text(encoding="utf-8") == "old"
