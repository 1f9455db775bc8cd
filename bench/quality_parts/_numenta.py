"""Numenta's Twitter series: the score beside peers, and what the choice of settings is worth."""

import json
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from bench.nab import Labelled, gain, normalise, score
from ml.trends._surprise import Settings, surprise

Floats = npt.NDArray[np.float64]
Row = dict[str, str]
Told = dict[str, list[Floats]]  # by setting: the anomaly scores of each series
PER_DAY = 288
TOWNSQUARE = "Townsquare"
SEARCHED = [
    Settings(level_days, tail, scales)
    for level_days, tail, scales in product(
        (1, 3, 7, 14), (0.01, 0.02, 0.05), ((1,), (2,), (3,), (1, 2), (1, 3), (2, 3), (1, 2, 3))
    )
]


def windowed_gaussian(counts: Floats) -> Floats:
    """Tail probability under the mean and deviation of the last 1,000 points (NAB's detector)."""
    past = pd.Series(counts).rolling(1000, min_periods=1)
    deviation = past.std(ddof=0).shift(1).replace(0.0, 1e-6)
    scaled = (pd.Series(counts) - past.mean().shift(1)) / deviation
    # The survival function on the log scale orders what would else all be 1.
    return np.nan_to_num(-norm.logsf(scaled.abs().to_numpy()))


def seasonal_esd(counts: Floats, most: float = 0.02) -> Floats:
    """
    S-H-ESD (Hochenbaum, Vallis and Kejariwal, 2017), which sees the whole series at once.

    The median of each fortnight and of each place in the day are taken off; the generalised ESD
    test on median and median absolute deviation ranks what is left.
    """
    series = pd.Series(counts)
    left = series - series.groupby(np.arange(len(series)) // (14 * PER_DAY)).transform("median")
    left -= left.groupby(np.arange(len(left)) % PER_DAY).transform("median")
    rest, at = left.to_numpy().copy(), np.arange(len(left))
    found = np.zeros(len(left))
    for taken in range(int(most * len(left))):
        middle = np.median(rest)
        spread = 1.4826 * np.median(np.abs(rest - middle)) or 1e-6
        worst = int(np.argmax(np.abs(rest - middle)))
        count = len(rest)
        quantile = student.ppf(1 - 0.05 / (2 * count), count - 2)
        critical = (count - 1) * quantile / np.sqrt((count - 2 + quantile**2) * count)
        if abs(rest[worst] - middle) / spread <= critical:
            break
        found[at[worst]] = 1.0 - taken / len(left)
        rest, at = np.delete(rest, worst), np.delete(at, worst)
    return found


def numenta(folder: Path) -> list[Row]:
    """NAB's normalised score of the standard profile, all series together, then held out."""
    labelled, counts = _series(folder)
    used = _told(counts, lambda one: surprise(one[:, None], PER_DAY)[:, 0])
    told = {
        TOWNSQUARE: used,
        "Windowed Gaussian": _told(counts, windowed_gaussian),
        "S-H-ESD (sees the whole series)": _told(counts, seasonal_esd),
        "says nothing": _told(counts, np.zeros_like),
    }
    searched = {
        str(each): _told(counts, lambda one, each=each: surprise(one[:, None], PER_DAY, each)[:, 0])
        for each in SEARCHED
    }
    what = f"NAB score, standard profile, {len(labelled)} Twitter series"
    by_others, own_threshold = held_out(labelled, searched)
    on_others = f"{what}, the threshold chosen on the other series"
    return [
        *(_row(what, who, score(labelled, each)[0]) for who, each in told.items()),
        _row(
            f"{what}, settings of {len(SEARCHED)} chosen on the others", TOWNSQUARE, own_threshold
        ),
        *(_row(on_others, who, held_out(labelled, {who: each})[0]) for who, each in told.items()),
        _row(f"{what}, settings and threshold chosen on the others", TOWNSQUARE, by_others),
    ]


def held_out(labelled: Sequence[Labelled], told: Told) -> tuple[float, float]:
    """The score where each series is judged by the setting that is best on all the others.

    First with the threshold of the others too, then with one threshold for what is so judged, as
    the benchmark chooses it.
    """
    gains, chosen = 0.0, []
    for out, series in enumerate(labelled):
        rest = [*labelled[:out], *labelled[out + 1 :]]
        scored = {name: score(rest, [*each[:out], *each[out + 1 :]]) for name, each in told.items()}
        best = max(scored, key=lambda name: scored[name][0])
        chosen.append(told[best][out])
        gains += gain(series, told[best][out], scored[best][1])
    windows = sum(len(series.windows) for series in labelled)
    return normalise(gains, windows), score(labelled, chosen)[0]


def _series(folder: Path) -> tuple[list[Labelled], list[Floats]]:
    windows = json.loads((folder / "windows.json").read_text(encoding="utf-8"))
    labelled, counts = [], []
    for name, spans in windows.items():
        table = pd.read_csv(folder / name, parse_dates=["timestamp"])
        rows = [tuple(table["timestamp"].searchsorted(pd.to_datetime(span))) for span in spans]
        labelled.append(Labelled(len(table), [(int(first), int(last)) for first, last in rows]))
        counts.append(table["value"].to_numpy(dtype=np.float64))
    return labelled, counts


def _told(counts: list[Floats], detector: Callable[[Floats], Floats]) -> list[Floats]:
    return [detector(one) for one in counts]


def _row(what: str, who: str, value: float) -> Row:
    return {"what": what, "who": who, "value": f"{value:.1f}"}
