"""Fill the named parameters of a statement, such as ``$year``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb

from warehouse.errors import QueryError
from warehouse.lake import literal


def filled(sql: str, values: Mapping[str, str]) -> str:
    """Return the statement with each ``$name`` replaced by its value as a quoted literal.

    DuckDB's own binding computes and keeps a whole answer before its first row (ten billion rows end the process), so
    the values become literals; and a literal, unlike a bound text, fits a number, a date or a LIMIT. DuckDB's own
    tokenizer finds the names, so ``'$year'`` in quotes or behind ``--`` stays what it is.

    Example:
        >>> filled("SELECT $x, '$x'", {"x": "it's"})
        "SELECT 'it''s', '$x'"

    Raises:
        QueryError: A parameter has no value, or a value has no parameter.
    """
    places = list(_places(sql))
    names = {name for _, name in places}
    if missing := sorted(names - values.keys()):
        raise QueryError(
            f"the parameter ${missing[0]} has no value", remedy=f"Add --param {missing[0]}=VALUE."
        )
    if unknown := sorted(values.keys() - names):
        raise QueryError(f"the statement has no parameter ${unknown[0]}", remedy="Look at --param.")
    parts, end = [], 0
    for start, name in places:
        parts += [sql[end:start], literal(values[name])]
        end = start + 1 + len(name)
    return "".join((*parts, sql[end:]))


def _places(sql: str) -> Iterator[tuple[int, str]]:
    """Yield where each ``$name`` starts in the statement; DuckDB counts bytes, Python characters."""
    if "$" not in sql:
        return
    encoded = sql.encode()
    kinds = {len(encoded[:offset].decode()): kind for offset, kind in duckdb.tokenize(sql)}
    for start, kind in kinds.items():
        if kind == duckdb.token_type.operator and sql[start] == "$" and start + 1 in kinds:
            name = _identifier(sql, start + 1)
            if name:
                yield start, name


def _identifier(sql: str, start: int) -> str:
    end = start
    while end < len(sql) and (sql[end].isalnum() or sql[end] == "_"):
        end += 1
    return sql[start:end]
