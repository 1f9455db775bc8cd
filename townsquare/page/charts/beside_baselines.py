"""How well each model ranks beside its baselines."""

import altair as alt

from townsquare.page import _style as style
from townsquare.page._chart import Chart, Panel, Row, Rows, Section, grouped

OURS = "This model"
NAMES = {"Logistic regression": "a logistic regression", "Best single feature": "one feature"}
COLOURS = {OURS: style.BLUE, "Logistic regression": style.ORANGE, "Best single feature": style.GREY}


def says(rows: Rows) -> str:
    """Each score's figure before the best of its baselines."""
    told = []
    for score, group in grouped(rows, "score_name"):
        figures = {row["what"]: row["auc"] for row in group}
        ours = figures.pop(OURS)
        best = max(figures, key=lambda what: figures[what])
        told.append(f"{score}: AUC {ours:.3f} beside {figures[best]:.3f} of {NAMES[best]}")
    return "; ".join(told)


def draws(rows: Rows) -> list[Panel]:
    """A panel per score: each figure with its interval."""
    return [
        Panel(_drawing(group), [_point(row) for row in group], score)
        for score, group in grouped(rows, "score_name")
    ]


def _point(row: Row) -> Row:
    names = ("what", "auc", "auc_low", "auc_high")
    told = f"{row['auc']:.3f} ({row['auc_low']:.3f} to {row['auc_high']:.3f})"
    return {**{name: row[name] for name in names}, "order": row["place"], "told": told}


def _drawing(rows: Rows) -> alt.Chart | alt.LayerChart:
    chart, y = style.listed(len(rows)), style.line_of_list()
    scale = alt.Scale(zero=False, nice=True)
    axis = alt.Axis(title="AUC", format=".2f", tickCount=4)
    colour = alt.Color(
        "what:N",
        scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
        legend=None,
    )
    spans = chart.mark_bar(**style.BAR, opacity=0.35).encode(
        y=y, x=alt.X("auc_low:Q", scale=scale, axis=axis), x2="auc_high:Q", color=colour
    )
    dots = chart.mark_point(**style.DOT).encode(
        y=y, x=alt.X("auc:Q", scale=scale), color=colour, tooltip=[style.tip_text("told", "AUC")]
    )
    names = style.line_label(chart, y, "what")
    beside = style.line_label(chart, y, "told", at_right=True)
    return style.finished(spans + dots + names + beside)


CHART = Chart(
    question="Do the models know more than a simple rule?",
    section=Section.SCORES,
    place=30,
    relations=("meta.model_versions",),
    query="""
        select score_name, 0 as place, 'This model' as what, auc, auc_low, auc_high
        from meta.model_versions where is_champion
        union all
        select score_name, 1, 'Logistic regression', logistic_auc, logistic_auc_low,
            logistic_auc_high
        from meta.model_versions where is_champion
        union all
        select score_name, 2, 'Best single feature', baseline_auc, baseline_auc_low,
            baseline_auc_high
        from meta.model_versions where is_champion
        order by score_name, place
    """,
    columns={
        "score_name": "Score",
        "what": "What",
        "auc": "AUC",
        "auc_low": "95 % from",
        "auc_high": "to",
    },
    says=says,
    draws=draws,
    reads="The chance that somebody for whom it came true stands above somebody for whom it did "
    "not, on later days; 0.5 is chance. Each with the 95 % interval of resamples of the users.",
    empty="No model speaks yet.",
    is_wide=True,
)
