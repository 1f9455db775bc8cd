"""Holds the batches against their limits with Great Expectations, and has it draw the data docs."""

import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from townsquare.quality._checks import Check
from townsquare.quality._rules import Batch, Rule


def judge(batches: Sequence[Batch], docs: Path | None) -> list[Check]:
    """One check per rule; the pages that tell them are left in `docs`, where that is given."""
    with _quiet():
        context = _context()
        if docs:
            _add_site(context, docs)
        pandas = context.data_sources.add_pandas("candidate")
        checks = [check for batch in batches for check in _judge(context, pandas, batch)]
        if docs:
            context.build_data_docs()
    return checks


@contextmanager
def _quiet() -> Iterator[None]:
    """Great Expectations must neither phone home nor fill the task's log with its own notes."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logger.setLevel(level)


def _context() -> Any:
    """A context in memory; the default one would leave a folder in the temporary files."""
    import great_expectations as gx
    from great_expectations.data_context.types import base

    defaults = base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    config = base.DataContextConfig(store_backend_defaults=defaults, analytics_enabled=False)
    context: Any = gx.get_context(mode="ephemeral", project_config=config)
    context.variables.progress_bars = {"globally": False}
    return context


def _add_site(context: Any, docs: Path) -> None:
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)}
    site = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": store,
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "show_cta_footer": False},
    }
    context.add_data_docs_site("release", site)


def _judge(context: Any, pandas: Any, batch: Batch) -> Iterator[Check]:
    import great_expectations as gx

    asset = pandas.add_dataframe_asset(batch.relation)
    data = asset.add_batch_definition_whole_dataframe("candidate")
    expectations = [
        expectation
        for place, rule in enumerate(batch.rules)
        for expectation in _expectations(rule, place)
    ]
    suite = context.suites.add(gx.ExpectationSuite(name=batch.relation, expectations=expectations))
    definition = gx.ValidationDefinition(name=batch.relation, data=data, suite=suite)
    outcome = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": batch.frame},
        result_format={"result_format": "SUMMARY", "partial_unexpected_count": 5},
    )
    failed = {
        result.expectation_config.meta["place"] for result in outcome.results if not result.success
    }
    for place, rule in enumerate(batch.rules):
        yield _check(batch.relation, rule, success=place not in failed)


def _expectations(rule: Rule, place: int) -> Iterator[Any]:
    from great_expectations.expectations.core import (
        expect_column_pair_values_a_to_be_greater_than_b as pairs,
    )
    from great_expectations.expectations.core import expect_column_values_to_be_between as values

    meta = {"place": place}
    told: dict[str, Any] = {"severity": rule.severity, "meta": meta, "notes": rule.message}
    if rule.limits and len(rule.figures):
        figure, lowest, highest = rule.limits
        for more, less in ((figure, lowest), (highest, figure)):
            yield pairs.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=more, column_B=less, or_equal=True, **told
            )
    elif not rule.limits:
        for name in rule.figures:
            yield values.ExpectColumnValuesToBeBetween(
                column=str(name), min_value=rule.low, max_value=rule.high, **told
            )


def _check(relation: str, rule: Rule, success: bool) -> Check:
    return Check(
        gate="data",
        relation=relation,
        expectation=rule.expectation,
        column=rule.column,
        severity=rule.severity,
        success=success,
        observed=rule.observed,
        expected=rule.expected,
        message=rule.message,
    )
