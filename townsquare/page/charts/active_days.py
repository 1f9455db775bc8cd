"""On how many days of the last 28 active people came."""

import altair as alt

from townsquare import words
from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Rows, Section

OFTEN = 8  # twice a week


def says(rows: Rows) -> str:
    """Those who came once, and those who come twice a week."""
    once = sum(row["share_active_users"] for row in rows if row["n_active_days"] == 1)
    often = sum(row["share_active_users"] for row in rows if row["n_active_days"] >= OFTEN)
    return (
        f"{words.share(once)} of the month's people came on one day, "
        f"{words.share(often)} on {OFTEN} or more"
    )


def draws(rows: Rows) -> list[Panel]:
    """A bar per number of days."""
    bars = (
        style.base(284)
        .mark_bar(color=style.BLUE)
        .encode(
            x=alt.X(
                "n_active_days:O",
                axis=alt.Axis(title="days of the last 28", labelAngle=0, values=[1, 7, 14, 21, 28]),
            ),
            y=alt.Y("share_active_users:Q", axis=style.shares()),
            tooltip=[
                style.tip("n_active_days", "Active days"),
                style.tip("n_users", "People"),
                style.tip("share_active_users", "Share", ".1%"),
            ],
        )
    )
    return [Panel(style.finished(bars), rows)]


CHART = Chart(
    question="How often do people come?",
    section=Section.PEOPLE,
    place=30,
    relations=("engagement_days",),
    query="""
        select n_active_days, n_users, share_active_users
        from engagement_days
        where
            window_days = 28
            and is_complete
            and activity_date = (
                select max(activity_date) from engagement_days
                where window_days = 28 and is_complete
            )
        order by n_active_days
    """,
    columns={
        "n_active_days": "Active days",
        "n_users": "People",
        "share_active_users": "Share of the month's active",
    },
    says=says,
    draws=draws,
    reads="Everybody who was active in the 28 days that end with the release's last day. A second "
    "hump on the right is a habit.",
    empty="The history is shorter than 28 days.",
)
