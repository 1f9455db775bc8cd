"""The plots of a model card, each a figure that says in words what it shows.

The same figures give the same bytes.
"""

import io
import re
from collections.abc import Callable, Sequence
from html import escape

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ml.evaluation import Judged, Segment
from townsquare import looks

Floats = npt.NDArray[np.float64]

OURS, THEIRS, PLAIN = looks.BLUE, looks.ORANGE, looks.GREY
_INK = "#010203"  # stands for the page's own ink, which matplotlib has no name for
_STYLE = {
    "svg.fonttype": "none",  # text stays text: small, and the reader's own font
    "svg.hashsalt": "townsquare",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _INK
    ),
    "axes.grid": True,
    "grid.color": looks.GREY,
    "grid.alpha": 0.25,
    "axes.axisbelow": True,
}
_POINTS = 400  # on a curve
# What is left out names vocabularies on the web, and a card needs nothing from outside.
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def calibration(judged: Judged) -> str:
    """Mean probability against the share that happened, by tenth of the users."""
    table = np.array(judged.judgement.calibration)

    def draw(axes: Axes) -> None:
        edge = max(0.05, float(table[:, :2].max()) * 1.05)
        axes.plot([0, edge], [0, edge], color=PLAIN, linewidth=1, linestyle="--")
        error = 1.96 * np.sqrt(table[:, 1] * (1 - table[:, 1]) / table[:, 2])
        axes.errorbar(table[:, 0], table[:, 1], error, fmt="o", color=OURS, markersize=4)
        axes.set(xlabel="probability given", ylabel="share that happened")

    told = "; ".join(f"{said:.1%} given, {seen:.1%} happened" for said, seen, _ in table)
    return _figure(draw, "Calibration by tenths", told)


def roc(judged: Judged) -> str:
    """True against false positives of the model and its baselines."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=PLAIN, linewidth=1, linestyle="--")
        for name, scores, colour in _rivals(judged):
            found = _found(scores, judged.rows.labels)
            axes.plot(*_thinned(found[:, 0], found[:, 1]), color=colour, label=name)
        axes.set(xlabel="share of the others flagged", ylabel="share of the positives found")
        axes.legend(frameon=False, loc="lower right")

    return _figure(draw, "ROC", f"area of this model {judged.judgement.auc}")


def precision_recall(judged: Judged) -> str:
    """Precision against recall of the model and its baselines."""

    def draw(axes: Axes) -> None:
        axes.axhline(judged.judgement.base_rate, color=PLAIN, linewidth=1, linestyle="--")
        for name, scores, colour in _rivals(judged):
            order = np.argsort(-scores, kind="stable")
            found = np.cumsum(judged.rows.labels[order])
            precision = found / np.arange(1, len(found) + 1)
            start = min(20, len(found) - 1)  # the first few rows are noise
            axes.plot(
                *_thinned(found[start:] / found[-1], precision[start:]), color=colour, label=name
            )
        axes.set(xlabel="share of the positives found", ylabel="share of the flagged that are")
        axes.legend(frameon=False, loc="lower left")

    told = f"average precision of this model {judged.judgement.average_precision}"
    return _figure(draw, "Precision and recall", told)


def distribution(judged: Judged, high: float, medium: float) -> str:
    """How the probabilities lie, by what happened, with the bands' edges."""

    def draw(axes: Axes) -> None:
        edges = np.linspace(0, max(float(judged.predicted.max()), high) * 1.01, 41)
        for outcome, name, colour in ((0, "did not happen", PLAIN), (1, "happened", OURS)):
            of_outcome = judged.predicted[judged.rows.labels == outcome]
            axes.hist(of_outcome, bins=edges.tolist(), color=colour, alpha=0.6, label=name)
        for edge in (medium, high):
            axes.axvline(edge, color=THEIRS, linewidth=1)
        axes.set(xlabel="probability given", ylabel="judged users")
        axes.legend(frameon=False)

    told = (
        f"{np.mean(judged.predicted >= high):.1%} at {high:g} or more, "
        f"{np.mean(judged.predicted < medium):.1%} below {medium:g}"
    )
    return _figure(draw, "Scores and bands", told)


