"""Pages that say of every published column what it means, how fresh it is and where it comes from.

They are written from a release, which says all of it of itself in `meta.columns` and
`meta.lineage`; nothing in them depends on what the release holds.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import duckdb

from townsquare.rows import Row, rows_of
from townsquare.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "docs" / "relations"
_NAMED = 4  # columns of one table that are named one by one
_NOTICE = "<!-- Written by `townsquare docs`; what to change is the yml beside the model. -->"


def pages(database: Path) -> dict[str, str]:
    """Markdown by file name: an index, a page for each relation, and one for `meta`."""
    with duckdb.connect(str(database), read_only=True) as release:
        columns: dict[str, list[Row]] = defaultdict(list)
        for column in rows_of(release, _COLUMNS):
            columns[column["relation"]].append(column)
        meant = {row["relation"]: row["description"] for row in rows_of(release, _RELATIONS)}
        meta = rows_of(release, _META)
        found = {f"{name}.md": _page(name, meant.get(name), told) for name, told in columns.items()}
    return {"README.md": _index(columns), "meta.md": _meta(meta), **found}


def write(told: dict[str, str], folder: Path = FOLDER) -> None:
    """Make the folder hold these pages and no other."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.md"):
        if path.name not in told:
            path.unlink()
    for name, text in told.items():
        (folder / name).write_text(text, encoding="utf-8")


def stale(told: dict[str, str], folder: Path = FOLDER) -> list[str]:
    """The pages of the folder that are missing, too many, or say something else."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return sorted(name for name in {*told, *there} if told.get(name) != there.get(name))


def freshness(as_of_column: str) -> str:
    """The rule in a sentence; the column that tells it is one of `meta.columns`."""
    relation, _, column = as_of_column.rpartition(".")
    if relation:
        return f"It knows what happened before the `{column}` of the release in `{relation}`."
    return f"A row knows what happened before its `{column}`."


def _page(relation: str, description: str | None, columns: Sequence[Row]) -> str:
    fresh = " ".join(sorted({freshness(one["as_of_column"]) for one in columns}))
    lines = [
        f"# {relation}", "", _NOTICE, "", _plain(description), "",
        f"**How fresh.** {fresh} Days are cut at 00:00 UTC. How new the landed rows behind a "
        "column are: `newest_event_date` in `meta.columns`.", "",
        f"**Made of.** The contract's {_tables(columns)}.", "", *_learned(columns),
        "| column | type | meaning | where it comes from |", "|---|---|---|---|",
        *map(_row, columns), "",
    ]  # fmt: skip
    return "\n".join(lines)


def _row(column: Row) -> str:
    meaning = _plain(column["description"])
    where = origin(column["how"], column["origins"], column["upstream"] or ())
    return f"| `{column['column_name']}` | {column['data_type']} | {meaning} | {where} |"


def origin(how: str, origins: Iterable[str], upstream: Sequence[str]) -> str:
    """Where a column comes from, in words: the contract's columns, then the models in between."""
    found = "; ".join(_named(origins))
    via = ", ".join(f"`{one}`" for one in upstream)
    if how == "learned":
        return f"learned, by way of {via}" if 0 < len(upstream) <= _NAMED else "learned"
    if how == "unresolved":
        return f"not resolved{f'; at least {found}' if found else ''}"
    if not found:
        return "constant: made of nothing that has landed"
    return f"{how} from {found}{f', by way of {via}' if 0 < len(upstream) <= _NAMED else ''}"


def _learned(columns: Iterable[Row]) -> list[str]:
    """What learners look at, said once on a page and not with every column of theirs."""
    told = {one for column in columns if column["how"] == "learned" for one in column["origins"]}
    if not told:
        return []
    found = "; ".join(_named(sorted(told)))
    return [f"**Learned.** Learned columns may come from all that a learner reads: {found}.", ""]


def _named(origins: Iterable[str]) -> Iterator[str]:
    by_table: dict[str, list[str]] = defaultdict(list)
    for one in origins:
        table, _, column = one.partition(".")
        by_table[table].append(column)
    for table, columns in sorted(by_table.items()):
        named = [f"`{table}.{column}`" for column in columns if column]
        if len(named) > _NAMED:
            named = [f"{len(named)} columns of `{table}`"]
        rows = [] if all(columns) else [f"rows of `{table}`"]
        yield ", ".join([*rows, *named])


def _tables(columns: Iterable[Row]) -> str:
    tables = sorted({one.partition(".")[0] for column in columns for one in column["origins"]})
    return ", ".join(f"`{table}`" for table in tables)


def _index(relations: dict[str, list[Row]]) -> str:
    rows = [
        f"| [{name}]({name}.md) | {len(columns)} | {_tables(columns)} |"
        for name, columns in sorted(relations.items())
    ]
    lines = [
        "# Every published column", "", _NOTICE, "",
        "What each column means, how fresh it is and where it comes from, a page for each "
        "relation. The same in SQL: `meta.columns`, and step by step `meta.lineage`. "
        "[The schema meta](meta.md) has a page of its own. A column is *copied*, *computed* or "
        "*aggregated* from the contract's columns, *counted* from rows, or *learned* from all "
        "that its learner reads; the strongest word of the whole way is told.", "",
        "| relation | columns | made of |", "|---|---|---|", *rows, "",
    ]  # fmt: skip
    return "\n".join(lines)


def _meta(columns: Iterable[Row]) -> str:
    lines = ["# The schema meta", "", _NOTICE, ""]
    lines += ["What a release tells about itself, as of when it was published.", ""]
    for (table, described), group in groupby(columns, itemgetter("relation", "described")):
        lines += [f"## meta.{table}", "", _plain(described), ""]
        lines += ["| column | type | meaning |", "|---|---|---|"]
        lines += [
            f"| `{one['column_name']}` | {one['data_type']} | {_plain(one['description'])} |"
            for one in group
        ]
        lines.append("")
    return "\n".join(lines)


def _plain(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


_COLUMNS = """
    select
        columns.*,
        list_sort(list_filter(steps.upstream, lambda one: one is not null)) as upstream
    from meta.columns
    left join (
        select
            model,
            column_name,
            list(distinct
                case when upstream_kind = 'model' then '' else upstream_kind || ' ' end
                || upstream || coalesce('.' || upstream_column, '')
            ) as upstream
        from meta.lineage
        where model_kind = 'model' and column_name is not null
        group by model, column_name
    ) as steps
        on columns.relation = steps.model and columns.column_name = steps.column_name
    order by columns.relation, columns.position
"""
_RELATIONS = """
    select table_name as relation, comment as description
    from duckdb_tables() where schema_name = 'main'
"""
_META = """
    select
        columns.table_name as relation, tables.comment as described, column_name,
        lower(data_type) as data_type, columns.comment as description
    from duckdb_columns() as columns
    inner join duckdb_tables() as tables using (database_name, schema_name, table_name)
    where schema_name = 'meta' and database_name = current_database()
    order by relation, column_index
"""
