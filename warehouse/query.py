"""Answer one SELECT of a person, who may read everything in the lake and change nothing anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from warehouse.contracts import TABLES
from warehouse.errors import QueryError
from warehouse.lake import connect, literal
from warehouse.models import VIEWS, views
from warehouse.settings import Settings

_FETCH_ROWS = 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """Names of the columns, and the rows as they come; the rows can be read once."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[object, ...]]


def query(settings: Settings, sql: str) -> Answer:
    """Run one SELECT (or DESCRIBE, SHOW, SUMMARIZE) on the read-only lake.

    Rows stream; one that cannot be computed raises when it is reached.

    Raises:
        QueryError: The statement is no single SELECT, or DuckDB refuses it.
        LakeError: There is no lake, or another podlake made it.
    """
    connection = connect(settings)
    _lock_down(connection, settings)
    try:
        statements = connection.extract_statements(sql)
        # EXPLAIN is left out: EXPLAIN ANALYZE COPY writes the file that it explains.
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            raise QueryError(
                "only one SELECT can be run", remedy="DESCRIBE, SHOW TABLES and SUMMARIZE work as well."
            )
        # A relation, unlike a cursor, does not compute the whole answer before its first row.
        relation = connection.sql(sql)
        return Answer(tuple(relation.columns), _rows(connection, relation))
    except duckdb.Error as error:
        raise _explained(error) from error


def _rows(
    connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation
) -> Iterator[tuple[object, ...]]:
    try:
        while rows := relation.fetchmany(_FETCH_ROWS):
            yield from rows
    except duckdb.Error as error:
        raise _explained(error) from error
    finally:
        connection.close()


def _lock_down(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Leave the connection nothing but the lake's own files, for good."""
    connection.execute(f"SET allowed_directories = [{literal(f'{settings.lake.resolve()}/')}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _explained(error: duckdb.Error) -> QueryError:
    """Keep the part of DuckDB's message that helps: what it is about, and the nearest names."""
    message = str(error).split("\n\nLINE")[0].split("\n\n")[0]
    what = " ".join(message.partition("Error: ")[2].split()) or message
    unknown_table = isinstance(error, duckdb.CatalogException) and what.startswith("Table with name")
    names = [*TABLES, *(f"{VIEWS}.{name}" for name in views())]
    return QueryError(what, remedy=f"Tables: {', '.join(names)}." if unknown_table else "")
