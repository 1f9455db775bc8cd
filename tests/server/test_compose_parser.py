"""Compose itself reads docker-compose.yml, and as the tests of its services do."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import compose
import pytest
import yaml
from test_compose_file import SECRETS

# Compose 2 stands alone or beside Docker; Debian's docker-compose 1 is what CI installs.
PLUGIN = "/usr/libexec/docker/cli-plugins/docker-compose"
COMPOSE = shutil.which("docker-compose") or shutil.which(PLUGIN)


def parse(folder: Path, secrets: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What Compose says to the file with no other environment than the secrets."""
    if COMPOSE is None:
        pytest.skip("no docker-compose on this machine: apt-get install docker-compose")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), **secrets}
    version = subprocess.run(
        [COMPOSE, "version", "--short"], env=env, capture_output=True, text=True, check=True
    )
    text = compose.FILE.read_text(encoding="utf-8")
    if version.stdout.startswith("1."):  # it has all of the specification but the project's name
        text = text.replace("\nname: townsquare\n", "\n")
    (folder / "docker-compose.yml").write_text(text, encoding="utf-8")
    return subprocess.run(
        [COMPOSE, "--file", "docker-compose.yml", "config"],
        env=env, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def plain(value: Any) -> Any:
    """Compose doubles each dollar of what it prints, so that it can be read once more."""
    return str(value).replace("$$", "$")


def test_compose_reads_the_file_as_these_tests_do(tmp_path: Path) -> None:
    answer = parse(tmp_path, SECRETS)
    assert answer.returncode == 0, answer.stderr
    theirs, ours = yaml.safe_load(answer.stdout)["services"], compose.read(SECRETS)["services"]
    assert set(theirs) == set(ours)
    for name, told in ours.items():
        seen = theirs[name]
        assert [plain(word) for word in seen.get("command") or []] == [
            str(word) for word in told.get("command", [])
        ], name
        assert {key: plain(value) for key, value in (seen.get("environment") or {}).items()} == {
            key: str(value) for key, value in told.get("environment", {}).items()
        }, name
        assert str(seen["user"]) == told["user"], name


@pytest.mark.parametrize("name", SECRETS)
def test_compose_starts_nothing_without_a_secret(name: str, tmp_path: Path) -> None:
    answer = parse(tmp_path, {key: value for key, value in SECRETS.items() if key != name})
    assert answer.returncode != 0
    assert "of your own" in answer.stderr
