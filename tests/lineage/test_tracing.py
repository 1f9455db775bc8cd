"""What a query's columns are made of, worked out by hand for each construct."""

import pytest

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