def aucs(judged: Judged) -> str:
    """The AUC of the model and its baselines with their intervals."""
    told = judged.judgement
    rows = [
        ("best single feature", told.baseline_auc, PLAIN),
        ("logistic regression", told.logistic_auc, THEIRS),
        ("this model", told.auc, OURS),
    ]

    def draw(axes: Axes) -> None:
        for at, (_, interval, colour) in enumerate(rows):
            axes.plot([interval.low, interval.high], [at, at], color=colour, linewidth=2)
            axes.plot(interval.value, at, "o", color=colour)
        axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
        axes.set(xlabel="AUC, 95% interval", ylim=(-0.6, len(rows) - 0.4))

    shown = "; ".join(f"{name} {interval}" for name, interval, _ in reversed(rows))
    return _figure(draw, "Beside its baselines", shown)


def importance(features: Sequence[str], contributions: Floats) -> str:
    """How far each feature moves the log-odds of the judged users, on average."""
    strength = np.abs(contributions).mean(axis=0)
    top = np.argsort(strength)[-15:]

    def draw(axes: Axes) -> None:
        axes.barh(range(len(top)), strength[top], color=OURS)
        axes.set_yticks(range(len(top)), [features[index] for index in top], fontsize=7)
        axes.set(xlabel="mean absolute SHAP value (log-odds)")

    told = "strongest first: " + ", ".join(features[index] for index in reversed(top))
    return _figure(draw, "What moves it", told, height=3.6)


def segments(found: Sequence[Segment], overall: float) -> str:
    """AUC within thirds of the users."""

    def draw(axes: Axes) -> None:
        axes.axvline(overall, color=PLAIN, linewidth=1, linestyle="--")
        names = [f"{one.feature} {_range(one)} ({one.rows:,})" for one in found]
        axes.plot([one.auc for one in found], range(len(found)), "o", color=OURS)
        axes.set_yticks(range(len(found)), names, fontsize=7)
        axes.set(xlabel="AUC; dashed: everyone")

    told = "; ".join(f"{one.feature} {_range(one)}: {one.auc:.3f}" for one in found)
    return _figure(draw, "By segment", told, height=3.6)


def _range(segment: Segment) -> str:
    if np.isinf(segment.low):
        return f"up to {segment.high:.3g}"
    if np.isinf(segment.high):
        return f"above {segment.low:.3g}"
    return f"{segment.low:.3g} to {segment.high:.3g}"


def _rivals(judged: Judged) -> list[tuple[str, Floats, str]]:
    return [
        ("best single feature", judged.baseline, PLAIN),
        ("logistic regression", judged.logistic, THEIRS),
        ("this model", judged.predicted, OURS),
    ]


def _found(scores: Floats, labels: Floats) -> Floats:
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    ends = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])  # ties move together
    positives = np.cumsum(labels[order])[ends] / labels.sum()
    negatives = np.cumsum(1 - labels[order])[ends] / (1 - labels).sum()
    return np.column_stack([np.r_[0, negatives], np.r_[0, positives]])


def _thinned(across: Floats, up: Floats) -> tuple[Floats, Floats]:
    keep = np.unique(np.linspace(0, len(across) - 1, _POINTS).astype(int))
    return across[keep], up[keep]


def _figure(draw: Callable[[Axes], None], title: str, told: str, height: float = 3.0) -> str:
    with mpl.rc_context(_STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(4.8, height), layout="constrained")
        draw(figure.subplots())
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata=_NO_METADATA)
    drawn = text.getvalue()
    # Names of groups are the same in every plot, and a page may hold a name once.
    drawn = re.sub(r'<g id="[^"]*">', "<g>", drawn[drawn.index("<svg") :])
    drawn = drawn.replace(_INK, looks.INK).replace("<svg ", '<svg aria-hidden="true" ', 1)
    return (
        f'<figure class="half"><h3>{escape(title)}</h3><div class="drawing still" tabindex="0" '
        f'role="img" aria-label="{escape(f"{title}: {told}")}">{drawn}</div></figure>'
    )
