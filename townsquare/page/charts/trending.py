"""What is used by more people than was to be expected."""

from townsquare import words
from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Row, Rows, Section


def says(rows: Rows) -> str:
    """The least expected term."""
    first = rows[0]
    voices = words.plural(first["n_voices"], "voice")
    return (
        f"“{first['term']}”: {voices} in a day where {words.number(first['expected_voices'], 2)} "
        "were to be expected"
    )


def draws(rows: Rows) -> list[Panel]:
    """Seen as a bar, expected as a tick across it."""
    chart, y = style.listed(len(rows)), style.line_of_list()
    tips = [
        style.tip_text("term", "Term"),
        style.tip("day_date", "Day"),
        style.tip("n_voices", "Voices"),
        style.tip("expected_voices", "Expected", ".2~f"),
        style.tip("q_value", "False alarms among such", ".2~g"),
    ]
    bars = chart.mark_bar(**style.BAR, color=style.PURPLE).encode(
        y=y, x=style.across("n_voices"), tooltip=tips
    )
    expected = chart.mark_tick(**style.TICK).encode(
        y=y, x=style.across("expected_voices"), tooltip=tips
    )
    names = style.line_label(chart, y, "term")
    beside = style.line_label(chart, y, "told", at_right=True)
    points = [{**row, "order": place, "told": _told(row)} for place, row in enumerate(rows)]
    return [Panel(style.finished(bars + expected + names + beside), points)]


def _told(row: Row) -> str:
    expected = words.number(row["expected_voices"], 2)
    return f"{row['n_voices']} on {words.day(row['day_date'])}, expected {expected}"


CHART = Chart(
    question="What is on the rise?",
    section=Section.CONTENT,
    place=30,
    relations=("trends",),
    query="""
        with
        newest as (
            select
                term, kind, cast(period_start_at as date) as day_date, n_voices, expected_voices,
                q_value, p_value
            from trends
            where
                grain = 'day'
                and is_trending
                and period_start_at >= $as_of - 14
            qualify row_number() over (partition by kind, term order by p_value, day_date desc) = 1
        )
        select term, kind, day_date, n_voices, expected_voices, q_value
        from newest
        order by p_value, term
        limit 10
    """,
    columns={
        "term": "Term",
        "kind": "Kind",
        "day_date": "Day",
        "n_voices": "Voices",
        "expected_voices": "Expected",
        "q_value": "Share of false alarms among such",
    },
    says=says,
    draws=draws,
    reads="Tags, topics and words that trended on a day of the last 14: accounts that began "
    "something with the term (bar), members of rings of linked accounts left out, and how many to "
    "expect (line).",
    empty="Nothing trended in the last 14 days.",
)
