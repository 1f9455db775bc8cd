"""Ends with 0 if the Celery worker of this container answers when it is asked by way of the broker.

A worker that hangs, or that the broker has lost, still has a process and a server of logs; only an
answer shows that it takes tasks. Celery's own `inspect ping` would import all of Airflow to ask
the same, every half minute.
"""

import os
import sys

from celery import Celery

SECONDS = 5


def main() -> int:
    """Ask, and say."""
    asking = Celery(broker=os.environ["AIRFLOW__CELERY__BROKER_URL"])
    name = f"celery@{os.environ['HOSTNAME']}"
    return int(not asking.control.ping(destination=[name], timeout=SECONDS))


if __name__ == "__main__":
    sys.exit(main())
