"""The lineage of a real release: complete, made of columns that exist, and right where known."""

from townsquare.contract import load_tables
from townsquare.release.query import run_query
from townsquare.settings import Home

_ALLOWED_UNRESOLVED = 0.01  # share of the published columns
_LANDING = {"batch_id", "event_date"}  # what landing adds to every contract table
_KNOWN = {
    ("users", "country"): ("copied", {"users.country"}),
    ("users", "is_closed"): ("computed", {"users.deleted_at"}),
    ("users", "first_converted_at"): ("aggregated", {"conversions.converted_at"}),
    ("users", "n_conversions"): ("counted", {"conversions"}),
    ("users", "as_of_date"): ("constant", set()),
    ("user_days", "dwell_seconds"): ("aggregated", {"interactions.dwell_seconds"}),
    # A text is blank once its content is taken away.
    ("contents", "title"): ("computed", {"contents.title", "contents.deleted_at"}),
    ("daily_metrics", "n_converted_users"): ("aggregated", {"conversions.user_id"}),
    ("daily_metrics", "n_likes"): ("aggregated", {"interactions.verb"}),
}


def test_nearly_every_column_is_resolved(world: Home) -> None:
    ((total, unresolved),) = run_query(
        world, "select count(*), count(*) filter (where how = 'unresolved') from meta.columns"
    )[1]
    assert total > 300
    assert unresolved <= _ALLOWED_UNRESOLVED * total
    steps = "select distinct model, column_name from meta.lineage where how = 'unresolved'"
    listed = {name for name, _ in run_query(world, steps)[1]}
    doubted = "select distinct relation from meta.columns where how = 'unresolved'"
    assert {name for (name,) in run_query(world, doubted)[1]} <= listed


def test_a_column_comes_from_where_a_person_can_see_that_it_does(world: Home) -> None:
    rows = run_query(world, "select relation, column_name, how, origins from meta.columns")[1]
    told = {(relation, column): (how, set(origins)) for relation, column, how, origins in rows}
    assert {key: told[key] for key in _KNOWN} == _KNOWN


def test_origins_are_columns_of_the_contract(world: Home) -> None:
    declared = {name: {*table.columns, *_LANDING} for name, table in load_tables().items()}
    rows = run_query(world, "select distinct unnest(origins) from meta.columns")[1]
    assert len(rows) > 30
    for (origin,) in rows:
        table, _, column = origin.partition(".")
        assert table in declared
        assert not column or column in declared[table]


def test_every_step_starts_where_another_ends(world: Home) -> None:
    rows = run_query(
        world,
        """
        select reading.model, reading.upstream, reading.upstream_column
        from meta.lineage as reading
        where
            reading.upstream_kind = 'model'
            and not exists (
                select 1 from meta.lineage as made
                where
                    made.model = reading.upstream
                    and made.model_kind = 'model'
                    and (
                        reading.upstream_column is null
                        or reading.upstream_column = made.column_name
                    )
            )
        """,
    )[1]
    assert rows == []


def test_every_model_and_score_leads_back_to_the_contract(world: Home) -> None:
    rows = run_query(
        world,
        """
        with recursive made_of as (
            select distinct model_kind as kind, model as name, upstream_kind, upstream
            from meta.lineage
            where model_kind in ('model', 'score') and upstream is not null
            union
            select made_of.kind, made_of.name, lineage.upstream_kind, lineage.upstream
            from made_of
            inner join meta.lineage
                on made_of.upstream_kind = lineage.model_kind and made_of.upstream = lineage.model
            where lineage.upstream is not null
        )
        select kind, name, count(*) filter (where upstream_kind = 'contract') from made_of
        group by kind, name
        """,
    )[1]
    assert {kind for kind, _, _ in rows} == {"model", "score"}
    assert [name for _, name, n_tables in rows if n_tables == 0] == []
