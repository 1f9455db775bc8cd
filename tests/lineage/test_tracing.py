"""What a query's columns are made of, worked out by hand for each construct."""

import pytest

from townsquare.lineage._steps import UNRESOLVED
from townsquare.lineage._tracing import trace

POSTS, LIKES = ("db", "main", "posts"), ("db", "main", "likes")
COLUMNS = {
    POSTS: ["post_id", "author_id", "tags", "published_at"],
    LIKES: ["post_id", "liker_id", "liked_at"],
}
WORKED_OUT = {
    "a copy under another name": (
        "select author_id as user_id from db.main.posts",
        {"user_id": {("posts", "author_id", "copied")}},
    ),
    "a star through a step that renames": (
        "with likes as (select * from db.main.likes), named as (select liker_id as user_id, "
        "liked_at from likes) select * from named",
        {
            "user_id": {("likes", "liker_id", "copied")},
            "liked_at": {("likes", "liked_at", "copied")},
        },
    ),
    "columns that name no table, from two that are joined": (
        "select author_id, liked_at - published_at as waited "
        "from db.main.posts inner join db.main.likes using (post_id)",
        {
            "author_id": {("posts", "author_id", "copied")},
            "waited": {("likes", "liked_at", "computed"), ("posts", "published_at", "computed")},
        },
    ),
    "rows that are counted": (
        "with liked as (select post_id, count(*) as n from db.main.likes group by post_id) "
        "select author_id, coalesce(n, 0) as n_likes "
        "from db.main.posts left join liked on posts.post_id = liked.post_id",
        {
            "author_id": {("posts", "author_id", "copied")},
            "n_likes": {("likes", None, "counted")},
        },
    ),
    "a filtered count, which looks at its condition too": (
        "select count(*) filter (where liker_id = 'a') as n from db.main.likes",
        {"n": {("likes", "liker_id", "aggregated"), ("likes", None, "counted")}},
    ),
    "a sum of ones counts rows": (
        "with ones as (select post_id, 1 as n from db.main.likes) select sum(n) as n from ones",
        {"n": {("likes", None, "counted")}},
    ),
    "an aggregate of what was computed before": (
        "with days as (select cast(liked_at as date) as day from db.main.likes) "
        "select max(day) as last_day from days",
        {"last_day": {("likes", "liked_at", "aggregated")}},
    ),
    "a union, by position": (
        "select author_id as user_id, 'post' as kind from db.main.posts "
        "union all select liker_id, 'like' from db.main.likes",
        {
            "user_id": {("posts", "author_id", "copied"), ("likes", "liker_id", "copied")},
            "kind": {(None, None, "constant")},
        },
    ),
    "a union by name, of which one part has a column of its own": (
        "select author_id, post_id from db.main.posts "
        "union all by name select post_id, liker_id from db.main.likes",
        {
            "author_id": {("posts", "author_id", "copied")},
            "post_id": {("posts", "post_id", "copied"), ("likes", "post_id", "copied")},
            "liker_id": {("likes", "liker_id", "copied")},
        },
    ),
    "what is left of one part has nothing of the other": (
        "select post_id from db.main.posts except select post_id from db.main.likes",
        {"post_id": {("posts", "post_id", "copied")}},
    ),
    "windows that are declared apart": (
        "select first_value(liker_id) over later as found from db.main.likes "
        "window of_post as (partition by post_id), later as (of_post order by liked_at)",
        {
            "found": {
                ("likes", "liker_id", "aggregated"),
                ("likes", "post_id", "aggregated"),
                ("likes", "liked_at", "aggregated"),
            }
        },
    ),
    "a number of the row counts rows": (
        "select row_number() over () as n from db.main.likes",
        {"n": {("likes", None, "counted")}},
    ),
    "an aggregate that DuckDB alone knows": (
        "select histogram(liker_id) as likers, product(2) as doubled from db.main.likes",
        {
            "likers": {("likes", "liker_id", "aggregated")},
            "doubled": {("likes", None, "counted")},
        },
    ),
    "rows that are counted inside a column": (
        "select author_id, (select count(*) from db.main.likes) as n from db.main.posts",
        {
            "author_id": {("posts", "author_id", "copied")},
            "n": {("likes", None, "counted")},
        },
    ),
    "a query two deep that looks at the outermost": (
        "select (select max(at) from (select liked_at as at from db.main.likes "
        "where likes.post_id = posts.post_id) as theirs) as last_at from db.main.posts",
        {
            "last_at": {
                ("likes", "liked_at", "aggregated"),
                ("likes", "post_id", "aggregated"),
                ("posts", "post_id", "aggregated"),
            }
        },
    ),
    "a query beside a table that it looks at": (
        "select posts.post_id, theirs.n from db.main.posts, lateral (select count(*) as n "
        "from db.main.likes where likes.post_id = posts.post_id) as theirs",
        {
            "post_id": {("posts", "post_id", "copied")},
            "n": {("likes", None, "counted")},
        },
    ),
    "whether there is a row, whatever is in it": (
        "select exists (select * from db.main.likes where likes.post_id = posts.post_id) "
        "as is_liked from db.main.posts",
        {"is_liked": {("likes", "post_id", "computed"), ("posts", "post_id", "computed")}},
    ),
    "a window looks at what it divides and orders by": (
        "select lead(liked_at) over (partition by post_id order by liked_at) as next_at "
        "from db.main.likes",
        {"next_at": {("likes", "liked_at", "aggregated"), ("likes", "post_id", "aggregated")}},
    ),
    "a list that is unfolded": (
        "select post_id, tag from db.main.posts, unnest(tags) as unfolded (tag)",
        {
            "post_id": {("posts", "post_id", "copied")},
            "tag": {("posts", "tags", "computed")},
        },
    ),
    "a query inside a column": (
        "select post_id, (select max(liked_at) from db.main.likes "
        "where likes.post_id = posts.post_id) as last_liked_at from db.main.posts",
        {
            "post_id": {("posts", "post_id", "copied")},
            "last_liked_at": {
                ("likes", "liked_at", "aggregated"),
                ("likes", "post_id", "aggregated"),
                ("posts", "post_id", "aggregated"),
            },
        },
    ),
    "a relation that is not known": (
        "select other.mood as mood from db.main.other",
        {"mood": {(None, None, "unresolved")}},
    ),
}


