"""Which ranges can be rebuilt; that a rebuilt one equals a full build is shown with dbt's tests."""

import json
from datetime import date
from pathlib import Path

import pytest

from townsquare import backfill, locking
from townsquare.errors import TownsquareError
from townsquare.settings import Home

AS_OF = date(2025, 3, 1)


@pytest.fixture
def built(tmp_path: Path) -> Home:
    """A home that says of its warehouse that it was built as of AS_OF."""
    home = Home(tmp_path)
    home.warehouse.parent.mkdir()
    for path in (home.warehouse, home.marts):
        path.touch()
    state = {"as_of": AS_OF.isoformat(), "sequence": 7, "full": True, "models": "m"}
    (home.warehouse.parent / "built.json").write_text(json.dumps(state), encoding="utf-8")
    return home


def test_a_range_is_as_of_the_day_that_the_warehouse_stands_at(built: Home) -> None:
    assert backfill.check_range(built, date(2025, 2, 1), date(2025, 2, 28)) == AS_OF


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (date(2025, 2, 2), date(2025, 2, 1), "exchange the two"),
        (date(2025, 2, 2), AS_OF, "end it on 2025-02-28 or earlier"),
    ],
)
def test_a_range_that_cannot_be_rebuilt_is_refused_with_the_way_out(
    built: Home, first: date, last: date, told: str
) -> None:
    with pytest.raises(TownsquareError, match=told):
        backfill.check_range(built, first, last)


def test_a_home_without_a_build_has_no_part_to_rebuild(tmp_path: Path) -> None:
    with pytest.raises(TownsquareError, match="townsquare run"):
        backfill.check_range(Home(tmp_path), date(2025, 2, 1), date(2025, 2, 1))


def test_a_second_range_waits_for_the_first(built: Home) -> None:
    with (
        locking.writer(built, "backfilling 2025-01-01 to 2025-01-02"),
        pytest.raises(TownsquareError, match="backfilling 2025-01-01 to 2025-01-02"),
    ):
        backfill.rebuild(built, date(2025, 2, 1), date(2025, 2, 2))
