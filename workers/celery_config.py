"""Celery as a server runs it: a worker has loaded what tasks import before it forks for them."""

from airflow.providers.celery.executors.default_celery import DEFAULT_CELERY_CONFIG

# Celery imports these in the worker itself, before its first fork, and nowhere else.
CONFIG = {**DEFAULT_CELERY_CONFIG, "imports": ["workers.loaded"]}
