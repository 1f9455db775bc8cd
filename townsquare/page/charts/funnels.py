"""How far people get who enter a funnel."""

from collections.abc import Iterable

import altair as alt

from townsquare import words
from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Row, Rows, Section, grouped


def says(rows: Rows) -> str:
    """The last step of each funnel."""
    told = []
    for funnel, steps in _funnels(rows):
        last = steps[-1]
        part = words.share(last["share_of_entered"])
        told.append(f"{funnel}: {part} get to “{_name(last['step_name'])}”")
    return "; ".join(told)


def _funnels(rows: Rows) -> Iterable[tuple[str, list[Row]]]:
    for funnel, steps in grouped(rows, "funnel"):
        yield _name(funnel), steps


def _name(step: str) -> str:
    return step.replace("_", " ")


def draws(rows: Rows) -> list[Panel]:
    """A panel per funnel, a bar per step, narrower and narrower."""
    return [
        Panel(
            _drawing(len(steps)),
            [_point(place, step) for place, step in enumerate(steps)],
            f"{name}, within {words.plural(steps[0]['window_days'], 'day')}",
        )
        for name, steps in _funnels(rows)
    ]


def _drawing(n_steps: int) -> alt.Chart | alt.LayerChart:
    chart, y = style.listed(n_steps), style.line_of_list()
    scale = alt.Scale(domain=[0, 1])
    tips = [
        style.tip_text("name", "Step"),
        style.tip("n_users", "People"),
        style.tip("share_of_entered", "Of those who entered", ".1%"),
        style.tip("low", "95 % from", ".1%"),
        style.tip("high", "to", ".1%"),
        style.tip_text("hours", "Median hours since entry"),
    ]
    bars = chart.mark_bar(**style.BAR, color=style.BLUE).encode(
        y=y, x=style.across("share_of_entered", scale), tooltip=tips
    )
    spans = chart.mark_rule(yOffset=9, strokeWidth=2, opacity=0.7).encode(
        y=y, x=style.across("low", scale), x2="high:Q"
    )
    names = style.line_label(chart, y, "name")
    beside = style.line_label(chart, y, "told", at_right=True)
    return style.finished(bars + spans + names + beside)


def _point(place: int, step: Row) -> Row:
    low, high = words.wilson(step["n_users"], step["n_entered"])
    hours = step["median_hours_since_entry"]
    return {
        "order": place,
        "name": _name(step["step_name"]),
        "told": f"{step['n_users']:,}, {words.share(step['share_of_entered'])}",
        "n_users": step["n_users"],
        "share_of_entered": step["share_of_entered"],
        "low": low,
        "high": high,
        "hours": "" if hours is None else words.number(hours),
    }


CHART = Chart(
    question="How far do people get?",
    section=Section.FUNNELS,
    place=10,
    relations=("funnels",),
    query="""
        with
        newest as (
            select distinct funnel, cohort_date
            from funnels
            where is_complete
            qualify dense_rank() over (partition by funnel order by cohort_date desc) <= 12
        ),
        steps as (
            select
                funnels.funnel,
                funnels.step,
                funnels.step_name,
                any_value(funnels.window_days) as window_days,
                cast(sum(funnels.n_entered) as bigint) as n_entered,
                cast(sum(funnels.n_users) as bigint) as n_users,
                quantile_cont(funnels.median_hours_since_entry, 0.5) as median_hours_since_entry
            from funnels
            inner join newest using (funnel, cohort_date)
            where funnels.is_complete
            group by funnels.funnel, funnels.step, funnels.step_name
        )
        select *, n_users / n_entered as share_of_entered
        from steps
        where n_entered > 0
        order by funnel, step
    """,
    columns={
        "funnel": "Funnel",
        "step": "Step",
        "step_name": "What",
        "n_entered": "Entered",
        "n_users": "Reached it",
        "share_of_entered": "Of those who entered",
        "window_days": "Window, days",
    },
    says=says,
    draws=draws,
    reads="Everybody who entered in the last twelve weeks whose window is over; steps count in "
    "their order. The thin lines are 95 % intervals.",
    empty="No week of entry is complete yet.",
    is_wide=True,
)
