"""What a person decides about a score, read from ml/scores/<score>.yml; imports nothing heavy."""

import hashlib
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    ValidationError,
    field_validator,
    model_validator,
)

from townsquare.errors import TownsquareError
from townsquare.mistakes import first_mistake
from townsquare.network import Network
from townsquare.settings import SCORES

_HORIZON = re.compile(r"_next_(\d+)d$")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_FILLED = ("question", "label")

Share = Annotated[float, Field(ge=0, le=1)]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Split(_Declared):
    """
    How far each part may reach back; the gap between parts is always the horizon.

    To choose and to judge, the latest as_of_date alone is taken where it holds `min_positives` of
    both outcomes.
    """

    train_days: PositiveInt
    valid_days: PositiveInt = 1
    judge_days: PositiveInt = 1


class LightgbmBinary(_Declared):
    """A boosted classifier; a second kind of model makes `Score.model` a union on `kind`."""

    kind: Literal["lightgbm_binary"]
    params: dict[str, int | float | bool | str] = {}
    rounds: PositiveInt = 400
    patience: PositiveInt = 40

    @field_validator("params")
    @classmethod
    def _leave_what_repeats_a_run(cls, params: dict[str, Any]) -> dict[str, Any]:
        fixed = {"seed", "deterministic", "num_threads", "objective", "metric"} & set(params)
        if fixed:
            raise ValueError(f"{', '.join(sorted(fixed))} is fixed, so that a run can be repeated")
        return params


class BinaryGates(_Declared):
    """What must hold before a binary score is published; rows and positives before training."""

    min_rows: PositiveInt
    min_positives: PositiveInt
    min_lift: Annotated[float, Field(ge=1)] = 1.0
    max_calibration_error: Share
    max_single_feature_auc: Share = 0.99  # a feature this good alone has seen the future


class Bands(_Declared):
    """Calibrated probabilities at which a band begins; what is below `medium` is low."""

    high: Share
    medium: Share

    @model_validator(mode="after")
    def _high_is_above_medium(self) -> Self:
        if self.high <= self.medium:
            raise ValueError(f"high ({self.high}) must be above medium ({self.medium})")
        return self


class Score(_Declared):
    """One declaration; its name is the file's name."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    question: str
    owner: str
    frame: Annotated[str, Field(pattern=r"^frame_[a-z0-9_]+$")]
    grain: tuple[str, str]
    label: str
    features: Annotated[tuple[str, ...], Field(min_length=1)]
    split: Split
    model: LightgbmBinary
    gates: BinaryGates
    bands: Bands
    retrain_days: PositiveInt
    expires_days: PositiveInt
    segments: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @field_validator("grain")
    @classmethod
    def _ends_in_the_clock(cls, grain: tuple[str, str]) -> tuple[str, str]:
        if grain[1] != "as_of_date":
            raise ValueError("the grain is an entity and `as_of_date`, in this order")
        return grain

    @field_validator("label")
    @classmethod
    def _label_says_its_horizon(cls, label: str) -> str:
        if not _HORIZON.search(label):
            raise ValueError("a label ends in `_next_<n>d`, and n is its horizon in days")
        return label

    @field_validator("features")
    @classmethod
    def _features_look_back(cls, features: tuple[str, ...]) -> tuple[str, ...]:
        ahead = [name for name in features if "_next_" in name]
        if ahead:
            raise ValueError(f"{ahead[0]} looks ahead: a feature is never named `_next_`")
        twice = {name for name in features if features.count(name) > 1}
        if twice:
            raise ValueError(f"{min(twice)} is listed twice")
        return features

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        if set(self.grain) & set(self.features):
            raise ValueError("a column of the grain is no feature")
        unknown = set(self.segments) - set(self.features)
        if unknown:
            raise ValueError(f"the segment {min(unknown)} is not among the features")
        if self.expires_days > self.horizon_days:
            raise ValueError(f"a score of a {self.horizon_days}-day horizon cannot outlive it")
        return self

    @cached_property
    def horizon_days(self) -> int:
        """How far the label looks ahead, read from its name."""
        found = _HORIZON.search(self.label)
        assert found is not None  # the label was checked when it was read
        return int(found.group(1))

    @property
    def entity(self) -> str:
        """The column that names whom the score is about."""
        return self.grain[0]

    @cached_property
    def fingerprint(self) -> str:
        """Changes when anything that shapes the model does; words, bands and expiry do not."""
        shaping = {"frame", "grain", "label", "features", "split", "model", "gates"}
        text = self.model_dump_json(include=shaping)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _filled(text: str, network: Network) -> str:
    windows = network.windows.model_dump()

    def window(found: re.Match[str]) -> str:
        if found.group(1) not in windows:
            raise ValueError(f"{found.group(0)} is no window of network.yml ({', '.join(windows)})")
        return str(windows[found.group(1)])

    return _PLACEHOLDER.sub(window, text)


def load(path: Path, network: Network) -> Score:
    """The declaration in one file, its {placeholders} filled from the network's windows."""
    try:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(declared, dict):
            raise ValueError("it holds no keys")
        for key in _FILLED:
            if isinstance(declared.get(key), str):
                declared[key] = _filled(declared[key], network)
        return Score.model_validate({"name": path.stem, **declared})
    except ValidationError as error:
        found = first_mistake(error, "the declaration")
        raise TownsquareError(
            f"{path}: {found.where}: {found.message} "
            f"(it says {str(found.value)[:80]!r}); mend it as docs/scientist.md shows."
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise TownsquareError(f"{path} cannot be read: {error}. Mend the file.") from error


def load_all(network: Network, folder: Path = SCORES) -> tuple[Score, ...]:
    """Every declared score, by name; the folder is the list."""
    found = tuple(load(path, network) for path in sorted(folder.glob("*.yml")))
    unknown = set(network.judged_by_a_person) - {score.name for score in found}
    if unknown and folder == SCORES:
        raise TownsquareError(
            f"network.yml: judged_by_a_person names {min(unknown)!r}, which is no score; "
            f"known: {', '.join(score.name for score in found)}. Mend the line."
        )
    return found


def load_one(name: str, network: Network, folder: Path = SCORES) -> Score:
    """The declaration of one score, or a sentence that names the ones there are."""
    path = folder / f"{name}.yml"
    if not path.exists():
        known = ", ".join(sorted(found.stem for found in folder.glob("*.yml"))) or "none"
        raise TownsquareError(f"{path} does not exist: there is no score {name!r}; known: {known}.")
    return load(path, network)
