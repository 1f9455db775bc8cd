"""How the scores of those who had one before have moved, and how sure that is."""

import altair as alt

from townsquare import words
from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Row, Rows, Section

SMALLEST = 0.5  # points from the middle to the edge of the drawing, at least


def says(rows: Rows) -> str:
    """The scores whose mean has moved for certain, in points."""
    told = [
        f"{row['name']} by {words.signed(round(100 * row['change'], 2))} points on average"
        for row in rows
        if row["is_unusual"]
    ]
    return "Moved: " + "; ".join(told) if told else "No score has moved for certain"


def draws(rows: Rows) -> list[Panel]:
    """The change of the mean with its interval, and a line where nothing has changed."""
    chart, y = style.listed(len(rows)), style.line_of_list()
    axis = style.signed("points of probability", grid=False)
    tips = [
        style.tip_text("name", "Score"),
        style.tip("change", "Mean change, points"),
        style.tip("low", "95 % from"),
        style.tip("high", "to"),
        style.tip("people", "Scored in both", ",.0f"),
    ]
    ends = [abs(100 * row[end]) for row in rows for end in ("change_low", "change_high")]
    scale = alt.Scale(domain=[-max(SMALLEST, *ends), max(SMALLEST, *ends)])
    lines = chart.mark_bar(**style.BAR, color=style.BLUE, opacity=0.35).encode(
        y=y, x=alt.X("low:Q", axis=axis, scale=scale), x2="high:Q", tooltip=tips
    )
    dots = chart.mark_point(**style.DOT, color=style.BLUE).encode(
        y=y, x=alt.X("change:Q", axis=axis, scale=scale), tooltip=tips
    )
    zero = chart.mark_rule(opacity=0.6).encode(x=alt.datum(0))
    names = style.line_label(chart, y, "name", fontWeight="bold")
    points = [
        {
            "order": place,
            "name": words.sentence(row["name"]),
            "change": 100 * row["change"],
            "low": 100 * row["change_low"],
            "high": 100 * row["change_high"],
            "people": row["n_compared"],
        }
        for place, row in enumerate(rows)
    ]
    return [Panel(style.finished(lines + zero + dots + names), points)]


def shows(row: Row) -> Row:
    """The line of the table: probabilities in percent, their changes in points."""
    means = {one: f"{100 * row[one]:.2f}{words.NO_BREAK}%" for one in ("value_before", "value")}
    changes = ("change", "change_low", "change_high")
    return {**row, **means, **{one: words.signed(round(100 * row[one], 2)) for one in changes}}


CHART = Chart(
    question="Have people's scores moved?",
    section=Section.MOVED,
    place=20,
    relations=("meta.changes",),
    query="""
        select name, n_compared, value_before, value, change, change_low, change_high, is_unusual
        from meta.changes
        where kind = 'score' and change_low is not null and (change_low, change_high) != (0, 0)
        order by name
    """,
    columns={
        "name": "Score",
        "n_compared": "Scored in both releases",
        "value_before": "Mean then",
        "value": "Mean now",
        "change": "Change, points",
        "change_low": "95 % from",
        "change_high": "to",
        "is_unusual": "For certain",
    },
    says=says,
    draws=draws,
    shows=shows,
    reads="The mean change of everybody who has the score in this release and in the last one, "
    "with its 95 % interval.",
    empty="The last release has no such score, or each is exactly what it was.",
    is_wide=True,
)
