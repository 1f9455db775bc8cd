"""A disk that fills while rows land: nothing of the batch lands, and the next run lands it all."""

import json
from pathlib import Path

import pytest

from townsquare import ingest, steps
from townsquare.errors import TownsquareError
from townsquare.network import Network, write_network
from townsquare.settings import Home

N_ROWS = 40_000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An export whose ids do not compress well."""
    folder = tmp_path / "source"
    folder.mkdir()
    rows = (
        {
            "interaction_id": f"{n * 2654435761 % 2**32:x}-{n * 40503 % 65521:x}",
            "actor_id": f"{n * 48271 % (2**31 - 1):x}",
            "verb": "view",
            "content_id": f"{n * 69621 % (2**31 - 1):x}",
            "occurred_at": f"2024-01-{n % 28 + 1:02d}T00:00:{n % 60:02d}Z",
            "loaded_at": "2024-01-31T00:00:00Z",
        }
        for n in range(N_ROWS)
    )
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "interactions.jsonl").write_text(text)
    return folder


def test_a_full_disk_lands_nothing_and_says_so_and_with_room_all_lands(small_disk, source) -> None:
    disk = small_disk(600)
    home = Home(disk.folder / "var")
    write_network(home, Network(adapter="files", source=source))

    with pytest.raises(TownsquareError, match=r"No space left.*make room, then clear this task"):
        steps.land(home, "2024-02-01")

    assert ingest.read_accounts(home) == []
    assert ingest.verify(home) == (0, [])
    disk.grow(64_000)
    steps.land(home, "2024-02-01")
    assert ingest.verify(home) == (N_ROWS, [])
    assert not (home.landing / ".partial").exists()
