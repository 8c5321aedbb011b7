"""What a rule is: a number that polars derives, and the bounds that Great Expectations holds it to.

Every rule measures one number a row, or one number a table, and says between which bounds it lies.
A measure of null means that the rule does not apply; a measure that is not a number breaks it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from warehouse.contracts import Table

Severity = Literal["critical", "warning", "info"]
Tables = Mapping[str, pl.DataFrame]
"""The staged tables of one batch by full name; the rows of a transcript stand together, in their order."""


@dataclass(frozen=True, slots=True)
class History:
    """What the last runs landed together; zeros where nothing is known.

    Attributes:
        n_documents: Documents published.
        n_words: Words of their transcripts.
        n_bytes: Bytes of the documents.
    """

    n_documents: int = 0
    n_words: int = 0
    n_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """One promise about a table: what is looked at, how bad a breach is, and why it matters.

    Attributes:
        name: Name of the rule, unique in its table.
        column: Column that owns the rule.
        severity: Critical holds data back; warning and info are only recorded.
        why: Why the rule exists, in one line.
        low: Smallest number allowed; None for no limit.
        high: Largest number allowed; None for no limit.
    """

    name: str
    column: str
    severity: Severity
    why: str
    low: float | None = None
    high: float | None = None

    @property
    def bounds(self) -> str:
        """The allowed numbers, in words."""
        if self.low == self.high:
            return f"exactly {self.low:g}"
        limits = (("at least", self.low), ("at most", self.high))
        return " and ".join(f"{words} {limit:g}" for words, limit in limits if limit is not None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowRule(Rule):
    """A rule about each row.

    Attributes:
        measure: The number of a row, over the columns of the suite's frame.
        seen: What a breach looks like in that row, as text for the reader.
    """

    measure: pl.Expr
    seen: pl.Expr


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableRule(Rule):
    """A rule about a whole table.

    Attributes:
        measure: The number of the table in this batch; None where the rule does not apply.
    """

    measure: Callable[[Tables, History], float | None]


@dataclass(frozen=True, slots=True)
class Suite:
    """Every rule of one table.

    Attributes:
        table: The table.
        rules: Its rules, structure first.
        frame: The table's rows, in order, with the helper columns that the measures read.
    """

    table: Table
    rules: tuple[Rule, ...]
    frame: Callable[[Tables], pl.LazyFrame]

    @property
    def row_rules(self) -> tuple[RowRule, ...]:
        """The rules about each row."""
        return tuple(rule for rule in self.rules if isinstance(rule, RowRule))

    @property
    def table_rules(self) -> tuple[TableRule, ...]:
        """The rules about the whole table."""
        return tuple(rule for rule in self.rules if isinstance(rule, TableRule))


def said(*columns: str) -> pl.Expr:
    """Return the columns' names and values as one text, ``start_s 5.0, end_s 3.0``."""
    values = (pl.col(column).cast(pl.String).fill_null("missing") for column in columns)
    return pl.concat_str(
        (pl.format("{} {}", pl.lit(column), value) for column, value in zip(columns, values, strict=True)),
        separator=", ",
    )


def _missing(columns: list[str]) -> pl.Expr:
    """Return the names of the columns that are null in a row, as one text."""
    names = (pl.when(pl.col(column).is_null()).then(pl.lit(column)) for column in columns)
    return pl.format("missing {}", pl.concat_str(names, separator=", ", ignore_nulls=True))


def in_order(frame: pl.LazyFrame) -> pl.DataFrame:
    """Collect a suite's frame with its rows in the table's order.

    The engine that polars 2.1 picks by itself loses the order of a left join, even with
    ``maintain_order="left"``, in one run of four when a text is built from its columns.
    """
    return frame.collect(engine="in-memory")


def schema(table: Table) -> TableRule:
    """Return the rule that a frame has the contract's columns and types, in the contract's order."""

    def mismatches(tables: Tables, _history: History) -> float:
        declared, found = table.polars_schema, tables[table.full_name].schema
        astray = set(declared.items()) ^ set(found.items())
        return len(astray) or float(declared.names() != found.names())

    return TableRule(
        name="columns-as-declared",
        column=table.key[-1],
        severity="critical",
        why="rows of another shape cannot land in the table",
        high=0,
        low=0,
        measure=mismatches,
    )


def key_and_nulls(table: Table, key: pl.Expr | None = None) -> tuple[RowRule, RowRule]:
    """Return the rules that required columns are filled and that the key is unique.

    Every row of a shared key breaks the rule, since nothing tells which of them is right.

    Args:
        table: The table.
        key: One value for a row's key, where there is one that is cheaper to compare than its columns.
    """
    key = pl.struct(table.key) if key is None else key
    required = [column.name for column in table.columns if not column.nullable]
    return (
        RowRule(
            name="required-filled",
            column=table.key[-1],
            severity="critical",
            why="the contract promises a value in each of these columns",
            low=0,
            high=0,
            measure=pl.any_horizontal(pl.col(required).is_null()),
            seen=_missing(required),
        ),
        RowRule(
            name="key-unique",
            column=table.key[-1],
            severity="critical",
            why="DuckLake has no keys, so two rows of one key would both land",
            low=0,
            high=0,
            measure=pl.when(key.is_not_null()).then(key.is_duplicated()),
            seen=said(*table.key),
        ),
    )


def has_text(column: str) -> RowRule:
    """Return the rule that a text holds more than whitespace."""
    return RowRule(
        name=f"{column}-not-empty",
        column=column,
        severity="critical",
        why="a row without words says nothing and skews every count",
        low=1,
        measure=pl.col(column).str.strip_chars().str.len_bytes(),
        seen=pl.lit(f"{column} is blank"),
    )


def probability(column: str) -> RowRule:
    """Return the rule that a probability lies between 0 and 1."""
    return RowRule(
        name=f"{column.replace('_', '-')}-is-share",
        column=column,
        severity="critical",
        why="a probability outside 0 to 1 means that the model or its calibration is broken",
        low=0,
        high=1,
        measure=pl.col(column),
        seen=said(column),
    )
