"""
The only file that talks to MLflow: one run and one registered version per training, one alias.

Importing MLflow and opening its store costs seconds, so it happens only where something is written;
who is champion is asked of its SQLite file directly.
"""

import os
import sqlite3
import warnings
from contextlib import closing
from typing import TYPE_CHECKING

from townsquare.errors import TownsquareError
from townsquare.settings import Home

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

    from ml.declaration import Score
    from ml.gates import Decision
    from ml.registry import Version

ALIAS = "champion"

_ASK = """
    select tags.value
    from registered_model_aliases as aliases
    inner join model_version_tags as tags
        on tags.name = aliases.name and tags.version = aliases.version
    where aliases.name = ? and aliases.alias = ? and tags.key = 'model_version'
"""


def aliased(home: Home, score_name: str) -> str | None:
    """The version that the alias `champion` points at, or None."""
    if _server():
        return _aliased_by_server(home, score_name)
    path = home.models / "mlflow.db"
    if not path.exists():
        return None
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        try:
            found = store.execute(_ASK, (score_name, ALIAS)).fetchone()
        except sqlite3.OperationalError as error:
            raise TownsquareError(
                f"{path} is no MLflow store ({error}); restore it, or move it away to start anew."
            ) from error
    return str(found[0]) if found else None


def register(home: Home, score: "Score", version: "Version", decision: "Decision") -> None:
    """Log a training as a run of the experiment named after the score, and register its version."""
    client = _client(home)
    if _number(client, score.name, version.name) is not None:
        return
    from mlflow.entities import Metric, Param

    at = int(version.folder.stat().st_mtime * 1000)
    run = client.create_run(
        _experiment(client, home, score.name),
        run_name=version.name,
        tags={"model_version": version.name, "decision": decision.reason[:500]},
    ).info.run_id
    figures = version.facts["figures"]
    params = {**score.model.params, "features": len(score.features), "label": score.label}
    for key in ("as_of_date", "data_version", "code_version", "n_trees"):
        params[key] = version.facts[key]
    client.log_batch(
        run,
        metrics=[Metric(name, value, at, 0) for name, value in figures.items()],
        params=[Param(name, str(value)) for name, value in params.items()],
    )
    client.log_artifact(run, str(version.card))
    client.set_terminated(run)
    client.create_model_version(
        score.name, str(version.folder), run, tags={"model_version": version.name}
    )


def point(home: Home, score_name: str, name: str) -> None:
    """Move the alias to a registered version."""
    client = _client(home)
    number = _number(client, score_name, name)
    if number is None:
        raise TownsquareError(f"MLflow knows no version {name} of {score_name}; train it anew.")
    client.set_registered_model_alias(score_name, ALIAS, number)


def _server() -> str | None:
    return os.environ.get("MLFLOW_TRACKING_URI")


def _client(home: Home) -> "MlflowClient":
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    store = _server() or f"sqlite:///{home.models / 'mlflow.db'}"
    with warnings.catch_warnings():  # MLflow's own code uses what SQLAlchemy is about to drop
        warnings.simplefilter("ignore", DeprecationWarning)
        from mlflow.tracking import MlflowClient

        return MlflowClient(tracking_uri=store, registry_uri=store)


def _experiment(client: "MlflowClient", home: Home, score_name: str) -> str:
    found = client.get_experiment_by_name(score_name)
    if found is not None:
        return str(found.experiment_id)
    folder = None if _server() else (home.models / "mlflow").as_uri()
    return str(client.create_experiment(score_name, artifact_location=folder))


def _number(client: "MlflowClient", score_name: str, name: str) -> str | None:
    """MLflow's own number of a version; the registered model is made where it is missing."""
    if not client.search_registered_models(f"name = '{score_name}'"):
        client.create_registered_model(score_name)
    found = client.search_model_versions(f"name = '{score_name}' and tag.model_version = '{name}'")
    return str(found[0].version) if found else None


def _aliased_by_server(home: Home, score_name: str) -> str | None:
    from mlflow.exceptions import MlflowException

    try:
        version = _client(home).get_model_version_by_alias(score_name, ALIAS)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise
    return str(version.tags["model_version"])
