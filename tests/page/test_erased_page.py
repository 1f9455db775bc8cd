"""Whoever is erased from a release is gone from its page, which is made anew without them."""

import json
import stat
from pathlib import Path

import made_up
import pytest

from townsquare import page
from townsquare import release as releases
from townsquare.erasing import _releases
from townsquare.erasing._person import Person
from townsquare.integrity import sha256
from townsquare.settings import Home

TITLE = "What only u1 wrote"
# A number means nobody in a text, so that no search for the id could find what the page tells.
NUMBERED = (
    "update contents set author_id = '1', content_id = '11', root_id = '11' "
    "where content_id = 'c1'",
    "update content_days set content_id = '11' where content_id = 'c1'",
)


@pytest.fixture
def home(release: Path, tmp_path: Path) -> Home:
    """A home that keeps the made-up release, with a manifest that vouches for its files."""
    home = Home(tmp_path / "home")
    home.releases.mkdir(parents=True)
    folder = release.rename(home.releases / release.name)
    made_up.change(folder, *NUMBERED)
    page.write(folder)
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in folder.iterdir()
    }
    told = {"as_of": str(made_up.AS_OF), "relations": {}, "files": files}
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    home.current.symlink_to(folder.name)
    return home


@pytest.mark.parametrize("is_page_stale", [False, True])
def test_a_person_leaves_the_page_and_the_manifest_vouches_for_the_new_one(
    home: Home, is_page_stale: bool
) -> None:
    path = home.current / page.PAGE
    assert TITLE in path.read_text(encoding="utf-8")
    person = Person("1", "erased-a", {"11": "erased-b"})
    if is_page_stale:  # killed when the database was clean and the page was not yet
        old = path.read_text(encoding="utf-8")
        _releases.clean_releases(home, person, "receipt")
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        path.write_text(old, encoding="utf-8")

    assert _releases.clean_releases(home, person, "receipt") == 1

    told = path.read_text(encoding="utf-8")
    assert TITLE not in told and "Post 2" in told
    assert releases.verify(home)[1] == []
    assert not path.stat().st_mode & stat.S_IWUSR
    # and there is nothing left to do
    assert _releases.clean_releases(home, person, "receipt") == 0


def test_a_release_that_does_not_name_the_person_keeps_its_page(home: Home) -> None:
    path = home.current / page.PAGE
    before = path.stat().st_mtime_ns
    assert _releases.clean_releases(home, Person("nobody", "erased-a", {}), "receipt") == 0
    assert path.stat().st_mtime_ns == before
