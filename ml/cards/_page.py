"""Lays out a model card: what the model is for, what it was judged on, and what it cannot do."""

from collections.abc import Sequence
from html import escape
from string import Template

import numpy as np

from ml.cards import _plots
from ml.declaration import Score
from ml.drift import FALSE_ALARMS, Drift
from ml.evaluation import Judged
from ml.gates import Decision
from ml.reasons import read_phrases, reasons
from ml.registry import Version
from ml.training import Model
from townsquare.looks import stylesheet
from townsquare.whole import write_text

_EXPLAINED = 2000  # judged users whose contributions are averaged

_PAGE = Template(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>$title</title><style>
$style</style></head><body>
<a class="skip" href="#main">To the figures</a>
<header><h1>$title</h1><p class="as-of">$question</p><p class="verdict">$verdict</p></header>
<main id="main" tabindex="-1">
<section><h2>Figures on users it had never seen the outcomes of</h2>$figures
<div class="figures">$plots</div></section>
<section><h2>What it learned from</h2>$data</section>
<section><h2>Why it says so</h2><p>Every published score carries its three strongest reasons, from
the SHAP values of the trees. Three judged users, from the highest score to the lowest:</p>$reasons
</section>
<section><h2>Today beside its training</h2>$drift</section>
<section><h2>Limits</h2>$limits</section>
</main></body></html>
"""
)


def write_card(
    version: Version,
    score: Score,
    model: Model,
    judged: Judged,
    decision: Decision,
    drifts: Sequence[Drift],
) -> None:
    """Write card.html beside the model, whole."""
    explained = judged.rows.values[:_EXPLAINED]
    contributions = model.contributions(explained)
    told = judged.judgement
    plots = [
        _plots.aucs(judged),
        _plots.calibration(judged),
        _plots.roc(judged),
        _plots.precision_recall(judged),
        _plots.distribution(judged, score.bands.high, score.bands.medium),
        _plots.importance(model.features, contributions),
    ]
    if told.segments:
        plots.append(_plots.segments(told.segments, told.auc.value))
    page = _PAGE.substitute(
        style=stylesheet(),
        title=escape(f"{score.name} {version.name}"),
        question=escape(score.question),
        verdict=escape(f"{'Promoted' if decision.promoted else 'Not promoted'}: {decision.reason}"),
        figures=_figures(judged),
        plots="".join(plots),
        data=_data(version, score, model),
        reasons=_examples(model, judged),
        drift=_drift(drifts),
        limits=_limits(score),
    )
    write_text(version.card, page)


def _figures(judged: Judged) -> str:
    told = judged.judgement
    rows = [
        ("AUC", told.auc, told.logistic_auc, told.baseline_auc),
        ("Average precision", told.average_precision, "", f"{told.base_rate:.3f} (base rate)"),
        ("Brier score, lower is better", told.brier, "", f"{told.base_rate_brier:.3f} (base rate)"),
        ("Lift of the highest tenth", told.lift, "", "1 (base rate)"),
        (
            "Expected calibration error, 10 equal bins",
            f"{told.calibration_error:.3f}; a perfect one stays under {told.calibration_noise:.3f}",
            f"{told.logistic_calibration_error:.3f}",
            "",
        ),
        ("AUC gained by this model", "", told.over_logistic, told.over_baseline),
    ]
    heads = ("", "this model", "logistic regression", told.baseline_name)
    said = (
        f"<p>{told.n_judged:,} rows of {told.n_judged_users:,} users; {told.base_rate:.1%} of the "
        "outcomes happened. Intervals hold 95% of resamples of the users; gains are paired.</p>"
    )
    return said + _table("Figures", rows, heads)


def _data(version: Version, score: Score, model: Model) -> str:
    facts = version.facts
    purposes = (
        ("train", "to fit a first time"),
        ("valid", "to choose its size and calibration"),
        ("refit", "to fit at that size"),
        ("judge", "to judge"),
    )
    rows: list[tuple[object, ...]] = [("Owner", score.owner), ("Frame", score.frame)]
    rows.append(("Outcome", f"{score.label}: seen {score.horizon_days} days after as_of_date"))
    for part, purpose in purposes:
        days = facts["parts"][part]
        rows.append((f"As_of_dates {purpose}", f"{days[0]} to {days[-1]} ({len(days)})"))
    rows += [
        ("Gap before choosing and before judging", f"{score.horizon_days} days, one horizon"),
        ("Made as of", version.as_of),
        ("Rows to fit", f"{facts['n_trained']:,}"),
        ("Model", f"{score.model.kind}, {facts['n_trees']} trees, {len(model.features)} features"),
        ("Calibration", model.calibration.method),
        ("Data version", facts["data_version"]),
        ("Code version", facts["code_version"]),
        ("Features", ", ".join(model.features)),
    ]
    return _table("What it learned from", rows)


def _examples(model: Model, judged: Judged) -> str:
    order = np.argsort(-judged.predicted, kind="stable")
    shown = order[[0, len(order) // 2, len(order) - 1]]
    values = judged.rows.values[shown]
    told = reasons(model.features, values, model.contributions(values), read_phrases())
    heads = ("probability", "reasons, strongest first", "happened")
    rows = [
        (
            f"{judged.predicted[row]:.3f}",
            "; ".join(said),
            "yes" if judged.rows.labels[row] else "no",
        )
        for row, said in zip(shown, told, strict=True)
    ]
    return _table("Three judged users", rows, heads)


def _drift(drifts: Sequence[Drift]) -> str:
    drifted = sorted((one for one in drifts if one.is_drifted), key=lambda one: -one.statistic)
    said = (
        f"<p>{len(drifted)} of {len(drifts)} features differ between the last day trained on and "
        "the day the model was made: two-sample Kolmogorov-Smirnov tests on different users, "
        f"adjusted so that {FALSE_ALARMS:.0%} of comparisons without drift raise any alarm.</p>"
    )
    rows = [(one.quantity, f"{one.statistic:.3f}", f"{one.q_value:.2g}") for one in drifted[:10]]
    heads = ("feature", "distance", "adjusted p")
    return said + (_table("Features that differ", rows, heads) if rows else "")


def _limits(score: Score) -> str:
    general = (
        f"It says how likely the outcome is within {score.horizon_days} days of as_of_date, "
        f"for the users of {score.frame} only, and expires after {score.expires_days} days.",
        "It was judged on past days: where the network changes, so may its figures; watch drift.",
        "Reasons say what moved the model, not what would change the user.",
    )
    items = "".join(f"<li>{escape(limit)}</li>" for limit in (*score.limits, *general))
    return f"<ul>{items}</ul>"


def _table(name: str, rows: Sequence[Sequence[object]], heads: Sequence[str] = ()) -> str:
    """A table whose first column names its rows; it scrolls by itself on a narrow screen."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    lines = "".join(
        f'<tr><th scope="row">{escape(str(first))}</th>'
        + "".join(f"<td>{escape(str(cell))}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}"><table>'
        f"{f'<thead><tr>{head}</tr></thead>' if heads else ''}<tbody>{lines}</tbody></table></div>"
    )