UNTOLD = {
    "columns by a pattern": "select columns('.*_id') as ids from db.main.posts",
    "an aggregate of all columns": "select max(columns(*)) as ids from db.main.posts",
    "a column by its place": "select #1 as ids from db.main.posts",
    "a row as a whole": "select posts as ids from db.main.posts",
    "every column at once": "select hash(*) as ids from db.main.posts",
    "two columns of one name": "select post_id as ids, author_id as ids from db.main.posts",
    "a place after a star of what nobody knows": (
        "select author_id as ids from db.main.posts union all select * from read_csv('some.csv')"
    ),
}


@pytest.mark.parametrize("what", UNTOLD)
def test_what_the_query_does_not_spell_out_is_unresolved_and_not_guessed(what: str) -> None:
    (origins,) = trace(UNTOLD[what], COLUMNS).values()
    assert UNRESOLVED in origins


@pytest.mark.parametrize("what", WORKED_OUT)
def test_each_column_is_traced_to_what_it_is_made_of(what: str) -> None:
    sql, expected = WORKED_OUT[what]
    told = {
        column: {(o.relation[-1] if o.relation else None, o.column, o.how.word) for o in origins}
        for column, origins in trace(sql, COLUMNS).items()
    }
    assert told == expected


def test_a_query_that_cannot_be_understood_has_no_columns() -> None:
    assert trace("select posts.mood from db.main.posts", COLUMNS) == {}
    assert trace("", COLUMNS) == {}
    assert trace("selec author_id frm posts)", COLUMNS) == {}
    assert trace("drop table db.main.posts", COLUMNS) == {}
    assert trace("select * from read_csv('some.csv')", COLUMNS) == {}
    pivot = "pivot (count(*) for liker_id in ('a', 'b') group by post_id)"
    assert trace(f"select * from db.main.likes {pivot}", COLUMNS) == {}
