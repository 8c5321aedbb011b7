"""Print answers: tables for people on a terminal, tab-separated lines for pipes, JSON where it is asked for."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from datetime import datetime
from decimal import Decimal
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:  # answering a SELECT must not wait for polars and Prefect
    from flows.doctor import Check
    from flows.run import Summary
    from warehouse.query import Answer

_SHOWN_ROWS = 1_000
"""Rows that a terminal shows of an answer; a pipe gets all of them."""

_LEAST_SECONDS = 0.05


def _out() -> Console:
    return Console(highlight=False)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _rounded(value: object) -> str:
    """Return a cell for people; a pipe gets every digit."""
    if isinstance(value, float | Decimal):
        return f"{value:.2f}" if abs(float(value)) >= 1 else f"{value:.4g}"
    return _cell(value)


def _print(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    console = _out()
    if not console.is_terminal:
        sys.stdout.write("\t".join(columns) + "\n")
        for row in rows:
            sys.stdout.write("\t".join(" ".join(_cell(value).split()) for value in row) + "\n")
        return
    table = Table(box=SIMPLE_HEAD, header_style="bold")
    shown = list(islice(rows, _SHOWN_ROWS + 1))
    for number, column in enumerate(columns):
        is_number = bool(shown) and isinstance(shown[0][number], int | float | Decimal)
        table.add_column(column, justify="right" if is_number else "left", overflow="fold")
    for row in shown[:_SHOWN_ROWS]:
        table.add_row(*(Text(_rounded(value)) for value in row))
    console.print(table)
    if len(shown) > _SHOWN_ROWS:
        sys.stderr.write(f"podlake: the first {_SHOWN_ROWS} rows; add LIMIT, or pipe the answer to see all\n")


def print_rows(answer: Answer) -> None:
    """Print the answer to a statement."""
    _print(answer.columns, answer.rows)


def _jsonable(value: object) -> object:
    """Return what JSON has for a value: null for NaN and infinity, and texts for what it does not know, also as keys."""
    if isinstance(value, dict):
        return {str(key): _jsonable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(inner) for inner in value]
    if isinstance(value, float | Decimal):
        return float(value) if isfinite(value) else None
    return value if value is None or isinstance(value, str | int) else str(value)


def print_rows_as_json(answer: Answer) -> None:
    """Print an array of row objects, a line a row, as they come; keys are ``Answer.keys``."""
    keys, separator = answer.keys, "["
    for row in answer.rows:
        record = json.dumps(dict(zip(keys, map(_jsonable, row), strict=True)), ensure_ascii=False)
        sys.stdout.write(f"{separator}\n  {record}")
        separator = ","
    sys.stdout.write("\n]\n" if separator == "," else "[]\n")


def print_rows_as_csv(answer: Answer) -> None:
    """Print a line of names, then a line a row, as they come; lists are JSON, times ISO 8601, null is nothing."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.columns)
    for row in answer.rows:
        writer.writerow(map(_field, row))


def _field(value: object) -> object:
    if isinstance(value, list | tuple | dict):
        return json.dumps(_jsonable(value), ensure_ascii=False)
    return value.isoformat() if isinstance(value, datetime) else value


@contextmanager
def written_to(target: Path | None) -> Iterator[None]:
    """Let what the block prints land in a file, whole or not at all; on standard output where none is named."""
    if target is None:
        yield
        return
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file, redirect_stdout(file):
            yield
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def print_table(rows: Sequence[Mapping[str, object]], *, empty: str) -> None:
    """Print records of equal keys as a table."""
    if rows:
        _print(list(rows[0]), [list(row.values()) for row in rows])
    else:
        sys.stderr.write(f"podlake: {empty}\n")


def print_records(rows: Sequence[Mapping[str, object]]) -> None:
    """Print records one below the other, a line a field."""
    for row in rows:
        width = max(map(len, row))
        for name, value in row.items():
            sys.stdout.write(f"{name:<{width}}  {_cell(value)}\n")
        sys.stdout.write("\n")


def print_summary(summary: Summary) -> None:
    """Print what came in, what landed, what was held back and why, and where the time went."""
    head = (
        f"run {summary.run_id}: {summary.documents} new or changed documents, {summary.unchanged} unchanged"
    )
    sys.stdout.write("\n".join((head, *_landed(summary))) + "\n")


def print_rebuild(summary: Summary) -> None:
    """Print what a rebuild read and landed, as of an ingest."""
    left = f", {summary.damaged} left as they are" if summary.damaged else ""
    head = f"run {summary.run_id}: {summary.documents} documents read back from the lake{left}"
    sys.stdout.write("\n".join((head, *_landed(summary))) + "\n")


def print_stale(stale: Mapping[str, int]) -> None:
    """Print how much is stale, and what mends it."""
    remedy = "; podlake reprocess rebuilds them from the lake's own texts" if stale["documents"] else ""
    sys.stdout.write(f"stale: {stale['documents']} documents, {stale['transcripts']} transcripts{remedy}\n")


def _landed(summary: Summary) -> list[str]:
    lines = [
        f"  read        {summary.bytes / 1e6:.1f} MB in {summary.batches} batches",
        f"  published   {summary.published} documents, {summary.rows} rows",
        f"  held back   {summary.quarantined} documents"
        + (f", {summary.rejected} in rejected batches" if summary.rejected else ""),
    ]
    lines += [f"              {count:>6}  {reason}" for reason, count in summary.held_back.items()]
    if summary.vanished:
        lines.append(
            f"  vanished    {summary.vanished} documents are gone from the source; their rows stay, marked"
        )
    spent = ", ".join(
        f"{name} {seconds:.1f}" for name, seconds in summary.cpu_seconds.items() if seconds >= _LEAST_SECONDS
    )
    lines.append(
        f"  time        {summary.seconds.get('total', 0):.1f} s; CPU seconds: {spent or 'none to speak of'}"
    )
    return lines


def print_status(status: Mapping[str, object]) -> None:
    """Print what is in the lake and its last runs."""
    for name in ("documents", "rows"):
        counts = status[name]
        if isinstance(counts, Mapping):
            sys.stdout.write(f"{name}: {', '.join(f'{count} {key}' for key, count in counts.items())}\n")
    stale = status["stale"]
    if isinstance(stale, Mapping):
        print_stale(stale)
    sys.stdout.write(
        f"{status['snapshots']} snapshots, the last of {_cell(status['last_change_at'])} in {status['lake']}\n"
    )
    runs = status["runs"]
    if isinstance(runs, list):
        print_table(runs, empty="no run has landed anything yet")


def print_dictionary(tables: Sequence[Mapping[str, object]]) -> None:
    """Print the data dictionary, a block a table."""
    for table in tables:
        sys.stdout.write(f"{table['table']}  {table['description']}\n")
        columns = table["columns"]
        if isinstance(columns, list):
            for column in columns:
                kind = f"{column['type']}{' null' if column['nullable'] else ''}"
                key = "*" if column["key"] else " "
                unit = f" [{column['unit']}]" if column["unit"] else ""
                sys.stdout.write(f" {key} {column['name']:<18} {kind:<29} {column['description']}{unit}\n")
        sys.stdout.write("\n")


def print_checks(checks: Sequence[Check]) -> None:
    """Print what doctor found."""
    for check in checks:
        sys.stdout.write(f"{'ok  ' if check.passed else 'FAIL'}  {check.name}: {check.detail}\n")
