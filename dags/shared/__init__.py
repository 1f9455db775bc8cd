"""What several DAG files are made of: the assets that they hand over by, and the tasks they share.

A module here gives no DAG of its own; `.airflowignore` keeps Airflow from looking for one.
"""

from inspect import cleandoc

from airflow.sdk import DAG, Asset

from dags.shared._asking import CHALLENGERS, CHALLENGES, ask_about
from dags.shared._layers import build_layer
from dags.shared._publishing import RELEASE, check_gates, publish_release
from dags.shared._reasons import why
from dags.shared._serving import then_serve
from dags.shared._telling import asked, deadline, defaults, late_data

MODELS = Asset("townsquare_models")

__all__ = [
    "CHALLENGERS",
    "CHALLENGES",
    "MODELS",
    "RELEASE",
    "ask_about",
    "asked",
    "build_layer",
    "check_gates",
    "deadline",
    "defaults",
    "late_data",
    "publish_release",
    "why",
    "show_docs",
    "then_serve",
]


def show_docs(dag: DAG) -> None:
    """Take the indent out of the tasks' docstrings, which Markdown would take for code."""
    for task in dag.tasks:
        task.doc_md = cleandoc(task.doc_md or "")
