"""Decides whether a challenger may be published and replaces the champion, and says why."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ml.declaration import Score
from ml.evaluation import Judged, Judgement
from ml.ledger import Word
from ml.metrics import Interval, auc, calibration_error

Floats = npt.NDArray[np.float64]

EQUAL_WITHIN = 0.005  # AUC; two models closer than this, with confidence, are equal


@dataclass(frozen=True)
class Decision:
    """What was decided about a challenger; the reason is a sentence for meta.promotions."""

    word: Word
    reason: str
    over_champion: Interval | None = None

    @property
    def promoted(self) -> bool:
        """Whether it is champion now."""
        return self.word is Word.PROMOTED

    @property
    def waits(self) -> bool:
        """Whether it has earned promotion, and a person is to judge it."""
        return self.word is Word.WAITING

    def left_to_a_person(self) -> "Decision":
        """The same where a person has the last word: what would be promoted waits."""
        return replace(self, word=Word.WAITING) if self.promoted else self


@dataclass(frozen=True)
class Rival:
    """The champion on the judged rows of the challenger."""

    version: str
    n_features: int
    predicted: Floats


def failed_gates(score: Score, judgement: Judgement) -> list[str]:
    """A sentence for each gate that does not hold; none means that the model may be published."""
    gates, failed = score.gates, []
    if judgement.over_baseline.low <= 0:
        failed.append(
            f"its AUC {judgement.auc} does not beat the best single feature "
            f"({judgement.baseline_name}: {judgement.baseline_auc})"
        )
    if judgement.calibration_error > gates.max_calibration_error:
        failed.append(
            f"its calibration error {judgement.calibration_error:.3f} is above "
            f"{gates.max_calibration_error:g}"
        )
    if judgement.lift.value < gates.min_lift:
        failed.append(f"its lift {judgement.lift.value:.2f} is below {gates.min_lift:g}")
    return failed


def decide(score: Score, judged: Judged, champion: Rival | None) -> Decision:
    """Promotion is earned: the gates first, then the champion on the same later rows."""
    failed = failed_gates(score, judged.judgement)
    if failed:
        return Decision(Word.REFUSED, "; ".join(failed))
    if champion is None:
        return Decision(Word.PROMOTED, f"the first to pass its gates, AUC {judged.judgement.auc}")
    return _against(score, judged, champion)


def _against(score: Score, judged: Judged, champion: Rival) -> Decision:
    labels = judged.rows.labels
    over = judged.resamples.difference(auc, judged.predicted, champion.predicted, labels)
    gained = f"AUC {over.value:+.4f} ({over.low:+.4f} to {over.high:+.4f}) over {champion.version}"
    if over.low > 0:
        return Decision(Word.PROMOTED, f"it wins: {gained}", over)
    equal = over.low > -EQUAL_WITHIN
    if equal and len(score.features) < champion.n_features:
        fewer = f"{len(score.features)} features for {champion.n_features}"
        return Decision(Word.PROMOTED, f"equal and simpler ({fewer}): {gained}", over)
    # A champion that no longer tells the truth may not stay only because it still ranks as well.
    error = calibration_error(champion.predicted, labels)
    if equal and error > score.gates.max_calibration_error:
        stale = f"whose calibration error is now {error:.3f}"
        return Decision(Word.PROMOTED, f"equal, and calibrated: {gained}, {stale}", over)
    return Decision(Word.KEPT, f"kept the champion: {gained} does not exclude zero", over)
