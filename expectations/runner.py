"""Run every rule over the tables of one batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from expectations import documents, profile, segments, sentences, sounds, transcripts, turns
from expectations.engine import Outcome, evaluate
from expectations.rules import History, RowRule, Rule, Suite, TableRule, Tables, in_order
from warehouse.contracts import RESULTS

SUITES: tuple[Suite, ...] = (
    documents.SUITE,
    transcripts.SUITE,
    turns.SUITE,
    sentences.SUITE,
    segments.SUITE,
    sounds.SUITE,
)
"""The suites of the staged tables, parents before children."""

FAILURES = pl.Schema({"row": pl.UInt32, "rule": pl.String, "detail": pl.String})

_RESULTS = {name: dtype for name, dtype in RESULTS.polars_schema.items() if name not in {"run_id", "batch"}}


@dataclass(frozen=True, slots=True)
class Audit:
    """What the rules say about one batch.

    Attributes:
        results: One row a rule, with the columns of ``quality.results`` but for the run and the batch.
        failures: For each table, the rows that break a critical rule: position, rule and detail.
        rejected: Why the batch as a whole must not land; None where it may.
    """

    results: pl.DataFrame
    failures: Mapping[str, pl.DataFrame]
    rejected: str | None


@dataclass(frozen=True, slots=True)
class _Finding:
    """The outcome of one rule on one table."""

    suite: Suite
    rule: Rule
    outcome: Outcome
    n_rows: int
    observed: float | None = None

    @property
    def status(self) -> str:
        if self.outcome.error is not None:
            return "errored"
        return "failed" if self.outcome.positions else "passed"


def catalogue() -> Iterator[tuple[str, Rule]]:
    """Yield every rule with the full name of its table."""
    for suite in (*SUITES, profile.SUITE):
        for rule in suite.rules:
            yield suite.table.full_name, rule


def audit(tables: Tables, history: History) -> Audit:
    """Hold the staged tables of one batch to every rule.

    A rule that raises is a result too, and rejects the batch: nothing lands unchecked.
    """
    findings = list(_table_findings(tables, history))
    for suite in SUITES:
        findings += _row_findings(suite, tables)
    return Audit(_results(findings), _failures(findings, tables), _rejection(findings))


def check_profile(rows: pl.DataFrame) -> pl.DataFrame:
    """Hold the profile of a run to its rules; its data have landed, so nothing is held back.

    Args:
        rows: Rows of ``quality.profile``.

    Returns:
        One row a rule, with the columns of ``quality.results`` but for the run and the batch.
    """
    return _results(_row_findings(profile.SUITE, {profile.SUITE.table.full_name: rows}))


def _table_findings(tables: Tables, history: History) -> Iterator[_Finding]:
    """Check the rules about whole tables: one number each, all in one frame of one row."""
    measured: dict[str, float | None] = {}
    outcomes: dict[str, Outcome] = {}
    rules = [
        (suite, rule, f"{suite.table.full_name} {rule.name}")
        for suite in SUITES
        for rule in suite.table_rules
    ]
    for _, rule, label in rules:
        try:
            measured[label] = rule.measure(tables, history)
        except Exception as error:  # noqa: BLE001  a rule that raises is a result, whatever it raises
            outcomes[label] = Outcome(error=_message(error))
    checked = {label: rule for _, rule, label in rules if label in measured}
    facts = pl.DataFrame(measured, dict.fromkeys(measured, pl.Float64))
    outcomes |= evaluate(checked, facts)
    for suite, rule, label in rules:
        n_rows = tables[suite.table.full_name].height
        yield _Finding(suite, rule, outcomes[label], n_rows, measured.get(label))


def _row_findings(suite: Suite, tables: Tables) -> Iterator[_Finding]:
    """Check the rules about each row of one table; a table without rows keeps every promise."""
    rules: dict[str, Rule] = {rule.name: rule for rule in suite.row_rules}
    n_rows = tables[suite.table.full_name].height
    try:
        found = _outcomes(rules, _measures(suite, tables)) if n_rows else {}
        outcomes = dict.fromkeys(rules, Outcome()) | found
    except Exception as error:  # noqa: BLE001  a rule that raises is a result, whatever it raises
        outcomes = dict.fromkeys(rules, Outcome(error=_message(error)))
    for name, rule in rules.items():
        yield _Finding(suite, rule, outcomes[name], n_rows)


def _outcomes(rules: Mapping[str, Rule], measures: pl.DataFrame) -> dict[str, Outcome]:
    """Evaluate the rules that apply to a row at least: each costs milliseconds, also where it looks at nothing."""
    asked = [name for name in rules if measures[name].null_count() < measures.height]
    return evaluate({name: rules[name] for name in asked}, measures.select(asked)) if asked else {}


def _measures(suite: Suite, tables: Tables) -> pl.DataFrame:
    """Return the number of each rule and row; NaN, missing to pandas, becomes a number out of bounds."""
    numbers = (rule.measure.cast(pl.Float64).alias(rule.name) for rule in suite.row_rules)
    out_of_bounds = {
        rule.name: float("inf") if rule.high is not None else float("-inf") for rule in suite.row_rules
    }
    return in_order(suite.frame(tables).select(numbers)).with_columns(
        pl.col(name).fill_nan(number) for name, number in out_of_bounds.items()
    )


def _message(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _results(findings: Iterable[_Finding]) -> pl.DataFrame:
    rows = [
        {
            "table_name": finding.suite.table.full_name,
            "rule": finding.rule.name,
            "column_name": finding.rule.column,
            "severity": finding.rule.severity,
            "status": finding.status,
            "n_rows": finding.n_rows,
            "n_unexpected": len(finding.outcome.positions),
            "observed": None if finding.observed is None else f"{finding.observed:g}",
            "why": finding.rule.why,
            "error": finding.outcome.error,
        }
        for finding in findings
    ]
    return pl.DataFrame(rows, _RESULTS)


def _failures(findings: Iterable[_Finding], tables: Tables) -> dict[str, pl.DataFrame]:
    """Collect the rows that break critical rules, with what was seen in them."""
    failures: dict[str, list[pl.DataFrame]] = {}
    for finding in findings:
        rule = finding.rule
        if isinstance(rule, RowRule) and rule.severity == "critical" and finding.outcome.positions:
            failed = _failed_rows(finding.suite, rule, finding.outcome, tables)
            failures.setdefault(finding.suite.table.full_name, []).append(failed)
    return {name: pl.concat(frames) for name, frames in failures.items()}


def _failed_rows(suite: Suite, rule: RowRule, outcome: Outcome, tables: Tables) -> pl.DataFrame:
    positions = pl.Series("row", outcome.positions, pl.UInt32)
    failed = suite.frame(tables).with_row_index("row").filter(pl.col("row").is_in(positions.implode()))
    detail = pl.format("{}: {}", rule.seen, pl.lit(rule.why))
    return in_order(failed.select("row", rule=pl.lit(rule.name), detail=detail))


def _rejection(findings: Iterable[_Finding]) -> str | None:
    """Name the first reason why the batch must not land, and how many more there are."""
    reasons = [_reason(finding) for finding in findings if _rejects(finding)]
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{reasons[0]}{more}" if reasons else None


def _rejects(finding: _Finding) -> bool:
    broken = finding.status == "failed" and finding.rule.severity == "critical"
    return finding.status == "errored" or (broken and isinstance(finding.rule, TableRule))


def _reason(finding: _Finding) -> str:
    name = f"{finding.suite.table.full_name} {finding.rule.name}"
    if finding.outcome.error is not None:
        return f"{name} could not be checked: {finding.outcome.error}"
    return f"{name} is {finding.observed:g} and must be {finding.rule.bounds}: {finding.rule.why}"
