"""What people write about, now and four weeks before."""

from townsquare import words
from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Rows, Section


def says(rows: Rows) -> str:
    """The topic most written about, and how that has changed."""
    first = rows[0]
    moved = words.moved(first["n_contents"], first["n_contents_before"])
    return f"Most is about “{first['name']}”: {moved} in the 28 days before"


def draws(rows: Rows) -> list[Panel]:
    """Now as a bar, before as a line across it."""
    chart, y = style.listed(len(rows)), style.line_of_list()
    tips = [
        style.tip_text("name", "Topic"),
        style.tip("n_contents", "Last 28 days"),
        style.tip("n_contents_before", "28 days before"),
    ]
    bars = chart.mark_bar(**style.BAR, color=style.GREEN).encode(
        y=y, x=style.across("n_contents"), tooltip=tips
    )
    before = chart.mark_tick(**style.TICK).encode(
        y=y, x=style.across("n_contents_before"), tooltip=tips
    )
    names = style.line_label(chart, y, "name")
    beside = style.line_label(chart, y, "told", at_right=True)
    points = [
        {
            **row,
            "order": place,
            "told": f"{row['n_contents']:,}, before {row['n_contents_before']:,}",
        }
        for place, row in enumerate(rows)
    ]
    return [Panel(style.finished(bars + before + names + beside), points)]


CHART = Chart(
    question="What do people write about?",
    section=Section.CONTENT,
    place=20,
    relations=("content_topics", "topics"),
    query="""
        select
            topics.name,
            count(*) filter (where content_topics.published_date >= $as_of - 28) as n_contents,
            count(*) filter (where content_topics.published_date < $as_of - 28)
                as n_contents_before
        from content_topics
        inner join topics on content_topics.topic_id = topics.topic_id
        where
            content_topics.rank = 1
            and content_topics.published_date >= $as_of - 56
            and content_topics.published_date < $as_of
        group by topics.name
        order by n_contents desc, topics.name
        limit 10
    """,
    columns={
        "name": "Topic",
        "n_contents": "Contents, last 28 days",
        "n_contents_before": "28 days before",
    },
    says=says,
    draws=draws,
    reads="Contents by the topic that they are about before all else: the last 28 days (bar) and "
    "the 28 before them (line).",
    empty="Nothing was published in the last eight weeks that is about a topic of the taxonomy.",
)
