"""Each rule of the contract sends exactly the rows that break it to quarantine, with its reason."""

from datetime import datetime
from typing import Any

import pytest

from townsquare.contract import Column, Table, load_tables
from townsquare.ingest._rules import LONGEST_ID, rules

_SAMPLES = {"country": "DE", "language": "pt-BR", "currency": "EUR"}
_LATER = "2024-03-02T00:00:00"


def _sample(name: str, column: Column) -> Any:
    if column.type == "timestamp":
        return _LATER if name == "loaded_at" else "2024-03-01T10:00:00.123456"
    if column.type == "double":
        return 1
    if column.type == "list<string>":
        return ["a", "b"]
    return column.values[0] if column.values else _SAMPLES.get(name, "like")


def _good(table: Table, key: str) -> dict[str, Any]:
    row = {name: _sample(name, column) for name, column in table.columns.items()}
    return row | dict.fromkeys(table.key, key)


def _broken(table: Table) -> list[tuple[str, Any, str]]:
    """Every way to break a rule: column, value, reason."""
    found: list[tuple[str, Any, str]] = [
        (table.event_time, "2024-03-04", f"{table.event_time} lies after loaded_at"),
        (table.event_time, "2999-01-01", f"{table.event_time} lies in the future"),
        ("loaded_at", "2999-01-01", "loaded_at lies in the future"),
    ]
    for name, column in table.columns.items():
        if column.required and name != "loaded_at":
            found += [(name, None, f"{name} is missing"), (name, "", f"{name} is missing")]
        if column.type == "timestamp":
            found += [
                (name, "yesterday", f"{name} is not a time in UTC"),
                (name, "2024-02-30", f"{name} is not a time in UTC"),
                (name, "1970-01-01T00:00:00Z", f"{name} lies before 1970-01-02"),
                (name, "infinity", f"{name} is not a time in UTC"),
                (name, "-infinity", f"{name} lies before 1970-01-02"),
            ]
        elif column.type == "double":
            found += [
                (name, "many", f"{name} is not a number"),
                (name, "nan", f"{name} is not a number"),
            ]
        elif column.type == "list<string>":
            found.append((name, "a b", f"{name} is not a list"))
        elif column.type == "string":
            found.append((name, "a\0b", f"{name} holds a NUL byte"))
        found += _bounds(name, column)
        if column.type == "string" and (name in table.key or name.endswith("_id")):
            found.append((name, "x" * (LONGEST_ID + 1), f"{name} is longer than {LONGEST_ID}"))
    return found


def _bounds(name: str, column: Column) -> list[tuple[str, Any, str]]:
    found: list[tuple[str, Any, str]] = []
    if column.values:
        found.append((name, "nonsense", f"{name} is not one of {', '.join(column.values)}"))
    if column.pattern:
        found.append((name, "not it!", f"{name} does not match {column.pattern}"))
    if column.minimum is not None:
        found.append((name, column.minimum - 0.5, f"{name} is below {column.minimum:g}"))
    if column.exclusive_minimum is not None:
        bound = column.exclusive_minimum
        found.append((name, bound, f"{name} is not above {bound:g}"))
    if column.maximum is not None:
        found.append((name, column.maximum + 0.5, f"{name} is above {column.maximum:g}"))
    return found


def test_the_contract_has_tables():
    assert len(load_tables()) >= 9


@pytest.mark.parametrize("name", load_tables())
def test_every_rule_of_the_contract_has_a_row_that_breaks_it(name):
    written = {reason for _, reason in rules(load_tables()[name], datetime(2025, 1, 1)) if reason}
    assert written == {reason for _, _, reason in _broken(load_tables()[name])}


@pytest.mark.parametrize("name", load_tables())
def test_every_rule_of_the_contract_quarantines_what_breaks_it(name, import_rows, landed, rejected):
    # given: one good row, and one row for each way to break a rule
    table = load_tables()[name]
    broken = _broken(table)
    assert len(broken) > 10
    rows = [
        _good(table, f"bad{i}") | {column: value} for i, (column, value, _) in enumerate(broken)
    ]
    # when
    account = import_rows(name, [_good(table, "good"), *rows]).tables[name]
    # then
    assert (account.read, account.landed, account.duplicate) == (len(rows) + 1, 1, 0)
    assert [number for _, number, _, _ in rejected(name)] == list(range(2, len(rows) + 2))
    reasons = [reason for _, _, reason, _ in rejected(name)]
    assert reasons == [reason for _, _, reason in broken]
    assert account.reasons == {reason: reasons.count(reason) for reason in reasons}
    assert landed(name, ", ".join(table.key)) == [("good",) * len(table.key)]


def test_a_landed_row_says_what_the_source_said(import_rows, landed):
    import_rows(
        "contents",
        [
            {
                "content_id": "1",
                "published_at": "2024-01-01T01:30:00+02:00",
                "kind": "post",
                "body": "a 'quoted' \"text\"\nwith 𝛼",
                "tags": ["b", "a"],
                "title": "",
                "loaded_at": "2024-01-02",
            }
        ],
    )
    columns = "content_id, published_at::varchar, body, tags, title, loaded_at::varchar, event_date"
    (row,) = landed("contents", columns)
    assert row[:6] == (
        "1",
        "2023-12-31 23:30:00",
        "a 'quoted' \"text\"\nwith 𝛼",
        ["b", "a"],
        None,
        "2024-01-02 00:00:00",
    )
    assert row[6].isoformat() == "2023-12-31"
