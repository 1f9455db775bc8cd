"""The private databases that dbt builds in: what of them is to be built, and the building of it."""

from townsquare.warehouse._building import LAYERS, build, build_shape
from townsquare.warehouse._dbt import invoke, parse
from townsquare.warehouse._places import STORAGE_VERSION, prepare
from townsquare.warehouse._planning import plan
from townsquare.warehouse._state import (
    built_as_of,
    built_sequence,
    finish,
    is_planned,
    known_sequence,
    planned_full,
)

__all__ = [
    "LAYERS",
    "STORAGE_VERSION",
    "build",
    "build_shape",
    "built_as_of",
    "built_sequence",
    "finish",
    "invoke",
    "is_planned",
    "known_sequence",
    "parse",
    "plan",
    "planned_full",
    "prepare",
]
