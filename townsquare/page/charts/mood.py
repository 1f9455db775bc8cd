"""How the mood of what is written has moved, with the mix of authors held fixed."""

import altair as alt

from townsquare import words
from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Rows, Section


def says(rows: Rows) -> str:
    """The level that stands, and when it was last left."""
    level = words.signed(round(rows[-1]["level"], 2))
    changes = [row for row in rows if row["is_change"]]
    if not changes:
        return f"The mood stands at {level} and has kept its level all along"
    last = changes[-1]
    change = words.signed(round(last["change"], 2))
    return (
        f"The mood stands at {level} since {words.day(last['published_date'])}, "
        f"when it changed by {change}"
    )


def draws(rows: Rows) -> list[Panel]:
    """Each day faint, its level as a line."""
    chart, x = style.base(300), style.dates("published_date")
    axis = style.signed()
    y = alt.Y("adjusted_score:Q", axis=axis)
    tips = [
        style.tip("published_date", "Day"),
        style.tip("adjusted_score", "Mood", "+.2f"),
        style.tip("adjusted_low", "95 % from", "+.2f"),
        style.tip("adjusted_high", "to", "+.2f"),
        style.tip("n_contents", "Contents"),
    ]
    band = chart.mark_area(color=style.PURPLE, opacity=0.15).encode(
        x=x, y=alt.Y("adjusted_low:Q", axis=axis), y2="adjusted_high:Q"
    )
    days = chart.mark_point(filled=True, size=16, color=style.PURPLE, opacity=0.5).encode(
        x=x, y=y, tooltip=tips
    )
    level = chart.mark_line(color=style.PURPLE, interpolate="step-after").encode(
        x=x, y=alt.Y("level:Q", axis=axis)
    )
    return [Panel(style.finished(band + days + level), rows)]


CHART = Chart(
    question="How is the mood?",
    section=Section.CONTENT,
    place=40,
    relations=("sentiment_trends",),
    query="""
        select
            published_date, n_contents, adjusted_score, adjusted_low, adjusted_high, level,
            is_change, change
        from sentiment_trends
        where topic_id = '(all)' and segment_kind = '(all)' and segment = '(all)'
        order by published_date
    """,
    columns={
        "published_date": "Day",
        "n_contents": "Contents",
        "adjusted_score": "Mood",
        "adjusted_low": "95 % from",
        "adjusted_high": "to",
        "level": "Level",
        "is_change": "New level",
    },
    says=says,
    draws=draws,
    reads="From −1 to 1, as if the usual mix of authors had spoken. Each day with its 95 % "
    "interval; the line is the level between two changes, of which a series without any shows one "
    "by chance in a hundred.",
    empty="Too few contents have a mood that can be read.",
)
