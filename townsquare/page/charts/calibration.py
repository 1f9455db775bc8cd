"""Whether the probabilities of the models that speak came true on later days."""

import altair as alt

from townsquare import words
from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Row, Rows, Section, grouped


def says(rows: Rows) -> str:
    """How far probabilities were off, on average."""
    told = {str(row["score_name"]): f"{100 * row['calibration_error']:.1f} points" for row in rows}
    return "On average probabilities were off by " + ", ".join(
        f"{error} ({score})" for score, error in told.items()
    )


def draws(rows: Rows) -> list[Panel]:
    """A panel per score: what was said across, what happened up, and the line of the perfect."""
    return [
        Panel(_drawing(points), points, score)
        for score, group in grouped(rows, "score_name")
        if (points := [_point(row) for row in group])
    ]


def _point(row: Row) -> Row:
    low, high = words.wilson(row["share_happened"] * row["n_rows"], row["n_rows"])
    kept = {name: row[name] for name in ("avg_score", "share_happened", "n_rows")}
    return {**kept, "low": low, "high": high}


def _drawing(points: Rows) -> alt.Chart | alt.LayerChart:
    most = min(1.0, 1.08 * max(max(one["avg_score"], one["high"]) for one in points))
    scale = alt.Scale(domain=[0, most], nice=False)
    form = ".0%" if most > 0.1 else ".1~%"
    chart = style.base(260)
    x_axis = style.shares("probability given", grid=False, form=form)
    x = alt.X("avg_score:Q", scale=scale, axis=x_axis)
    y_axis = style.shares("share that happened", form=form)
    y = alt.Y("share_happened:Q", scale=scale, axis=y_axis)
    tips = [
        style.tip("avg_score", "Given", ".1%"),
        style.tip("share_happened", "Happened", ".1%"),
        style.tip("low", "95 % from", ".1%"),
        style.tip("high", "to", ".1%"),
        style.tip("n_rows", "Judged"),
    ]
    perfect = chart.mark_rule(strokeDash=[4, 4], opacity=0.5).encode(
        x=alt.datum(0, scale=scale), y=alt.datum(0, scale=scale),
        x2=alt.datum(most), y2=alt.datum(most),
    )  # fmt: skip
    spans = chart.mark_rule(color=style.BLUE, strokeWidth=2, opacity=0.5).encode(
        x=x, y=alt.Y("low:Q", scale=scale, axis=y_axis), y2="high:Q"
    )
    dots = chart.mark_point(filled=True, size=80, opacity=1, color=style.BLUE).encode(
        x=x, y=y, tooltip=tips
    )
    return style.finished(perfect + spans + dots)


CHART = Chart(
    question="Do the probabilities come true?",
    section=Section.SCORES,
    place=20,
    relations=("meta.calibration",),
    query="""
        select
            calibration.score_name, calibration.tenth, calibration.avg_score,
            calibration.share_happened, calibration.n_rows, model_versions.calibration_error
        from meta.calibration
        inner join meta.model_versions using (score_name, model_version)
        where model_versions.is_champion
        order by calibration.score_name, calibration.tenth
    """,
    columns={
        "score_name": "Score",
        "tenth": "Tenth",
        "avg_score": "Mean probability given",
        "share_happened": "Share that happened",
        "n_rows": "Judged",
    },
    says=says,
    draws=draws,
    reads="The model that speaks, on days later than any it has seen, by tenths of its "
    "probabilities; on the dashed line they came true exactly. The lines are 95 % intervals.",
    empty="No model speaks yet.",
    is_wide=True,
)
