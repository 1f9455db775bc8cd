"""What docker-compose.yml promises can be read in it."""

import re
from typing import Any

import compose
import pytest

SECRETS = {
    name: f"secret-of-{name.lower().replace('_', '-')}".ljust(64, "x")
    for name, operator in compose.variables(compose.FILE.read_text(encoding="utf-8")).items()
    if operator == ":?"
}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = compose.read(SECRETS)["services"]
    return found


def test_every_secret_must_be_given_and_has_no_default() -> None:
    text = compose.FILE.read_text(encoding="utf-8")
    assert {name for name in compose.variables(text) if re.search("PASSWORD|KEY|SECRET", name)} == (
        set(SECRETS)
    )
    for name in SECRETS:
        with pytest.raises(compose.MissingError, match=f"{name}: set it to a .* of your own"):
            compose.read({**SECRETS, name: ""})


def test_the_services_are_those_of_a_server(services: dict[str, Any]) -> None:
    assert set(services) == {
        "postgres", "redis", "mlflow", "init", "api-server", "scheduler", "dag-processor",
        "triggerer", "worker",
    }  # fmt: skip
    assert services["worker"]["deploy"]["replicas"] == 2
    assert services["postgres"]["environment"]["POSTGRES_PASSWORD"] == SECRETS["POSTGRES_PASSWORD"]


def test_every_service_is_limited_watched_and_not_root(services: dict[str, Any]) -> None:
    for name, told in services.items():
        user, group = told["user"].split(":")
        assert int(user) > 0 and int(group) > 0, name
        assert set(told["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name
        assert "no-new-privileges:true" in told["security_opt"], name
        assert not told.get("privileged"), name
        if name != "init":
            assert told["healthcheck"]["test"], name
            assert told["restart"] == "unless-stopped", name


def test_only_the_ui_and_the_serving_database_are_published_and_on_this_machine_alone(
    services: dict[str, Any],
) -> None:
    published = {name: told["ports"] for name, told in services.items() if told.get("ports")}
    assert published == {
        "postgres": ["127.0.0.1:5432:5432"], "api-server": ["127.0.0.1:8080:8080"],
    }  # fmt: skip


def test_what_is_mounted_is_there_and_what_is_kept_is_a_volume(services: dict[str, Any]) -> None:
    named = set(compose.read(SECRETS)["volumes"])
    mounted = [one for told in services.values() for one in told.get("volumes", [])]
    assert mounted
    for place in mounted:
        source = place.split(":")[0]
        if source.startswith("."):
            assert (compose.FILE.parent / source).is_file(), source
        else:
            assert source in named


def test_who_waits_for_whom_ends_at_what_is_there(services: dict[str, Any]) -> None:
    for name, told in services.items():
        for other, how in told.get("depends_on", {}).items():
            assert other in services, f"{name} waits for {other}"
            is_once = how["condition"] == "service_completed_successfully"
            assert is_once == (services[other]["restart"] == "no")
