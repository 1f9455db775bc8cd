"""Which figures moved since the last release by more than they usually do."""

import altair as alt

from townsquare import words
from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Row, Rows, Section

FARTHEST = 3.0  # half widths of the usual range; what lies beyond stands at the edge


def says(rows: Rows) -> str:
    """The figures outside their usual range, by name."""
    odd = [words.figure_name(row["name"]) for row in rows if row["is_unusual"]]
    if not odd:
        return f"All {len(rows)} figures moved as they usually do"
    return f"{len(odd)} of {len(rows)} figures moved more than usual: {', '.join(odd)}"


def draws(rows: Rows) -> list[Panel]:
    """The usual range of each as a bar of one width, and where its change lies."""
    points = [_point(place, row) for place, row in enumerate(rows)]
    half = -(-len(points) // 2)
    return [Panel(_drawing(len(part)), part) for part in (points[:half], points[half:]) if part]


def _drawing(n_lines: int) -> alt.Chart | alt.LayerChart:
    scale = alt.Scale(domain=[-FARTHEST, FARTHEST], nice=False)
    chart, y = style.listed(n_lines), style.line_of_list()
    tips = [
        style.tip_text("figure", "Figure"),
        style.tip_text("before", "Last release"),
        style.tip_text("now", "Now"),
        style.tip_text("change", "Change"),
        style.tip_text("usual", "Usual"),
    ]
    ranges = chart.mark_bar(**style.BAR, color=style.GREY, opacity=0.3).encode(
        y=y, x=style.across("low", scale), x2="high:Q", tooltip=tips
    )
    dots = chart.mark_point(**style.DOT).encode(
        y=y,
        x=style.across("position", scale),
        tooltip=tips,
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=["usual", "unusual"], range=[style.BLUE, style.ORANGE]),
            legend=None,
        ),
    )
    names = style.line_label(chart, y, "figure", fontWeight="bold")
    beside = style.line_label(chart, y, "told", at_right=True)
    return style.finished(ranges + dots + names + beside)


def _point(place: int, row: Row) -> Row:
    low, high = row["usual_low"], row["usual_high"]
    middle, half = (low + high) / 2, (high - low) / 2
    off = row["change"] - middle
    position = off / half if half else (FARTHEST if off > 0 else -FARTHEST if off else 0.0)
    usual = words.span(row["name"], low, high)
    change = words.change(row["name"], row["change"])
    return {
        "order": place,
        "figure": words.sentence(words.figure_name(row["name"])),
        "before": words.figure(row["name"], row["value_before"]),
        "now": words.figure(row["name"], row["value"]),
        "change": change,
        "usual": usual,
        "told": f"{change} (usual {usual})",
        "position": max(min(position, FARTHEST), -FARTHEST),
        "low": -1,
        "high": 1,
        "kind": "unusual" if row["is_unusual"] else "usual",
    }


def shows(row: Row) -> Row:
    """The line of the table, every figure in its unit."""
    name = row["name"]
    then_and_now = {one: words.figure(name, row[one]) for one in ("value_before", "value")}
    moved = {one: words.change(name, row[one]) for one in ("change", "usual_low", "usual_high")}
    return {**row, **then_and_now, **moved}


CHART = Chart(
    question="Did anything move more than it usually does?",
    section=Section.MOVED,
    place=10,
    relations=("meta.changes",),
    query="""
        select
            name, before_as_of_date, value_before, value, change, usual_low, usual_high,
            n_compared, is_unusual
        from meta.changes
        where
            kind = 'metric'
            and usual_low is not null
            and not (change = 0 and usual_low = 0 and usual_high = 0)
        order by
            is_unusual desc,
            abs(change - (usual_low + usual_high) / 2) / nullif(usual_high - usual_low, 0) desc
            nulls last,
            name
    """,
    columns={
        "name": "Figure of daily_metrics",
        "before_as_of_date": "Last release, as of",
        "value_before": "Then",
        "value": "Now",
        "change": "Change",
        "usual_low": "Usual from",
        "usual_high": "Usual to",
        "n_compared": "Past changes",
        "is_unusual": "Unusual",
    },
    says=says,
    draws=draws,
    shows=shows,
    reads="The grey bar is the usual range, drawn as wide for every figure: 95 of 100 past changes "
    "over as many days, ending on the same weekday, lay within it. One in twenty falls outside by "
    "chance. Figures are those of each release's last day.",
    empty="This is the first release, or its history is too short to say what is usual, or it is "
    "as of the same day as the last one and tells the same.",
    is_wide=True,
)
