"""The environment that every Airflow process of a home runs in; nothing here imports Airflow."""

import json
import os
import secrets
from datetime import timedelta
from pathlib import Path

from townsquare import openlineage
from townsquare.settings import DAGS, PLUGINS, PROJECT_ROOT, Home

USER = "admin"
WRITER_POOL = "townsquare_writer"


def task_defaults(owner: str = "operator") -> dict[str, object]:
    """What every task of every DAG shares: the writer's one slot, and a second try."""
    delay = timedelta(seconds=15)
    return {"owner": owner, "pool": WRITER_POOL, "retries": 1, "retry_delay": delay}


def environment(home: Home, port: int) -> dict[str, str]:
    """Variables for the scheduler, the DAG processor and the API server; values already set by
    the caller's own environment win, so that a server deployment can override each of them.
    """
    folder = home.airflow
    settings = {
        "CORE__DAGS_FOLDER": str(DAGS),
        "CORE__PLUGINS_FOLDER": str(PLUGINS),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__EXECUTOR": "workers.warm.WarmExecutor",
        "CORE__PARALLELISM": "3",
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(password_file(home)),
        "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder / 'airflow.db'}",
        "API__PORT": str(port),
        "API__HOST": "127.0.0.1",
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "API__WORKERS": "1",
        "API__SECRET_KEY": _secret(folder / "secret_key"),
        "API_AUTH__JWT_SECRET": _secret(folder / "jwt_secret"),
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "60",
        "LOGGING__BASE_LOG_FOLDER": str(folder / "logs"),
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    settings |= openlineage.airflow_settings(home)
    own = {f"AIRFLOW__{name}": value for name, value in settings.items()}
    return {
        "AIRFLOW_HOME": str(folder),
        **own,
        # dbt leaves semaphores to the end of its process, and Python tells that as an error.
        "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning",
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(PROJECT_ROOT), *_inherited_path()]),
        "TOWNSQUARE_HOME": str(home.root),
        "_AIRFLOW__SKIP_DATABASE_EXECUTOR_COMPATIBILITY_CHECK": "1",
    }


def _inherited_path() -> list[str]:
    return [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]


def password_file(home: Home) -> Path:
    """Where the password of the user `admin` is kept; only the home's owner can read it."""
    return home.airflow / "passwords.json"


def password(home: Home) -> str:
    """The password of the user `admin`, drawn at random when it is first wanted."""
    path = password_file(home)
    if not path.exists():
        _write_private(path, json.dumps({USER: secrets.token_urlsafe(16)}) + "\n")
    words: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return words[USER]


def _secret(path: Path) -> str:
    if not path.exists():
        _write_private(path, secrets.token_hex(32))
    return path.read_text(encoding="utf-8")


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
