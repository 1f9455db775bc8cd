"""Which share of each week's new users came back, week by week."""

import altair as alt

from townsquare import words
from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Rows, Section

TOLD = (1, 4)
FEW = 0.1  # below it, a cell has room for a decimal


def says(rows: Rows) -> str:
    """The weighed share that came back after one and after four weeks."""
    told = []
    for period in TOLD:
        here = [row for row in rows if row["period"] == period]
        if here:
            back = sum(row["n_retained_users"] for row in here) / sum(r["n_users"] for r in here)
            told.append(f"{words.share(back)} came back in week {period}")
    return "Of those who joined lately, " + " and ".join(told or ["nobody is old enough yet"])


def draws(rows: Rows) -> list[Panel]:
    """A cell per cohort and week; the darker, the more came back."""
    newest = max(row["share_retained"] for row in rows)
    weeks = sorted({row["cohort_date"] for row in rows})
    x = alt.X("period:O", axis=alt.Axis(title="weeks since joining", labelAngle=0, orient="top"))
    y = alt.Y("cohort:O", sort=[_cohort(week) for week in weeks], axis=alt.Axis(title=None))
    chart = style.base(22 * len(weeks))
    tips = [
        style.tip_text("cohort", "Joined in the week from"),
        style.tip("n_users", "People"),
        style.tip("period", "Weeks since"),
        style.tip("n_retained_users", "Came back"),
        style.tip("share_retained", "Share", ".1%"),
    ]
    scale = alt.Scale(domain=[0, newest], range=[0.04, 1])
    cells = chart.mark_rect(color=style.BLUE).encode(
        x=x, y=y, opacity=alt.Opacity("share_retained:Q", scale=scale, legend=None), tooltip=tips
    )
    shares = chart.mark_text(fontSize=11).encode(
        x=x,
        y=y,
        text="percent:N",
        color=alt.condition(
            f"datum.share_retained > {newest * 0.55}", alt.value("white"), alt.value(style.INK)
        ),
    )
    points = [
        {
            **{name: row[name] for name in ("period", "n_users", "n_retained_users")},
            "share_retained": row["share_retained"],
            "cohort": _cohort(row["cohort_date"]),
            "percent": f"{100 * row['share_retained']:.{0 if newest >= FEW else 1}f}",
        }
        for row in rows
    ]
    return [Panel(style.finished(cells + shares), points)]


def _cohort(week: object) -> str:
    return f"{week:%d %b %y}"


CHART = Chart(
    question="Do new users come back?",
    section=Section.PEOPLE,
    place=40,
    relations=("retention_cohorts",),
    query="""
        select cohort_date, period, n_users, n_retained_users, share_retained
        from retention_cohorts
        where
            is_complete
            and n_users > 0
            and period between 1 and 12
            and cohort_date in (
                select distinct cohort_date from retention_cohorts
                where is_complete and period = 1 and n_users > 0
                order by cohort_date desc
                limit 14
            )
        order by cohort_date, period
    """,
    columns={
        "cohort_date": "Joined in the week from",
        "period": "Weeks since",
        "n_users": "People",
        "n_retained_users": "Came back",
        "share_retained": "Share",
    },
    says=says,
    draws=draws,
    reads="Percent of each week's new users who were active in the week that begins so many times "
    "7 days after their own registration. Weeks that are not over are left out.",
    empty="No week of new users is old enough yet.",
)
