"""What the operator decides about one network, read from network.yml, with working defaults."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    ValidationError,
    field_validator,
)

from townsquare.errors import TownsquareError
from townsquare.mistakes import first_mistake
from townsquare.settings import Home
from townsquare.whole import write_text


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Activity(_Declared):
    """Which events make a user active on a day; an empty list means none, null means every one."""

    content_kinds: list[str] | None = None
    verbs: list[str] | None = None
    messages: bool = True


class ConversionEvents(_Declared):
    """A conversion is a row of the contract table `conversions`."""

    source: Literal["conversions"] = "conversions"
    kinds: list[str] | None = None


class FirstContribution(_Declared):
    """A conversion is a registered user's first content."""

    source: Literal["first_contribution"] = "first_contribution"


class Windows(_Declared):
    """Spans of the definitions, in days unless the name says otherwise."""

    session_idle_minutes: PositiveInt = 30
    churn_active_days: PositiveInt = 28
    churn_horizon_days: PositiveInt = 28
    conversion_candidate_days: PositiveInt = 90
    conversion_horizon_days: PositiveInt = 28
    export_lag_hours: Annotated[int, Field(ge=0, le=48)] = 6


class FunnelStep(_Declared):
    """One step of a funnel: an event of one source, with some verbs or any."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    source: Literal[
        "registration", "contents", "interactions", "relations", "messages", "conversions"
    ]
    verbs: list[str] | None = None


class Funnel(_Declared):
    """Steps in their order; all of them count within window_days of the first."""

    window_days: Annotated[int, Field(ge=1, le=365)] = 28
    steps: Annotated[list[FunnelStep], Field(min_length=2)]

    @field_validator("steps")
    @classmethod
    def _names_differ(cls, steps: list[FunnelStep]) -> list[FunnelStep]:
        names = [step.name for step in steps]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"{min(twice)} names two steps")
        return steps


CONTRIBUTING = Funnel(
    steps=[
        FunnelStep(name="registered", source="registration"),
        FunnelStep(name="first_content", source="contents"),
        FunnelStep(name="second_content", source="contents"),
    ]
)
CONVERTING = Funnel(
    steps=[
        FunnelStep(name="registered", source="registration"),
        FunnelStep(name="interacted", source="interactions"),
        FunnelStep(name="converted", source="conversions"),
    ]
)


class Texts(_Declared):
    """How texts and images are read; docs/operator.md tells what each line does."""

    encoder: Path | None = None
    media: Path | None = None
    abstain_below: Annotated[float, Field(ge=0, le=1)] = 0.4
    image_weight: Annotated[float, Field(ge=0, le=1)] = 0.25
    trend_days: Annotated[int, Field(ge=28)] = 365
    trend_false_alarms: Annotated[float, Field(gt=0, lt=1)] = 0.01


class Alerts(_Declared):
    """Who is told when a run fails or lags; addresses of servers and secrets are no part of it."""

    email: list[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]] = []
    webhook: bool = False
    late_days: Annotated[int, Field(ge=0)] | None = None
    deadline_minutes: Annotated[float, Field(gt=0)] | None = None


class Network(_Declared):
    """What network.yml may say."""

    name: str = "plaza"
    adapter: str = "simulate"
    source: Path | None = None
    schedule: str | None = "30 0 * * *"
    activity: Activity = Activity()
    conversion: Annotated[ConversionEvents | FirstContribution, Field(discriminator="source")] = (
        ConversionEvents()
    )
    conversion_surfaces: list[str] = ["plans"]
    presence_awards: list[str] = []
    as_of_step_days: PositiveInt = 7
    history_days: PositiveInt = 3650
    windows: Windows = Windows()
    funnels: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Funnel] = {
        "contributing": CONTRIBUTING,
        "converting": CONVERTING,
    }

    texts: Texts = Texts()
    judged_by_a_person: list[str] = []
    alerts: Alerts = Alerts()
    keep_releases: PositiveInt = 14

    def dbt_vars(self, as_of: date) -> dict[str, object]:
        """The variables that dbt's models read; the only way time and decisions reach SQL."""
        return {
            "as_of": as_of.isoformat(),
            "network": self.name,
            "activity_content_kinds": self.activity.content_kinds,
            "activity_verbs": self.activity.verbs,
            "activity_messages": self.activity.messages,
            "conversion_source": self.conversion.source,
            "conversion_kinds": getattr(self.conversion, "kinds", None),
            "conversion_surfaces": self.conversion_surfaces,
            "presence_awards": self.presence_awards,
            "as_of_step_days": self.as_of_step_days,
            "history_days": self.history_days,
            "funnels": {name: funnel.model_dump() for name, funnel in self.funnels.items()},
            **self.windows.model_dump(),
        }


def read_network(home: Home) -> Network:
    """network.yml of this home, or the defaults where it has none."""
    path = home.network_file
    if not path.exists():
        return Network()
    try:
        return Network.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except yaml.YAMLError as error:
        raise TownsquareError(f"{path} is not YAML: {error}. Mend it or delete it.") from error
    except ValidationError as error:
        found = first_mistake(error)
        raise TownsquareError(
            f"{path}: {found.where} is {found.value!r}; {found.message}. "
            "Mend the line or remove it to get the default."
        ) from error


def write_network(home: Home, network: Network) -> None:
    """Write network.yml whole, or leave the old one."""
    text = yaml.safe_dump(network.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    write_text(home.network_file, text)
