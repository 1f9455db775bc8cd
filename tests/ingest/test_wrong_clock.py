"""A clock that stands years behind: rows go to quarantine, and land once it is right."""

from datetime import UTC, datetime, tzinfo

import pytest

from townsquare.ingest import _importing


class Slow(datetime):
    """A clock that stands in 2020."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime(2020, 1, 1, tzinfo=tz or UTC)


ROWS = [{"user_id": f"u{n}", "registered_at": "2024-01-02T00:00:00Z"} for n in range(30)]


def test_rows_that_a_slow_clock_takes_for_the_future_land_once_it_is_right(
    import_rows, landed, rejected, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(_importing, "datetime", Slow)
        table = import_rows("users", ROWS).tables["users"]
    assert (table.read, table.landed, table.quarantined) == (30, 0, 30)
    assert {reason for _, _, reason, _ in rejected("users")} == {"registered_at lies in the future"}

    table = import_rows("users", ROWS).tables["users"]

    assert (table.read, table.landed, table.quarantined) == (30, 30, 0)
    assert len(landed("users")) == 30
