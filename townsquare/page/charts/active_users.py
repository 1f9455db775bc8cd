"""How many people come, by day, week and month."""

from townsquare import words
from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Rows, Section

NAMES = {"mau": "Monthly", "wau": "Weekly", "avg_dau": "Daily"}
COLOURS = dict(zip(NAMES.values(), (style.BLUE, style.GREEN, style.ORANGE), strict=True))


def says(rows: Rows) -> str:
    """The last whole week beside the one four weeks before."""
    last = rows[-1]
    told = f"{words.plural(last['wau'], 'person', 'people')} came in the last whole week"
    if len(rows) < 5 or not rows[-5]["wau"]:
        return told
    return f"{told}, {words.moved(last['wau'], rows[-5]['wau'])} four weeks before"


def draws(rows: Rows) -> list[Panel]:
    """One line each for days, weeks and months."""
    points = style.series(rows, "week_date", NAMES)
    chart = style.base(280)
    x, y, colour = style.dates("week_date"), style.amounts("value"), style.colours(COLOURS)
    tips = [
        style.tip("week_date", "Week from"),
        style.tip_text("series", "Active users"),
        style.tip("value", "Number", ",.0f"),
    ]
    lines = chart.mark_line().encode(x=x, y=y, color=colour)
    targets = chart.mark_point(opacity=0, size=160).encode(x=x, y=y, tooltip=tips)
    labels = style.end_labels(chart, x, y, colour)
    return [Panel(style.finished(lines + labels + targets), points)]


CHART = Chart(
    question="How many people come?",
    section=Section.PEOPLE,
    place=10,
    relations=("daily_metrics",),
    query="""
        with
        weeks as (
            select
                cast(date_trunc('week', activity_date) as date) as week_date,
                avg(dau) as avg_dau,
                max_by(wau, activity_date) as wau,
                max_by(mau, activity_date) as mau
            from daily_metrics
            group by week_date
            having count(*) = 7 and wau is not null
            order by week_date desc
            limit 104
        )
        select * from weeks order by week_date
    """,
    columns={
        "week_date": "Week from",
        "avg_dau": "Daily active, mean of the week",
        "wau": "Weekly active",
        "mau": "Monthly active, 28 days to the week's end",
    },
    says=says,
    draws=draws,
    reads="Whole weeks from Monday, UTC. Daily is the mean of the week's days; weekly and monthly "
    "count everybody who came in the 7 and the 28 days that end with the week, each once.",
    empty="The history has no whole week of days yet.",
    is_wide=True,
)
