"""Remembers what queries were traced to, so that a day pays only for the SQL that has changed."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

from townsquare.lineage._steps import How, Origin, Relation
from townsquare.whole import write_text

# Dates come into SQL with every run and make nothing of another column, however many they are.
_LITERAL = re.compile(r"(?:date|timestamp) '[^']*'")
_LISTED = re.compile(r"\?(?:,\s*\?)+")
Traced = dict[str, frozenset[Origin]]


class Memory:
    """The origins of each query's columns by a checksum of the query and of what it may read.

    The code and the engines that trace are in the checksum: another version may trace otherwise.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._kept = _read(path) if path is not None and path.exists() else {}
        self._known = dict(self._kept)
        self._used: dict[str, list[list[object]]] = {}

    def trace(self, sql: str, columns: Mapping[Relation, Sequence[str]]) -> Traced:
        """As `_tracing.trace`, which is asked where nobody asked before."""
        key = _checksum(sql, columns)
        if key not in self._known:
            from townsquare.lineage._tracing import trace

            self._known[key] = [
                [name, one.relation, one.column, one.how.word]
                for name, origins in trace(sql, columns).items()
                for one in sorted(origins, key=str)
            ]
        self._used[key] = self._known[key]
        return _traced(self._known[key])

    def keep(self) -> None:
        """Write down what was used, if it is not what was read; the rest is forgotten."""
        if self._path is not None and self._path.parent.exists() and self._used != self._kept:
            write_text(self._path, json.dumps(self._used) + "\n")


def _read(path: Path) -> dict[str, list[list[object]]]:
    """What was written down; nothing where the file is damaged, for it can be made anew."""
    try:
        found: dict[str, list[list[object]]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _traced(told: Sequence[Sequence[object]]) -> Traced:
    found: dict[str, set[Origin]] = {}
    for name, relation, column, how in told:
        place = tuple(map(str, relation)) if isinstance(relation, list | tuple) else None
        origin = Origin(place, str(column) if column else None, How[str(how).upper()])
        found.setdefault(str(name), set()).add(origin)
    return {name: frozenset(origins) for name, origins in found.items()}


def _checksum(sql: str, columns: Mapping[Relation, Sequence[str]]) -> str:
    plain = _LISTED.sub("?", _LITERAL.sub("?", sql))
    readable = sorted((relation, list(names)) for relation, names in columns.items())
    return hashlib.sha256(json.dumps([_tracer(), plain, readable]).encode()).hexdigest()[:32]


@cache
def _tracer() -> str:
    """What traces, known without loading it."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        code.update(path.read_bytes())
    return " ".join([code.hexdigest(), *(version(name) for name in ("sqlglot", "duckdb"))])
