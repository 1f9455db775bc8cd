"""dbt's own unit tests, which lie beside the models: daily runs leave them out, this runs them."""

import re

import pytest
from marts_world import END, START, land, random_world, run_dbt

from ml.scoring import prepare
from townsquare.settings import DBT_PROJECT, Home


def test_the_unit_tests_beside_the_models_hold(tmp_path_factory: pytest.TempPathFactory) -> None:
    declared = sum(
        path.read_text(encoding="utf-8").count("\n    model: ")
        for path in (DBT_PROJECT / "models").rglob("*.yml")
        if path.parent.name != "semantic"  # whose models are none of dbt's
    )
    home = Home(tmp_path_factory.mktemp("units"))
    land(random_world(seed=1), home, START, END)
    prepare(home)
    run_dbt(home, END, "run", "--full-refresh")

    told = run_dbt(home, END, "test", "--select", "test_type:unit")

    counted = re.search(r"Finished running (\d+) unit tests", told)
    assert counted is not None
    assert int(counted[1]) == declared > 20
