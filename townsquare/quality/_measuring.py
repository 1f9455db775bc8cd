"""Turns a suite into the figures and limits of one candidate, or says what the suite misnames."""

from collections.abc import Iterable

from townsquare.errors import TownsquareError
from townsquare.quality import _drift, _profile, _volume
from townsquare.quality._rules import Batch, Rule
from townsquare.quality._source import Source
from townsquare.quality._suites import (
    FOLDER,
    Drift,
    Expectation,
    Freshness,
    History,
    Nulls,
    Range,
    Suite,
    Volume,
)


def measure(source: Source, suite: Suite) -> Batch:
    """The batch of one suite; an empty relation is judged by its being empty alone."""
    _refuse_unknown(source, suite)
    found = _profile.aggregate(source, suite)
    batch = Batch(suite.relation, [_profile.rows(suite, int(found["rows"]))])
    if found["rows"]:
        for place, one in enumerate(suite.expectations):
            batch.rules.append(_rule(source, suite, one, place, found))
    return batch


def _rule(
    source: Source, suite: Suite, one: Expectation, place: int, found: dict[str, object]
) -> Rule:
    match one:
        case Volume():
            return _volume.rule(source, suite, one)
        case Freshness():
            return _profile.freshness(source, suite, one)
        case Nulls():
            return _profile.nulls(suite, one, place, found)
        case Range():
            return _profile.value_range(suite, one, place, found)
        case Drift():
            return _drift.rule(source, suite, one)
        case History():
            return _profile.history(source, suite, one)


def _refuse_unknown(source: Source, suite: Suite) -> None:
    path = FOLDER / f"{suite.relation}.yml"
    if suite.relation not in source.columns:
        raise TownsquareError(
            f"{path} judges the relation {suite.relation}, which the candidate does not hold "
            f"(it holds {_listed(source.columns)}); rename the file or delete it."
        )
    unknown = sorted(suite.columns - source.columns[suite.relation].keys())
    if unknown:
        raise TownsquareError(
            f"{path} names the column {unknown[0]!r}, which {suite.relation} does not have "
            f"(it has {_listed(source.columns[suite.relation])}); mend the line."
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
