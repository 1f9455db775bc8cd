"""How retention falls off, over all cohorts at once."""

import altair as alt

from townsquare import words
from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Rows, Section

NAMES = {"share_retained": "In the week", "share_retained_unbounded": "Then or later"}
COLOURS = {"In the week": style.BLUE, "Then or later": style.GREEN}
TOLD = 4
FEWEST = 0.25  # of the first week's people; a share of fewer is mostly chance


def says(rows: Rows) -> str:
    """Both shares after four weeks, or after as many as there are."""
    row = next((row for row in rows if row["period"] == TOLD), rows[-1])
    weeks = words.plural(row["period"], "week")
    return (
        f"{weeks} on, {words.share(row['share_retained'])} are active in the week and "
        f"{words.share(row['share_retained_unbounded'])} then or later"
    )


def draws(rows: Rows) -> list[Panel]:
    """Two falling lines with their intervals."""
    points = style.series(rows, "period", NAMES)
    totals = {row["period"]: row["n_users"] for row in rows}
    for point in points:
        n_users = totals[point["period"]]
        point["low"], point["high"] = words.wilson(point["value"] * n_users, n_users)
    chart = style.base(326)
    x = alt.X("period:Q", axis=alt.Axis(title="weeks since joining", tickMinStep=1, tickCount=6))
    y, colour = alt.Y("value:Q", axis=style.shares()), style.colours(COLOURS)
    tips = [
        style.tip("period", "Weeks since joining"),
        style.tip_text("series", "Active"),
        style.tip("value", "Share", ".1%"),
        style.tip("low", "95 % from", ".1%"),
        style.tip("high", "to", ".1%"),
    ]
    bands = chart.mark_area(opacity=0.2).encode(
        x=x, y=alt.Y("low:Q", axis=style.shares()), y2="high:Q", color=colour
    )
    lines = chart.mark_line().encode(x=x, y=y, color=colour)
    targets = chart.mark_point(opacity=0, size=160).encode(x=x, y=y, tooltip=tips)
    labels = style.end_labels(chart, x, y, colour)
    return [Panel(style.finished(bands + lines + labels + targets), points)]


CHART = Chart(
    question="How long do people stay?",
    section=Section.PEOPLE,
    place=50,
    relations=("retention_periods",),
    query=f"""
        select period, n_cohorts, n_users, share_retained, share_retained_unbounded
        from retention_periods
        where is_complete and n_users > 0 and period between 1 and 26
        qualify n_users >= {FEWEST} * max(n_users) over ()
        order by period
    """,
    columns={
        "period": "Weeks since joining",
        "n_cohorts": "Cohorts",
        "n_users": "People",
        "share_retained": "Active in the week",
        "share_retained_unbounded": "Active then or later",
    },
    says=says,
    draws=draws,
    reads="All cohorts for which the week is over, each weighing as much as it has people; later "
    "weeks rest on fewer, and those that less than a quarter has reached are left out. The bands "
    "are 95 % intervals.",
    empty="No week of new users is old enough yet.",
)
