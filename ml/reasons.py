"""Says in words what moved a score, from the names of features and their values."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from townsquare.settings import DBT_PROJECT

Floats = npt.NDArray[np.float64]

TOP = 3
_WINDOW = re.compile(r"^(?P<what>.+)_(?P<days>\d+)d$")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def reasons(
    features: Sequence[str], values: Floats, contributions: Floats, phrases: dict[str, str]
) -> list[list[str]]:
    """The strongest contributions of each row, strongest first, each with its direction."""
    strongest = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :TOP]
    say = [phrase(name, phrases.get(name)) for name in features]
    told = []
    for row, columns in enumerate(strongest.tolist()):
        told.append(
            [
                f"{say[column](values[row, column])} "
                f"({'raises' if contributions[row, column] > 0 else 'lowers'} it)"
                for column in columns
                if contributions[row, column] != 0
            ]
        )
    return told


def read_phrases(folder: Path = DBT_PROJECT / "models" / "features") -> dict[str, str]:
    """The features whose yml has a `meta: {phrase: "... {value} ..."}`; other names say enough."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        declared = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER) or {}
        for model in declared.get("models") or []:
            for column in model.get("columns") or []:
                meta = (column.get("config") or {}).get("meta") or column.get("meta") or {}
                if "phrase" in meta:
                    found[column["name"]] = str(meta["phrase"])
    return found


def phrase(name: str, template: str | None = None) -> Callable[[float], str]:
    """A function from a value of this feature to words."""
    if template is not None:
        return lambda value: template.format(value=_number(value))
    windowed = _WINDOW.match(name)
    what = windowed["what"] if windowed else name
    within = f" in the last {windowed['days']} days" if windowed else ""
    kind, _, rest = what.partition("_")
    words = rest.replace("_", " ")
    if what.startswith("days_since_"):
        event = what.removeprefix("days_since_").replace("_", " ")
        return lambda value: (
            f"no {event} yet" if np.isnan(value) else f"{event} {_counted(value, 'days')} ago"
        )
    if kind == "n":
        return lambda value: f"{_counted(value, words)}{within}"
    if kind == "share":
        return lambda value: (
            f"no share of {words}{within}"
            if np.isnan(value)
            else f"{words} share {value:.0%}{within}"
        )
    if kind in ("is", "has"):
        return lambda value: _truth(kind, words, value) + within
    plain = what.replace("_", " ").replace("avg ", "average ")
    return lambda value: f"{plain} {_number(value)}{within}"


def _truth(kind: str, words: str, value: float) -> str:
    if np.isnan(value):
        return f"{words} unknown"
    positive, negative = {"is": ("is", "is not"), "has": ("has", "has no")}[kind]
    return f"{positive if value else negative} {words}"


def _counted(value: float, things: str) -> str:
    single = value == 1 and things.endswith("s") and not things.endswith("ss")
    return f"{_number(value)} {things[:-1] if single else things}"


def _number(value: float) -> str:
    if np.isnan(value):
        return "unknown"
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:.2g}"
