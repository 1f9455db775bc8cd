"""Traces every column of one query to the columns that it is made of; reads SQL, runs none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

from townsquare.lineage._steps import CONSTANT, UNRESOLVED, How, Origin, Relation

DIALECT = "duckdb"


def trace(sql: str, columns: Mapping[Relation, Sequence[str]]) -> dict[str, frozenset[Origin]]:
    """The origins of each column that the query gives, in order; `columns` are those it may read.

    Every column has an origin: one that cannot be told is UNRESOLVED. A query that cannot be read
    at all gives no columns.
    """
    try:
        parsed = sqlglot.parse_one(sql, dialect=DIALECT)
        query = qualify(
            parsed,
            dialect=DIALECT,
            schema=_schema(columns),
            validate_qualify_columns=False,
            quote_identifiers=False,
        )
        scope = build_scope(query)
    except SqlglotError:
        return {}
    if scope is None or not isinstance(query, exp.Query):
        return {}
    tracer = _Tracer(columns)
    return {name: tracer.column(scope, n) for n, name in enumerate(query.named_selects)}


def _schema(columns: Mapping[Relation, Sequence[str]]) -> MappingSchema:
    schema = MappingSchema(dialect=DIALECT)
    for relation, names in columns.items():
        table = ".".join(exp.to_identifier(part, quoted=True).sql(DIALECT) for part in relation)
        schema.add_table(table, dict.fromkeys(names, "varchar"))  # names matter here, types do not
    return schema


class _Tracer:
    """Follows columns through the scopes of one query, each once."""

    def __init__(self, columns: Mapping[Relation, Sequence[str]]) -> None:
        self._columns = columns
        self._done: dict[tuple[int, int], frozenset[Origin]] = {}

    def column(self, scope: Scope, position: int) -> frozenset[Origin]:
        """The origins of the column that a scope gives at this position."""
        key = (id(scope), position)
        if key not in self._done:
            self._done[key] = frozenset({UNRESOLVED})  # for a scope that reads itself
            self._done[key] = frozenset(self._traced(scope, position)) or frozenset({CONSTANT})
        return self._done[key]

    def _traced(self, scope: Scope, position: int) -> set[Origin]:
        if scope.set_operation_scopes:
            parts = [self.column(part, position) for part in scope.set_operation_scopes]
            return _without_constants(set().union(*parts))
        selects = scope.expression.selects if isinstance(scope.expression, exp.Query) else ()
        if position >= len(selects):
            return {UNRESOLVED}
        return self._expression(scope, selects[position])

    def _expression(self, scope: Scope, expression: exp.Expr) -> set[Origin]:
        how = _how(expression)
        found: set[Origin] = set()
        for column in expression.find_all(exp.Column):
            found |= {_through(one, how) for one in self._read(_owner(scope, column), column)}
        # An aggregate of nothing but constants, as count(*) or sum(1), counts rows.
        aggregates = list(expression.find_all(exp.AggFunc))
        if any(_names_no_column(one) for one in aggregates) or (aggregates and found <= {CONSTANT}):
            found |= {Origin(one, None, How.COUNTED) for one in self._relations(scope)}
        return _without_constants(found)

    def _read(self, scope: Scope | None, column: exp.Column) -> Iterable[Origin]:
        source = scope.sources.get(column.table) if scope else None
        if isinstance(source, Scope):
            return self._of_scope(source, column.name)
        if isinstance(source, exp.Table):
            relation = _relation(source)
            if column.name in self._columns.get(relation, ()):
                return {Origin(relation, column.name, How.COPIED)}
        return {UNRESOLVED}

    def _of_scope(self, source: Scope, name: str) -> Iterable[Origin]:
        if isinstance(source.expression, exp.Query):
            names = source.expression.named_selects
            return self.column(source, names.index(name)) if name in names else {UNRESOLVED}
        found: set[Origin] = set()  # a list that is unfolded into rows
        for column in source.expression.find_all(exp.Column):
            owner = _owner(source.parent, column) if source.parent else None
            found |= {_through(one, How.COMPUTED) for one in self._read(owner, column)}
        return found

    def _relations(self, scope: Scope) -> Iterator[Relation]:
        """Every relation whose rows a scope may count."""
        for part in scope.set_operation_scopes:
            yield from self._relations(part)
        for _, source in scope.selected_sources.values():
            if isinstance(source, Scope):
                yield from self._relations(source)
            elif _relation(source) in self._columns:
                yield _relation(source)


def _owner(scope: Scope | None, column: exp.Column) -> Scope | None:
    """The scope in which the column's table has its name: this one, one within, one around."""
    if scope is None:
        return None
    within = (one for one in scope.subquery_scopes if column.table in one.sources)
    around = scope.parent if scope.parent and column.table in scope.parent.sources else None
    return scope if column.table in scope.sources else next(within, around)


def _relation(table: exp.Table) -> Relation:
    return tuple(part.name for part in table.parts)


def _how(expression: exp.Expr) -> How:
    told = expression.unalias()
    if isinstance(told, exp.Column):
        return How.COPIED
    return How.AGGREGATED if told.find(exp.AggFunc) else How.COMPUTED


def _names_no_column(expression: exp.Expr) -> bool:
    return isinstance(expression, exp.Count) and not expression.find(exp.Column)


def _through(origin: Origin, how: How) -> Origin:
    """An origin after one more step."""
    return origin if origin == CONSTANT else replace(origin, how=max(how, origin.how))


def _without_constants(found: set[Origin]) -> set[Origin]:
    """A constant beside other origins, as in one part of a union, says nothing."""
    return found - {CONSTANT} or found
