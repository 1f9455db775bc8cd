"""An export is in the contract's shape, in order of time, and has late and corrected rows."""

import pyarrow.parquet as pq
import pytest
from simulated_network import Told

from townsquare.contract import load_tables


@pytest.mark.parametrize("name", sorted(load_tables()))
def test_every_file_holds_exactly_the_contract(told: Told, name: str) -> None:
    table = load_tables()[name]
    files = sorted((told.home.exports / name).glob("exported_date=*/part.parquet"))
    assert len(files) == 120
    for path in files:
        assert pq.read_schema(path).equals(table.arrow_schema), path


@pytest.mark.parametrize("name", sorted(load_tables()))
def test_every_row_keeps_the_contract(told: Told, name: str) -> None:
    table = load_tables()[name]
    broken = ["false"]
    for column, declared in table.columns.items():
        if declared.required:
            broken.append(f"{column} is null")
        if declared.values:
            broken.append(f"{column} not in {declared.values}")
        if declared.pattern:
            broken.append(f"not regexp_full_match({column}, '{declared.pattern}')")
        for bound, sign in (("minimum", "<"), ("exclusive_minimum", "<="), ("maximum", ">")):
            if getattr(declared, bound) is not None:
                broken.append(f"{column} {sign} {getattr(declared, bound)}")
    counts = told.ask(f"select count(*) n, count(*) filter ({' or '.join(broken)}) bad from {name}")
    assert counts["n"][0] > 0
    assert counts["bad"][0] == 0


def test_nothing_is_told_before_it_happened(told: Told) -> None:
    for name, table in load_tables().items():
        early = told.ask(f"select count(*) n from {name} where loaded_at <= {table.event_time}")
        assert early["n"][0] == 0, name


def test_a_small_share_is_late_and_a_few_rows_come_twice(told: Told) -> None:
    shares = told.ask("""
        select avg(cast(loaded_at > cast(occurred_at as date) + 1 as int)) late,
            1 - count(distinct interaction_id) / count(*) repeated
        from interactions
    """)
    assert 0.004 < shares["late"][0] < 0.02
    assert 0.0001 < shares["repeated"][0] < 0.002


def test_contents_are_edited_and_taken_away_by_later_versions(told: Told) -> None:
    versions = told.ask("""
        select count(*) filter (contents.body like '%(edited)') edited,
            count(*) filter (contents.deleted_at is not null) deleted,
            count(*) filter (contents.loaded_at <= first_loaded_at) too_early
        from contents inner join (
            select content_id, min(loaded_at) first_loaded_at from contents group by content_id)
        using (content_id)
        where contents.body like '%(edited)' or contents.deleted_at is not null
    """)
    assert versions["edited"][0] > 20
    assert versions["deleted"][0] > 20
    assert versions["too_early"][0] == 0


def test_users_change_their_plan_and_close_their_account(told: Told) -> None:
    changed = told.ask("""
        select count(*) filter (plans = 2) plans, count(*) filter (closed = 1) closed from (
            select user_id, count(distinct plan) plans, count(distinct deleted_at) closed
            from users group by user_id)
    """)
    assert changed["plans"][0] > 50
    assert changed["closed"][0] > 50


@pytest.mark.parametrize(
    ("table", "user", "moment"),
    [
        ("interactions", "actor_id", "occurred_at"),
        ("interactions", "target_user_id", "occurred_at"),
        ("contents", "author_id", "published_at"),
        ("messages", "sender_id", "sent_at"),
        ("messages", "recipient_id", "sent_at"),
        ("relations", "actor_id", "occurred_at"),
        ("relations", "target_id", "occurred_at"),
        ("conversions", "user_id", "converted_at"),
        ("notifications", "user_id", "sent_at"),
    ],
)
def test_nobody_acts_before_registering(told: Told, table: str, user: str, moment: str) -> None:
    rows = told.ask(f"""
        select count(*) n, count(*) filter ({moment} < registered_at) early
        from {table} inner join now_users on now_users.user_id = {table}.{user}
    """)
    assert rows["n"][0] > 0
    assert rows["early"][0] == 0


def test_replies_follow_what_they_answer_and_share_its_root(told: Told) -> None:
    replies = told.ask("""
        select count(*) n,
            count(*) filter (reply.published_at <= parent.published_at) early,
            count(*) filter (reply.root_id <> parent.root_id) strange,
            count(*) filter (parent.kind = 'comment') nested
        from now_contents reply
        inner join now_contents parent on parent.content_id = reply.reply_to_id
    """)
    assert replies["n"][0] > 1000
    assert replies["nested"][0] > 100
    assert replies["early"][0] == 0
    assert replies["strange"][0] == 0


def test_some_sessions_cross_midnight(told: Told) -> None:
    crossing = told.ask("""
        select count(*) n from (
            select session_id from interactions group by session_id
            having max(cast(occurred_at as date)) > min(cast(occurred_at as date)))
    """)
    assert crossing["n"][0] > 10
