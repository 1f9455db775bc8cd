"""Which contents drew the most engagement lately."""

import altair as alt

from townsquare import words
from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Row, Rows, Section


def says(rows: Rows) -> str:
    """The first of the list."""
    most = words.plural(rows[0]["n_engagements"], "engagement")
    return f"“{_name(rows[0])}” drew the most: {most} in 28 days"


def _name(row: Row) -> str:
    title = str(row["title"] or f"untitled {row['content_id']}")
    return f"Re: {title}" if row["is_reply"] else title


def draws(rows: Rows) -> list[Panel]:
    """A bar each, its title above it."""
    chart, y = style.listed(len(rows)), style.line_of_list()
    x = style.across("n_engagements")
    tips = [
        style.tip_text("name", "Content"),
        style.tip_text("kind", "Kind"),
        style.tip("published_date", "Published"),
        style.tip("n_engagements", "Engagements"),
    ]
    bars = chart.mark_bar(**style.BAR, color=style.BLUE).encode(y=y, x=x, tooltip=tips)
    counts = chart.mark_text(align="left", dx=6, dy=9).encode(
        y=y, x=x, text=alt.Text("n_engagements:Q", format=",")
    )
    names = style.line_label(chart, y, "name")
    points = [
        {
            "order": place,
            "name": _name(row),
            "kind": row["kind"],
            "published_date": row["published_date"],
            "n_engagements": row["n_engagements"],
        }
        for place, row in enumerate(rows)
    ]
    return [Panel(style.finished(bars + counts + names), points)]


CHART = Chart(
    question="What drew people lately?",
    section=Section.CONTENT,
    place=10,
    relations=("content_days", "contents"),
    query="""
        with
        engaged as (
            select content_id, cast(sum(n_engagements) as bigint) as n_engagements
            from content_days
            where activity_date >= $as_of - 28 and activity_date < $as_of
            group by content_id
            having sum(n_engagements) > 0
        )
        select
            contents.content_id,
            coalesce(contents.title, roots.title) as title,
            contents.kind,
            contents.is_reply,
            contents.published_date,
            engaged.n_engagements
        from engaged
        inner join contents on engaged.content_id = contents.content_id
        left join contents as roots
            on contents.root_id = roots.content_id
            and not roots.is_deleted
        where not contents.is_deleted
        order by engaged.n_engagements desc, contents.published_date desc, contents.content_id
        limit 10
    """,
    columns={
        "content_id": "Content",
        "title": "Title",
        "kind": "Kind",
        "published_date": "Published",
        "n_engagements": "Engagements in 28 days",
    },
    says=says,
    draws=draws,
    reads="Likes, shares, saves, accepts, awards and replies of the last 28 days together, of "
    "whatever age. Being popular is not being good; see content_quality.",
    empty="Nothing was liked, shared, saved or answered in the last 28 days.",
)
