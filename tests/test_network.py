from datetime import date
from pathlib import Path

import pytest

from townsquare.errors import TownsquareError
from townsquare.network import Network, read_network, write_network
from townsquare.settings import Home


def test_a_home_without_network_yml_gets_defaults_that_work(tmp_path: Path) -> None:
    assert read_network(Home(tmp_path)) == Network()


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    network = Network(name="travel", adapter="stackexchange", as_of_step_days=30)
    write_network(Home(tmp_path), network)
    assert read_network(Home(tmp_path)) == network


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("windows: {churn_horizon_days: soon}", "windows.churn_horizon_days is 'soon'"),
        ("shedule: never", "shedule is 'never'"),
        ("conversion: {source: luck}", "conversion"),
        ("name: [", "is not YAML"),
        ("funnels: {f: {steps: [{name: a, source: luck}]}}", "funnels.f.steps"),
        (
            "funnels: {f: {steps: [{name: a, source: contents}, {name: a, source: contents}]}}",
            "a names two steps",
        ),
    ],
)
def test_a_wrong_line_is_named_with_its_value_and_the_way_out(
    tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "network.yml").write_text(text)
    with pytest.raises(TownsquareError) as caught:
        read_network(Home(tmp_path))
    assert told in str(caught.value)
    assert "network.yml" in str(caught.value)
    assert "Mend" in str(caught.value)


def test_every_variable_of_the_dbt_project_comes_from_the_network() -> None:
    import yaml

    from townsquare.settings import DBT_PROJECT

    declared = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())["vars"]
    assert declared
    given = Network().dbt_vars(date(2025, 1, 1))
    assert set(declared) == set(given)
    assert {**given, "as_of": None} == declared
