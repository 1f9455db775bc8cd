"""The landing check, derived from the contract: SQL that types a loose row and finds its faults."""

from datetime import datetime

import pyarrow as pa

from townsquare.contract import Column, Table

LONGEST_ID = 256
_EARLIEST = "1970-01-02"  # the day before it is where a clock that was never set stands
_NOT_A = {"double": "a number", "timestamp": "a time in UTC", "list<string>": "a list"}


def quoted(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def typed(name: str, column: Column, given: pa.DataType) -> str:
    """The column in the contract's type; null where the text cannot be read as one."""
    if not pa.types.is_string(given):
        return f"case when isfinite({name}) then {name} end" if column.type == "double" else name
    text = f"nullif({name}, '')"
    if column.type == "timestamp":
        # A cast to timestamp ignores an offset from UTC; this one heeds it.
        return f"try_cast({text} as timestamptz) at time zone 'UTC'"
    if column.type == "double":
        return f"case when isfinite(try_cast({name} as double)) then try_cast({name} as double) end"
    return f"try_cast({text} as varchar[])" if column.type == "list<string>" else text


def _text_rules(name: str, column: Column, is_id: bool) -> list[tuple[str, str]]:
    rules = [(f"contains({name}, chr(0))", f"{name} holds a NUL byte")]
    if is_id:
        rules.append((f"length({name}) > {LONGEST_ID}", f"{name} is longer than {LONGEST_ID}"))
    if column.values is not None:
        allowed = ", ".join(quoted(value) for value in column.values)
        words = ", ".join(column.values)
        rules.append((f"{name} not in ({allowed})", f"{name} is not one of {words}"))
    if column.pattern is not None:
        pattern = column.pattern
        rules.append(
            (
                f"not regexp_matches({name}, {quoted(pattern)})",
                f"{name} does not match {pattern}",
            )
        )
    return rules


def _number_rules(name: str, column: Column) -> list[tuple[str, str]]:
    bounds = [
        (column.minimum, "<", "below"),
        (column.exclusive_minimum, "<=", "not above"),
        (column.maximum, ">", "above"),
    ]
    return [
        (f"{name} {sign} {bound}", f"{name} is {words} {bound:g}")
        for bound, sign, words in bounds
        if bound is not None
    ]


def _column_rules(name: str, column: Column, key: tuple[str, ...]) -> list[tuple[str, str]]:
    rules: list[tuple[str, str]] = []
    if column.type in _NOT_A:
        unread = f"{name} is null and nullif(raw_{name}::varchar, '') is not null"
        rules.append((unread, f"{name} is not {_NOT_A[column.type]}"))
    if column.required and name != "loaded_at":
        rules.append((f"{name} is null", f"{name} is missing"))
    if column.type == "string":
        rules += _text_rules(name, column, name in key or name.endswith("_id"))
    if column.type == "double":
        rules += _number_rules(name, column)
    if column.type == "timestamp":
        rules.append((f"{name} < timestamp '{_EARLIEST}'", f"{name} lies before {_EARLIEST}"))
        rules.append((f"not isfinite({name})", f"{name} is not a time in UTC"))
    return rules


def rules(table: Table, latest: datetime) -> list[tuple[str, str]]:
    """Conditions over the typed columns (and raw_<column>), in order, each with its reason."""
    found = [("problem is not null", "")]
    for name, column in table.columns.items():
        found += _column_rules(name, column, table.key)
    told = f"timestamp '{latest.isoformat(sep=' ')}'"
    found += [
        (f"{name} > {told}", f"{name} lies in the future")
        for name in dict.fromkeys((table.event_time, "loaded_at"))
    ]
    late = f"{table.event_time} > loaded_at + interval 1 day"
    return [*found, (late, f"{table.event_time} lies after loaded_at")]


def reason(table: Table, latest: datetime) -> str:
    """SQL for the first reason why a row cannot be landed; null when it can."""
    cases = [
        f"when {condition} then {quoted(text) if text else 'problem'}"
        for condition, text in rules(table, latest)
    ]
    return "case " + " ".join(cases) + " end"
