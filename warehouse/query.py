"""Answer one SELECT of a person, who may read everything in the lake and change nothing anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import orjson
import pyarrow.parquet as pq

from warehouse.contracts import TABLES
from warehouse.errors import QueryError
from warehouse.lake import Moment, connect, literal
from warehouse.models import VIEWS, views
from warehouse.parameters import filled
from warehouse.settings import Settings

_FETCH_ROWS = 1024
_GROUP_ROWS = 100_000
_NO_SELECT = "only one SELECT can be run"
_SELECTS = "DESCRIBE, SHOW TABLES and SUMMARIZE work as well."
_READING = frozenset(
    [
        *("generate_series", "json_each", "json_tree", "range", "repeat", "unnest"),
        *(
            f"{prefix}{name}"
            for prefix in ("", "ducklake_")
            for name in (
                *(
                    "current_snapshot",
                    "last_committed_snapshot",
                    "list_files",
                    "options",
                    "settings",
                    "snapshots",
                ),
                *("table_changes", "table_deletions", "table_info", "table_insertions"),
            )
        ),
    ]
)
"""Table functions that only read, those of DuckLake under both of their names; ``duckdb_*`` tell of the catalog."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Names of the columns, and the rows as they come; the rows can be read once."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[object, ...]]

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the columns for records: of those of one name, later ones are numbered, ``title`` and ``title_2``."""
        keys: list[str] = []
        for column in self.columns:
            numbered = (column, *(f"{column}_{number}" for number in range(2, len(self.columns) + 2)))
            keys.append(next(key for key in numbered if key not in keys))
        return tuple(keys)


def query(
    settings: Settings,
    sql: str,
    parameters: Mapping[str, str] | None = None,
    *,
    at: Moment | None = None,
    memory_bytes: int | None = None,
) -> Answer:
    """Run one SELECT (or DESCRIBE, SHOW, SUMMARIZE) on the read-only lake.

    Rows stream; one that cannot be computed raises when it is reached.

    Args:
        settings: Names the lake.
        sql: The statement; ``$name`` stands for a parameter.
        parameters: The values of the parameters.
        at: The snapshot, or the time, whose state of the lake answers; the last one where none is given.
        memory_bytes: Memory that DuckDB may take, on one thread and without spilling; as other readers where none is given.

    Raises:
        QueryError: The statement is no single SELECT, a parameter does not fit, or DuckDB refuses it.
        LakeError: There is no lake, no such snapshot, or another podlake made it.
    """
    connection, relation = _asked(settings, sql, parameters or {}, at, memory_bytes)
    return Answer(tuple(relation.columns), _rows(connection, relation))


def write_parquet(
    settings: Settings,
    sql: str,
    target: Path,
    parameters: Mapping[str, str] | None = None,
    *,
    at: Moment | None = None,
) -> int:
    """Write the answer to one SELECT to a Parquet file, a row group at a time, and return its number of rows.

    Args and errors are those of ``query``. Where it fails, ``target`` is as it was.
    """
    connection, relation = _asked(settings, sql, parameters or {}, at)
    part = target.with_name(f"{target.name}.part")
    n_rows = 0
    try:
        batches = relation.to_arrow_reader(_GROUP_ROWS)
        with pq.ParquetWriter(part, batches.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                n_rows += batch.num_rows
        part.replace(target)
    except duckdb.Error as error:
        raise _explained(error) from error
    finally:
        part.unlink(missing_ok=True)
        _leave(connection)
    return n_rows


def _asked(
    settings: Settings,
    sql: str,
    parameters: Mapping[str, str],
    at: Moment | None,
    memory_bytes: int | None = None,
) -> tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyRelation]:
    """Check the statement and return its answer, of which nothing is computed yet."""
    connection = connect(settings, at=at)
    if memory_bytes:
        connection.execute(f"SET memory_limit = '{memory_bytes}B'")
        connection.execute("SET threads = 1")
        connection.execute("SET max_temp_directory_size = '0B'")
    _lock_down(connection, settings)
    try:
        statement = filled(sql, parameters)
        statements = connection.extract_statements(statement)
        # EXPLAIN is left out: EXPLAIN ANALYZE COPY writes the file that it explains.
        if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
            raise QueryError(_NO_SELECT, remedy=_SELECTS)
        _refuse_what_acts(connection, statement)
        # A relation, unlike a cursor, does not compute the whole answer before its first row.
        return connection, connection.sql(statement)
    except duckdb.Error as error:
        raise _explained(error) from error


def _refuse_what_acts(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    """Refuse functions that do more than read: DuckLake's own delete files even of a lake that is attached read-only.

    Raises:
        QueryError: The statement calls a table function that is not known to read alone.
    """
    serialized = connection.execute(f"SELECT json_serialize_sql({literal(statement)})").fetchone()
    tree = orjson.loads(serialized[0]) if serialized else {"error": True}
    if tree["error"]:
        raise QueryError(_NO_SELECT, remedy=_SELECTS)
    for name in _table_functions(tree):
        if name not in _READING and not name.startswith("duckdb_"):
            raise QueryError(
                f"the table function {name} cannot be called here",
                remedy=f"Those that can: {', '.join(sorted(_READING))}.",
            )


def _table_functions(tree: object) -> Iterator[str]:
    """Yield the name of every table function in a statement's tree."""
    if isinstance(tree, dict):
        if tree.get("type") == "TABLE_FUNCTION":
            yield tree["function"]["function_name"].lower()
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from _table_functions(part)


def _rows(
    connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation
) -> Iterator[tuple[object, ...]]:
    try:
        while rows := relation.fetchmany(_FETCH_ROWS):
            yield from rows
    except duckdb.Error as error:
        raise _explained(error) from error
    finally:
        _leave(connection)


def _leave(connection: duckdb.DuckDBPyConnection) -> None:
    """Close a connection without waiting for a statement that is left before its end, as by Ctrl-C."""
    connection.interrupt()
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
