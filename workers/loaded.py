"""Importing this loads what tasks import; for programs that can be told no more than a module."""

from workers.warm import warm_up

warm_up()
