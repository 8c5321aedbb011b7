"""Great Expectations at batch speed: one context a process, numbers only, positions only for what failed.

Importing Great Expectations takes seconds of CPU, so it happens inside the functions that need it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import polars as pl

from expectations.rules import Rule

if TYPE_CHECKING:
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.datasource.fluent.interfaces import Batch
    from great_expectations.expectations.core.expect_column_values_to_be_between import (
        ExpectColumnValuesToBeBetween,
    )

_PASS_OR_FAIL = {"result_format": "BOOLEAN_ONLY"}
_EVERY_POSITION = {"result_format": "COMPLETE", "exclude_unexpected_values": True}
_TURN = Lock()
"""The context's engine holds one current frame, so threads take turns."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Great Expectations says about one rule.

    Attributes:
        positions: Rows that break the rule.
        error: What the rule raised; None where it could be checked.
    """

    positions: tuple[int, ...] = ()
    error: str | None = None


def evaluate(rules: Mapping[str, Rule], measures: pl.DataFrame) -> dict[str, Outcome]:
    """Hold each column of ``measures`` to the bounds of the rule of the same name.

    A first look only tells passed from failed, at half the cost; rules that did not pass are looked
    at again for the position of every row that breaks them. A rule that raises is an outcome.
    """
    with _TURN:
        batch = _frames().get_batch({"dataframe": measures.to_pandas()})
        passed = {name for name, result in _look(batch, rules, _PASS_OR_FAIL).items() if result.success}
        suspects = {name: rule for name, rule in rules.items() if name not in passed}
        found = _look(batch, suspects, _EVERY_POSITION) if suspects else {}
    return {name: _outcome(found[name]) if name in found else Outcome() for name in rules}


def _look(
    batch: Batch, rules: Mapping[str, Rule], result_format: dict[str, Any]
) -> dict[str, ExpectationValidationResult]:
    from great_expectations import ExpectationSuite  # noqa: PLC0415  takes seconds

    suite = ExpectationSuite("rules", expectations=[_expectation(name, rule) for name, rule in rules.items()])
    validation = batch.validate(suite, result_format=result_format)
    configured = ((result.expectation_config, result) for result in validation.results)
    return {str(config.kwargs["column"]): result for config, result in configured if config}


def _outcome(result: ExpectationValidationResult) -> Outcome:
    error = _raised(result.exception_info)
    return Outcome(error=error) if error else Outcome(tuple(result.result["unexpected_index_list"]))


def _raised(info: Any) -> str | None:
    """Return what a rule raised; the information comes flat, or once for each metric that failed."""
    reports = [info] if "raised_exception" in info else list(info.values())
    messages = {str(report["exception_message"]) for report in reports if report["raised_exception"]}
    return "; ".join(sorted(messages)) or None


@cache
def _frames() -> BatchDefinition[Any]:
    """Return the process's one place to put frames into; it reports to nobody and logs no small talk."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx  # noqa: PLC0415  takes seconds
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415  takes seconds

    # This one sets its own level when it is imported.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return (
        context.data_sources.add_pandas("lake")
        .add_dataframe_asset("frame")
        .add_batch_definition_whole_dataframe("all")
    )


@cache
def _expectation_class() -> type[ExpectColumnValuesToBeBetween]:
    from great_expectations.compatibility.pydantic import PrivateAttr  # noqa: PLC0415  takes seconds
    from great_expectations.expectations import core  # noqa: PLC0415  takes seconds

    class ExpectMeasureToBeBetween(core.expect_column_values_to_be_between.ExpectColumnValuesToBeBetween):
        """The same expectation, which builds its configuration once instead of a hundred times a look."""

        _configuration: Any = PrivateAttr(None)

        @property
        def configuration(self) -> Any:
            if self._configuration is None:
                self._configuration = super().configuration
            return self._configuration

    return ExpectMeasureToBeBetween


@cache
def _expectation(name: str, rule: Rule) -> ExpectColumnValuesToBeBetween:
    from great_expectations.expectations.metadata_types import FailureSeverity  # noqa: PLC0415  takes seconds

    return _expectation_class()(
        column=name,
        min_value=rule.low,
        max_value=rule.high,
        severity=FailureSeverity(rule.severity),
        meta={"why": rule.why},
    )
