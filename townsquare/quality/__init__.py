"""The gates over a candidate: contract, data (Great Expectations), model and release."""

from datetime import date
from pathlib import Path

from townsquare.network import Network
from townsquare.quality._checks import GATES, Check, read_results, write_results
from townsquare.quality._suites import FOLDER, Suite, read_suites
from townsquare.settings import Home

__all__ = [
    "GATES",
    "Check",
    "Suite",
    "check",
    "read_results",
    "read_suites",
    "write_results",
]


def check(
    home: Home, network: Network, candidate: Path, as_of: date, suites: Path = FOLDER
) -> list[Check]:
    """Everything that the gates find, failed or not; the data docs are left with the candidate."""
    from townsquare.quality import _docs, _expecting, _gates
    from townsquare.quality._measuring import measure
    from townsquare.quality._source import opened

    declared = read_suites(suites)
    with opened(home, network, candidate, as_of) as source:
        found = [*_gates.contract_gate(home, source), *_gates.model_gate(home, source)]
        found += _gates.release_gate(source, declared)
        there = [suite for suite in declared if suite.relation in source.columns]
        batches = [measure(source, suite) for suite in there]
    docs = candidate / "data_docs"
    found += _expecting.judge(batches, docs)
    found.sort(key=lambda one: (GATES.index(one.gate), one.name))
    _docs.finish(docs, candidate.name, found)
    return found
