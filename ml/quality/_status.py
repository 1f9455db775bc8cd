"""A content's standing, which it keeps until the evidence has clearly turned."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

GOOD, ORDINARY, POOR, UNRATED = "good", "ordinary", "poor", "unrated"
ENTER, LEAVE = 0.5, 0.2  # in standard deviations of quality among rated contents
FEWEST_RATERS = 5


def stand(quality: Floats, deviation: Floats, raters: Floats, before: pd.Series) -> list[str]:
    """
    Good or poor only when a standard error inside the bound, then so until past a lower one.

    `before` is the standing of the last run, null for a content that is new.
    """
    rated = raters >= FEWEST_RATERS
    spread = float(np.std(quality[rated])) if rated.any() else 1.0
    middle = float(np.mean(quality[rated])) if rated.any() else 0.0
    scaled, doubt = (quality - middle) / (spread or 1.0), deviation / (spread or 1.0)
    was = before.to_numpy(dtype=object)
    good = (scaled - doubt > ENTER) | ((was == GOOD) & (scaled > LEAVE))
    poor = (scaled + doubt < -ENTER) | ((was == POOR) & (scaled < -LEAVE))
    standing = np.where(good, GOOD, np.where(poor, POOR, ORDINARY))
    return list(np.where(rated, standing, UNRATED))
