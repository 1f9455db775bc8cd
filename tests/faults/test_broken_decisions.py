"""A network.yml that breaks in the midst of a run stops each step and harms nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ml import daily, learners
from townsquare import steps
from townsquare.errors import TownsquareError
from townsquare.network import Network, write_network
from townsquare.settings import Home

DAY = "2025-07-01"
STEPS: dict[str, Callable[[Home], object]] = {
    "land": lambda home: steps.land(home, DAY),
    "build": lambda home: steps.build(home, "warehouse", DAY),
    "enrich": lambda home: learners.enrich(home, DAY),
    "learn": lambda home: daily.learn_all(home, DAY),
    "audit": lambda home: steps.audit(home, DAY),
    "publish": lambda home: steps.publish(home, f"{DAY}.1"),
}
BREAKS = {
    "cut in a word": ("name: plaza\nactiv", "is not YAML"),
    "cut in a list": ("activity: {verbs: [like, ", "is not YAML"),
    "a number that is none": ("keep_releases: many\n", "keep_releases is 'many'"),
    "a line too many": ("keep_release: 3\n", "keep_release"),
}


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_names_the_file_and_the_line(step: str, how: str, tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_network(home, Network())
    text, told = BREAKS[how]
    home.network_file.write_text(text)

    with pytest.raises(TownsquareError, match=rf"network\.yml.*({told}).*Mend"):
        STEPS[step](home)

    assert not home.current.exists()
    assert not home.warehouse.exists()
