"""Traces every column of one query to the columns that it is made of; reads SQL, runs none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from townsquare.lineage._steps import CONSTANT, UNRESOLVED, How, Origin, Relation

DIALECT = "duckdb"
# What names columns without saying which: by place, by pattern, or a row as a whole.
_NAMES_UNSAID = (exp.Columns, exp.PositionalColumn, exp.TableColumn)


def trace(sql: str, columns: Mapping[Relation, Sequence[str]]) -> dict[str, frozenset[Origin]]:
    """The origins of each column that the query gives, in order; `columns` are those it may read.

    Every column has an origin: one that cannot be told is UNRESOLVED. A query that cannot be read
    at all, or whose columns depend on the rows as a pivot's do, gives no columns.
    """
    try:
        query = qualify(
            _parsed(sql),
            dialect=DIALECT,
            schema=_schema(columns),
            validate_qualify_columns=False,
            quote_identifiers=False,
        )
        scopes = traverse_scope(query)
    except SqlglotError:
        return {}
    if not scopes or not isinstance(query, exp.Query) or _is_pivoted(query):
        return {}
    tracer = _Tracer(columns, scopes)
    names = [name for name in query.named_selects if name != "*"]
    return {name: frozenset(tracer.named(scopes[-1], name)) for name in names}


def _parsed(sql: str) -> exp.Expr:
    parsed = sqlglot.parse_one(sql, dialect=DIALECT)
    for one in parsed.find_all(exp.Exists):  # which columns a row has is nothing to it
        if isinstance(one.this, exp.Select):
            one.this.set("expressions", [exp.Literal.number(1)])
    return parsed


def _schema(columns: Mapping[Relation, Sequence[str]]) -> MappingSchema:
    schema = MappingSchema(dialect=DIALECT)
    for relation, names in columns.items():
        table = ".".join(exp.to_identifier(part, quoted=True).sql(DIALECT) for part in relation)
        schema.add_table(table, dict.fromkeys(names, "varchar"))  # names matter here, types do not
    return schema


def _is_pivoted(query: exp.Query) -> bool:
    return any(not one.args.get("unpivot") for one in query.find_all(exp.Pivot))


class _Tracer:
    """Follows columns through the scopes of one query, each once."""

    def __init__(self, columns: Mapping[Relation, Sequence[str]], scopes: Sequence[Scope]) -> None:
        self._columns = columns
        self._scopes = {id(scope.expression): scope for scope in scopes}
        self._done: dict[tuple[int, int], frozenset[Origin]] = {}

    def named(self, scope: Scope, name: str) -> Iterable[Origin]:
        """The origins of the one column that a scope gives under this name."""
        names = _names(scope)
        return self._column(scope, names.index(name)) if names.count(name) == 1 else {UNRESOLVED}

    def _column(self, scope: Scope, position: int) -> frozenset[Origin]:
        key = (id(scope), position)
        if key not in self._done:
            self._done[key] = frozenset({UNRESOLVED})  # for a scope that reads itself
            self._done[key] = frozenset(self._traced(scope, position)) or frozenset({CONSTANT})
        return self._done[key]

    def _traced(self, scope: Scope, position: int) -> set[Origin]:
        if scope.set_operation_scopes:
            return _without_constants(set().union(*self._parts(scope, position)))
        selects = scope.expression.selects if isinstance(scope.expression, exp.Query) else ()
        # Past a star that nobody could unfold no column is where it seems to be.
        if position >= len(selects) or any(one.is_star for one in selects):
            return {UNRESOLVED}
        return self._expression(scope, selects[position])

    def _parts(self, scope: Scope, position: int) -> Iterator[Iterable[Origin]]:
        """What each part of a union, or the first of an `except`, gives for one column."""
        parts = scope.set_operation_scopes
        if isinstance(scope.expression, exp.Except):
            parts = parts[:1]
        if not scope.expression.args.get("by_name"):
            yield from (self._column(part, position) for part in parts)
            return
        name = _names(scope)[position]
        for part in parts:
            if name in _names(part):
                yield self.named(part, name)

    def _expression(self, scope: Scope, expression: exp.Expr) -> set[Origin]:
        if any(map(_leaves_unsaid, expression.walk())):
            return {UNRESOLVED}
        how = _how(expression)
        found: set[Origin] = set()
        for part in (expression, *_named_windows(expression)):
            for column in part.find_all(exp.Column):
                found |= {_through(one, how) for one in self._read(column)}
        # An aggregate of nothing but constants, as count(*) or sum(1), counts rows.
        is_of_constants = found <= {CONSTANT}
        for one in (*_aggregates(expression), *expression.find_all(exp.Window)):
            if is_of_constants or _names_no_column(one):
                around = self._scopes.get(id(one.parent_select), scope)
                found |= {Origin(rows, None, How.COUNTED) for rows in self._relations(around)}
        return _without_constants(found)

    def _read(self, column: exp.Column) -> Iterable[Origin]:
        source = self._source(column)
        if isinstance(source, Scope):
            return self._of_scope(source, column.name)
        if isinstance(source, exp.Table):
            relation = _relation(source)
            if column.name in self._columns.get(relation, ()):
                return {Origin(relation, column.name, How.COPIED)}
        return {UNRESOLVED}

    def _source(self, column: exp.Column) -> exp.Expr | Scope | None:
        """What the column's table stands for: in its own query or in one around that."""
        scope = self._scopes.get(id(column.parent_select))
        while scope is not None and column.table not in scope.selected_sources:
            scope = scope.parent
        return scope.selected_sources[column.table][1] if scope else None

    def _of_scope(self, source: Scope, name: str) -> Iterable[Origin]:
        if isinstance(source.expression, exp.Query):
            return self.named(source, name)
        if source.subquery_scopes:  # a query beside the tables that it looks at
            return self.named(source.subquery_scopes[-1], name)
        found: set[Origin] = set()  # a list that is unfolded into rows
        for column in source.expression.find_all(exp.Column):
            found |= {_through(one, How.COMPUTED) for one in self._read(column)}
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


