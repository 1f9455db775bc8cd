"""Where the week's change in active people came from: the won, the brought back and the lost."""

from datetime import timedelta

import altair as alt

from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Row, Rows, Section

FLOWS = {"New": style.BLUE, "Came back": style.GREEN, "Lost": style.ORANGE}


def says(rows: Rows) -> str:
    """The newest week's sum."""
    last = rows[-1]
    net = last["n_new"] + last["n_resurrected"] - last["n_lost"]
    end = "as many as before"
    if net:
        end = f"{abs(net):,} {'more' if net > 0 else 'fewer'} active than the week before"
    return (
        f"{last['n_new']:,} new, {last['n_resurrected']:,} back after a pause, "
        f"{last['n_lost']:,} lost: {end}"
    )


def draws(rows: Rows) -> list[Panel]:
    """Whoever was won stands above the line, whoever was lost below it."""
    scale = alt.Scale(domain=list(FLOWS), range=list(FLOWS.values()))
    bars = (
        style.base(260)
        .mark_bar()
        .encode(
            x=style.dates("start_date"),
            x2="activity_date:T",
            y=style.amounts("top"),
            y2="foot:Q",
            color=alt.Color("flow:N", scale=scale),
            tooltip=[
                style.tip("activity_date", "Week to"),
                style.tip_text("flow", "Flow"),
                style.tip("people", "People"),
            ],
        )
    )
    zero = style.base(260).mark_rule(opacity=0.6).encode(y=alt.datum(0))
    return [Panel(style.finished(bars + zero), [bar for row in rows for bar in _bars(row)])]


def _bars(row: Row) -> list[Row]:
    """The bars of a week: flow, people, and from where to where it stands."""
    new, back, lost = row["n_new"], row["n_resurrected"], row["n_lost"]
    days = {
        "activity_date": row["activity_date"],
        "start_date": row["activity_date"] - timedelta(days=6),
    }
    flows = zip(FLOWS, (new, back, lost), ((0, new), (new, new + back), (0, -lost)), strict=True)
    return [
        {**days, "flow": flow, "people": people, "foot": foot, "top": top}
        for flow, people, (foot, top) in flows
    ]


CHART = Chart(
    question="Where did the change in active people come from?",
    section=Section.PEOPLE,
    place=20,
    relations=("lifecycle_days",),
    query="""
        with
        weeks as (
            select
                activity_date,
                sum(n_users) filter (where state = 'new') as n_new,
                sum(n_users) filter (where state = 'resurrected') as n_resurrected,
                sum(n_users) filter (where state = 'retained') as n_retained,
                sum(n_active_7_days_before) filter (where state = 'dormant') as n_lost
            from lifecycle_days
            where
                is_complete
                and (select max(activity_date) from lifecycle_days) - activity_date < 182
                and ((select max(activity_date) from lifecycle_days) - activity_date) % 7 = 0
            group by activity_date
        )
        select
            activity_date,
            cast(n_new as bigint) as n_new,
            cast(n_resurrected as bigint) as n_resurrected,
            cast(n_retained as bigint) as n_retained,
            cast(n_lost as bigint) as n_lost
        from weeks
        order by activity_date
    """,
    columns={
        "activity_date": "Week to",
        "n_new": "New",
        "n_resurrected": "Came back",
        "n_retained": "Stayed",
        "n_lost": "Lost",
    },
    says=says,
    draws=draws,
    reads="Weeks that end with the release's last day. New: active for the first time. Came back: "
    "active, but not in the week before. Lost: active in the week before, not in this one.",
    empty="The history is shorter than two weeks.",
)
