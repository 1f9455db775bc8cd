"""SQL that cleans a relation of one person: which rows go, and what stands in the others."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from townsquare.contract import Table, load_tables
from townsquare.erasing._person import Person
from townsquare.sql_text import identifier, literal

Columns = Sequence[tuple[str, str]]
"""Names with their DuckDB types."""

_USER = re.compile(r"(^|_)(user|author|actor|sender|recipient|member|entity)_id$")
_USERS = re.compile(r"(^|_)(users?|authors?|members?)(_ids)?$")
_CONTENT = re.compile(r"(^|_)content_id$")
_CONTENTS = re.compile(r"(^|_)contents?(_ids)?$")


def _declared(what: str) -> frozenset[str]:
    return frozenset(
        name
        for table in load_tables().values()
        for name, column in table.columns.items()
        if column.refers_to == what
    )


def holds_users(name: str) -> bool:
    """Whether a column of this name holds ids of users, by the contract's names and their kin."""
    return name in _declared("users") or _USER.search(name) is not None


@dataclass(frozen=True)
class Cleaning:
    """`gone`: the rows that go; `named`: all rows that name the person; `cells`: the clean row."""

    gone: str
    named: str
    cells: dict[str, str]

    def query(self, rows: str) -> str:
        """The rows that stay, clean."""
        told = ", ".join(f"{cell} as {identifier(name)}" for name, cell in self.cells.items())
        return f"select {told} from {rows} where ({self.gone}) is not true"


def of_landed(person: Person, table: Table, columns: Columns) -> Cleaning:
    """A contract table: the person's own rows go; others' rows refer to a stand-in or to nobody."""
    own = [f"{identifier(table.owner)} = {literal(person.user_id)}"]
    written = set(table.referring_to("contents")) & set(table.key)
    for name in written:
        own.append(f"{identifier(table.owner)} is null and {_is_theirs(person, name)}")
    cells, changed = {}, []
    for name, kind in columns:
        declared = table.columns.get(name)
        column = identifier(name)
        refers_to = declared.refers_to if declared else None
        if refers_to == "users":
            other = literal(person.stand_in) if declared and declared.required else "null"
            cells[name] = f"if({column} = {literal(person.user_id)}, {other}, {column})"
            changed.append(f"{column} = {literal(person.user_id)}")
        elif refers_to == "contents":
            cells[name] = _stand_in(person, name)
            changed.append(_is_theirs(person, name))
        else:
            cells[name], named = _text(person, name, kind)
            changed += named
    return Cleaning(_any(own), _any([*own, *changed]), cells)


def of_derived(person: Person, columns: Columns) -> Cleaning:
    """What is made of the landing: each row about the person goes, and the next run makes it anew.

    A row about a reply to what they wrote stays, with a stand-in for what it answers.
    """
    gone, changed, cells = [], [], {}
    for name, kind in columns:
        column = identifier(name)
        cells[name], named = column, []
        if kind == "VARCHAR" and (
            holds_users(name) or (person.is_distinct and name.endswith("_id"))
        ):
            gone.append(f"{column} = {literal(person.user_id)}")
        if kind == "VARCHAR" and _CONTENT.search(name):
            gone.append(_is_theirs(person, name))
        elif kind == "VARCHAR" and (name in _declared("contents") or name == "thread_id"):
            cells[name], named = _stand_in(person, name), [_is_theirs(person, name)]
        elif not (kind == "VARCHAR" and holds_users(name)):
            cells[name], named = _text(person, name, kind)
        changed += named
    return Cleaning(_any(gone), _any([*gone, *changed]), cells)


def _any(conditions: Iterable[str]) -> str:
    return " or ".join(f"coalesce({one}, false)" for one in conditions) or "false"


def _theirs(person: Person) -> str:
    return ", ".join(literal(content) for content in person.contents)


def _is_theirs(person: Person, name: str) -> str:
    return f"{identifier(name)} in ({_theirs(person)})" if person.contents else "false"


def _stand_in(person: Person, name: str) -> str:
    """A content's id, or what stands for it; the map is asked for the few rows that need it."""
    if not person.contents:
        return identifier(name)
    pairs = ", ".join(f"{literal(old)}: {literal(new)}" for old, new in person.contents.items())
    return (
        f"case when {_is_theirs(person, name)} "
        f"then map_extract_value(map {{{pairs}}}, {identifier(name)}) else {identifier(name)} end"
    )


def _text(person: Person, name: str, kind: str) -> tuple[str, list[str]]:
    """A cell without the id, and the conditions under which that changes it."""
    column = identifier(name)
    if kind == "VARCHAR[]":
        return _list(person, name)
    if kind in _PLAIN or kind.startswith("DECIMAL"):
        return column, []
    named = _names(person, column if kind == "VARCHAR" else f"cast({column} as varchar)")
    if kind == "VARCHAR":
        return f"case when {named} then {_scrubbed(person, column)} else {column} end", [named]
    return f"case when not coalesce({named}, false) then {column} end", [named]


_PLAIN = {
    *("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT"),
    *("UINTEGER", "UBIGINT", "FLOAT", "DOUBLE", "DATE", "TIME", "TIMESTAMP", "INTERVAL"),
    *("TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS", "FLOAT[]", "DOUBLE[]", "BIGINT[]", "INTEGER[]"),
}


def _list(person: Person, name: str) -> tuple[str, list[str]]:
    column, user_id = identifier(name), literal(person.user_id)
    kept = f"list_transform({column}, lambda x: {_scrubbed(person, 'x')})"
    named = [_names(person, f"array_to_string({column}, ' ')")]
    if person.is_distinct or _USERS.search(name):
        kept = f"list_filter({column}, lambda x: x is distinct from {user_id})"
        kept = f"list_transform({kept}, lambda x: {_scrubbed(person, 'x')})"
        named.append(f"list_contains({column}, {user_id})")
    if person.contents and (person.is_distinct or _CONTENTS.search(name)):
        kept = f"list_filter({kept}, lambda x: x is null or x not in ({_theirs(person)}))"
        named.append(f"list_has_any({column}, [{_theirs(person)}])")
    return f"case when {_any(named)} then {kept} else {column} end", named


def _names(person: Person, text: str) -> str:
    pattern = literal(person.sql_pattern)
    return f"(contains({text}, {literal(person.user_id)}) and regexp_matches({text}, {pattern}))"


def _scrubbed(person: Person, text: str) -> str:
    """Twice, because neighbours share the character between them."""
    pattern, other = literal(person.sql_pattern), literal(rf"\1{person.mark}\2")
    once = f"regexp_replace({text}, {pattern}, {other}, 'g')"
    return f"regexp_replace({once}, {pattern}, {other}, 'g')"