def _names(scope: Scope) -> list[str]:
    return scope.expression.named_selects if isinstance(scope.expression, exp.Query) else []


def _aggregates(expression: exp.Expr) -> Iterator[exp.Expr]:
    """Every aggregate, also those that only DuckDB knows to be one."""
    for one in expression.find_all(exp.AggFunc, exp.Anonymous):
        if isinstance(one, exp.AggFunc) or one.name.lower() in _duckdb_aggregates():
            yield one


@cache
def _duckdb_aggregates() -> frozenset[str]:
    import duckdb

    with duckdb.connect() as connection:
        asked = "select function_name from duckdb_functions() where function_type = 'aggregate'"
        return frozenset(str(name) for (name,) in connection.execute(asked).fetchall())


def _leaves_unsaid(node: exp.Expr) -> bool:
    """Whether columns are meant that the query does not spell out."""
    is_star = isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count)
    return is_star or isinstance(node, _NAMES_UNSAID)


def _named_windows(expression: exp.Expr) -> Iterator[exp.Expr]:
    """The windows that are declared apart and that an expression names, each with its base."""
    for window in expression.find_all(exp.Window):
        select = window.parent_select
        declared = {one.name: one for one in select.args.get("windows") or ()} if select else {}
        name = window.text("alias")
        while name in declared:
            yield declared[name]
            name = declared.pop(name).text("alias")


def _relation(table: exp.Expr) -> Relation:
    return tuple(part.name for part in table.parts) if isinstance(table, exp.Table) else ()


def _how(expression: exp.Expr) -> How:
    told = expression.unalias()
    if isinstance(told, exp.Column):
        return How.COPIED
    return How.AGGREGATED if any(_aggregates(told)) else How.COMPUTED


def _names_no_column(expression: exp.Expr) -> bool:
    return isinstance(expression, exp.Count) and not expression.find(exp.Column)


def _through(origin: Origin, how: How) -> Origin:
    """An origin after one more step."""
    return origin if origin == CONSTANT else replace(origin, how=max(how, origin.how))


def _without_constants(found: set[Origin]) -> set[Origin]:
    """A constant beside other origins, as in one part of a union, says nothing."""
    return found - {CONSTANT} or found
