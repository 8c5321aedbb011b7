"""The lake: one folder with a SQLite catalog, Parquet data, staging, and the lock that publishers take.

<lake>/catalog.sqlite   DuckLake's catalog, in WAL mode: readers query while a writer commits
<lake>/data/            Parquet files, owned by DuckLake
<lake>/staging/<run>/   what a run has not published yet, locked while the run lives
<lake>/search/          the search index, which follows the lake and can be deleted
<lake>/lock             flock that a publisher holds from before BEGIN until after COMMIT
"""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import duckdb
import polars as pl

from warehouse.contracts import (
    DOCUMENTS,
    FEEDS,
    INCIDENTS,
    ITEMS,
    MEASURES,
    PROFILE,
    SCHEMA_VERSION,
    TABLES,
    VECTORS,
    Column,
    Table,
)
from warehouse.errors import LakeError
from warehouse.locks import flocked
from warehouse.settings import MEGABYTE, Settings
from warehouse.views import refresh_views

MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE core.transcripts ADD COLUMN model VARCHAR",
        *(
            f"ALTER TABLE core.{table} ADD COLUMN error_s DOUBLE"
            for table in ("turns", "sentences", "segments")
        ),
    ),
    2: (
        "CREATE SCHEMA IF NOT EXISTS mart",
        "CREATE TABLE mart.term_counts (transcript_id VARCHAR NOT NULL, text_fingerprint VARCHAR NOT NULL, term VARCHAR, n INTEGER NOT NULL)",
        FEEDS.ddl,
        INCIDENTS.ddl,
        ITEMS.ddl,
        *(f"ALTER TABLE core.episodes ADD COLUMN {column} INTEGER" for column in ("number", "season")),
        "ALTER TABLE core.episodes ADD COLUMN audio_url VARCHAR",
    ),
    3: (
        MEASURES.ddl,
        PROFILE.ddl,
        VECTORS.ddl,
        # A lake that comes from an older version has them from the statement above that made the table.
        "ALTER TABLE quality.incidents ADD COLUMN IF NOT EXISTS acknowledged_at TIMESTAMP WITH TIME ZONE",
        "ALTER TABLE quality.incidents ADD COLUMN IF NOT EXISTS acknowledged_by VARCHAR",
    ),
}
"""For each older schema version, the statements that lead to the next one."""

_LAKE_VERSION = Table(
    "quality",
    "lake_version",
    "The version of the schema that this lake has.",
    ("schema_version",),
    (Column("schema_version", pl.Int32(), "Rises with every change of the tables."),),
)

EXTENSIONS = ("ducklake", "sqlite_scanner")
"""What DuckDB needs beside itself."""

Moment = int | datetime
"""A snapshot of the lake by its id, or the one that was the last at a time."""

_Configuration = dict[str, str | bool | int | float | list[str]]

_OWN_FILES = {
    "catalog.sqlite",
    "catalog.sqlite-wal",
    "catalog.sqlite-shm",
    "data",
    "staging",
    "search",
    "lock",
}
_LEFT_BY_SYSTEMS = {".DS_Store", "Thumbs.db", "desktop.ini", "lost+found"}
"""What folders hold that a person calls empty."""
_READER_MEMORY = 1 << 30
_WRITER_MEMORY = 300 * MEGABYTE
# A text passes through page, vector and row group, each a copy: 3.5 times a batch of 100 MB was measured.
_COPIES_OF_TEXT = 4
_TEXTS_OF_A_GROUP = 64
"""Rows of a row group of ``raw.documents``: 5 MB of usual transcripts, 200 MB of the largest that are usual."""


def connect(
    settings: Settings, *, read_only: bool = True, create: bool = True, at: Moment | None = None
) -> duckdb.DuckDBPyConnection:
    """Open the lake as the default database, so that SQL says ``core.sentences``.

    A writer creates the lake where there is none, unless told not to, and waits for the publish lock while it looks. A reader
    may ask for the lake as it was ``at`` a snapshot or a time, with the tables and columns of then.

    Raises:
        LakeError: There is no lake to read, the folder holds something else, or another podlake made it.
        LakeLockedError: A writer waited ``lock_timeout_s`` for another publisher.
    """
    folder = settings.lake.resolve()
    if (read_only or not create) and not (folder / "catalog.sqlite").exists():
        raise _no_lake(folder)
    if at is not None:
        return _widened(_attach(settings, read_only=True, at=at))
    if read_only:
        return _widened(_checked(_attach(settings, read_only=True), folder))
    _refuse_other_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with publishing(settings):
        connection = _attach(settings, read_only=False)
        if _version(connection) is None:
            _create(connection, folder)
        else:
            _migrate(connection, folder)
        checked = _checked(connection, folder)
        _bound_row_groups(checked)
        refresh_views(checked)
        return checked


@contextmanager
def publishing(settings: Settings) -> Iterator[None]:
    """Hold the publish lock of the lake.

    Raises:
        LakeLockedError: Another process held it for ``lock_timeout_s``.
    """
    path = settings.lake / "lock"
    path.touch()
    with flocked(path, settings.lock_timeout_s):
        yield


@contextmanager
def transaction(
    lake: duckdb.DuckDBPyConnection, settings: Settings, message: str, **facts: object
) -> Iterator[None]:
    """Commit what the block does to the lake as one snapshot; none appears where it changes nothing.

    The lock comes before BEGIN: the lake has no keys, so what a publisher read must hold until it commits.

    Args:
        lake: A connection that may write.
        settings: The settings that opened it.
        message: What the snapshot says of itself.
        facts: What it says besides, as JSON.

    Raises:
        LakeLockedError: Another publisher held the lock for ``lock_timeout_s``.
        LakeError: DuckDB refused a statement; nothing of the block landed.
    """
    with publishing(settings):
        lake.execute("BEGIN")
        try:
            yield
            note = [message, json.dumps(facts)]
            lake.execute("CALL lake.set_commit_message('podlake', ?, extra_info => ?)", note)
            lake.execute("COMMIT")
        except BaseException as error:
            with suppress(duckdb.TransactionException):  # a COMMIT that failed has rolled back already
                lake.execute("ROLLBACK")
            if isinstance(error, duckdb.Error):
                raise _not_written(error, settings.lake) from error
            raise


def attachment(folder: Path, options: str) -> str:
    """Return the statement that attaches the lake in ``folder``, as DuckDB anywhere understands it."""
    catalog, data = literal(f"ducklake:sqlite:{folder / 'catalog.sqlite'}"), literal(f"{folder / 'data'}/")
    # The catalog remembers where its data was when it was made; a lake that moved knows better.
    return f"ATTACH {catalog} AS lake (DATA_PATH {data}, OVERRIDE_DATA_PATH true, {options})"


def _attach(settings: Settings, *, read_only: bool, at: Moment | None = None) -> duckdb.DuckDBPyConnection:
    folder = settings.lake.resolve()
    connection = duckdb.connect(config=_configuration(settings, read_only=read_only))
    connection.execute("SET TimeZone = 'UTC'")
    for name in EXTENSIONS:
        connection.load_extension(str(extension_path(name)))
    mode = "READ_ONLY" if read_only else "META_JOURNAL_MODE 'WAL'"
    if isinstance(at, int):
        mode += f", SNAPSHOT_VERSION {at}"
    elif at is not None:
        mode += f", SNAPSHOT_TIME {literal(at.isoformat())}"
    try:
        connection.execute(attachment(folder, f"DATA_INLINING_ROW_LIMIT 0, META_BUSY_TIMEOUT 10000, {mode}"))
        connection.execute("USE lake")
    except duckdb.Error as error:
        raise LakeError(
            f"the lake cannot be opened: {str(error).splitlines()[0]}",
            where=str(folder),
            remedy="Name another lake with --lake, or restore this one's catalog.sqlite."
            if at is None
            else "Look at FROM ducklake_snapshots('lake') for the snapshots that there are.",
        ) from error
    return connection


def _widened(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Give a reader every core."""
    connection.execute("RESET threads")
    return connection


def _configuration(settings: Settings, *, read_only: bool) -> _Configuration:
    common: _Configuration = {
        # One of its own for each connection: two that share one overwrite each other's spilled blocks.
        "temp_directory": str(Path(tempfile.gettempdir()) / f"podlake-{uuid.uuid4().hex}"),
        # Extensions come with their Python packages, so nothing is ever downloaded. They are as trusted as
        # the duckdb package beside them; checking their signatures again costs 0.3 CPU s a connection.
        "autoinstall_known_extensions": False,
        "allow_unsigned_extensions": True,
        # A SELECT must not find a Python variable where it misspells a table.
        "python_enable_replacements": False,
        # Opening asks the catalog many small things, for which two threads took 1.3 times as long as one, and 1.7 times the CPU;
        # a reader gets the others then. A writer keeps one: a batch is too small to share, rows keep their order, and an
        # insert makes one file.
        "threads": 1,
    }
    if read_only:
        return common | {"memory_limit": f"{_READER_MEMORY}B"}
    texts = max(settings.batch_bytes, settings.max_document_bytes)
    return common | {
        "memory_limit": f"{_WRITER_MEMORY + _COPIES_OF_TEXT * texts}B",
        # What is staged is read once; kept, it would fill the memory limit in a long run.
        "enable_external_file_cache": False,
    }


def extension_path(name: str) -> Path:
    """Return where the extension's Python package keeps it; the file is missing if versions do not match."""
    package = Path(str(files(f"duckdb_extension_{name}")))
    return package / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"


def _version(connection: duckdb.DuckDBPyConnection) -> int | None:
    """Return the schema version of the lake; None where a catalog holds no table of podlake yet."""
    try:
        row = connection.execute("SELECT max(schema_version) FROM quality.lake_version").fetchone()
    except duckdb.CatalogException:
        return None
    return row[0] if row else None


def _checked(connection: duckdb.DuckDBPyConnection, folder: Path) -> duckdb.DuckDBPyConnection:
    version = _version(connection)
    if version is None:
        raise _no_lake(folder)
    if version != SCHEMA_VERSION:
        upgrade = "Upgrade podlake, or name another lake with --lake."
        migrate = "Run podlake reprocess once, or ingest: each brings the lake up to date where it can."
        raise LakeError(
            f"the lake has schema version {version}; this podlake knows {SCHEMA_VERSION}",
            where=str(folder),
            remedy=upgrade if version > SCHEMA_VERSION else migrate,
        )
    return connection


def _create(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make every table in one transaction; a kill before its end leaves nothing to repair."""
    if connection.execute("SELECT 1 FROM duckdb_tables() WHERE database_name = 'lake'").fetchone():
        raise LakeError(
            "the catalog holds tables that podlake did not make",
            where=str(folder),
            remedy="Name another folder with --lake.",
        )
    tables = (*TABLES.values(), _LAKE_VERSION)
    connection.execute("CALL lake.set_option('parquet_compression', 'zstd')")
    # Level 1 halves the CPU of publishing against the default of 3, for files 15 % larger.
    connection.execute("CALL lake.set_option('parquet_compression_level', '1')")
    connection.execute("BEGIN")
    for schema in dict.fromkeys(table.schema for table in tables):
        connection.execute(f"CREATE SCHEMA {schema}")
    for table in tables:
        connection.execute(table.ddl)
        _comment(connection, table)
    connection.execute("INSERT INTO quality.lake_version VALUES (?)", [SCHEMA_VERSION])
    connection.execute("CALL lake.set_commit_message('podlake', 'create the lake')")
    connection.execute("COMMIT")


def _bound_row_groups(connection: duckdb.DuckDBPyConnection) -> None:
    """Let row groups of ``raw.documents`` hold few texts, for a writer holds a whole group.

    Of DuckDB's 122,880 rows a group, an UPDATE of 2,000 texts of 80 KB ran out of memory. A table that its own transaction has
    made takes no settings, so this is made up for here, also after a kill.
    """
    name = "parquet_row_group_size"
    found = connection.execute(f"FROM lake.options() WHERE option_name = {literal(name)}").fetchone()
    if not found:
        table = f"schema => {literal(DOCUMENTS.schema)}, table_name => {literal(DOCUMENTS.name)}"
        connection.execute(f"CALL lake.set_option({literal(name)}, '{_TEXTS_OF_A_GROUP}', {table})")


def _comment(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Let a table and its columns say what they mean."""
    connection.execute(f"COMMENT ON TABLE {table.full_name} IS {literal(table.description)}")
    for column in table.columns:
        comment = literal(f"{column.description} [{column.unit}]" if column.unit else column.description)
        connection.execute(f'COMMENT ON COLUMN {table.full_name}."{column.name}" IS {comment}')


def _migrate(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Bring an older lake up to date, one version and one transaction at a time."""
    while (version := _version(connection)) is not None and version < SCHEMA_VERSION:
        if version not in MIGRATIONS:
            raise LakeError(
                f"the lake has schema version {version}, which this podlake cannot bring up to date",
                where=str(folder),
                remedy="Ingest the sources into a new lake, named with --lake.",
            )
        connection.execute("BEGIN")
        for statement in MIGRATIONS[version]:
            connection.execute(statement)
        if version + 1 == SCHEMA_VERSION:
            for table in TABLES.values():
                _comment(connection, table)
        connection.execute("UPDATE quality.lake_version SET schema_version = ?", [version + 1])
        connection.execute("COMMIT")


def _refuse_other_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise LakeError("the lake must be a folder", where=str(folder), remedy="Name another with --lake.")
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    strangers = sorted(names - _OWN_FILES - _LEFT_BY_SYSTEMS)
    if strangers and not (folder / "catalog.sqlite").exists():
        raise LakeError(
            f"the folder is no lake and not empty: it holds {strangers[0]!r}",
            where=str(folder),
            remedy="Name an empty or new folder with --lake.",
        )


def _no_lake(folder: Path) -> LakeError:
    return LakeError(
        "there is no lake here yet",
        where=str(folder),
        remedy="Run podlake ingest first, or name one with --lake.",
    )


def _not_written(error: duckdb.Error, folder: Path) -> LakeError:
    return LakeError(
        f"the lake could not be written, and is as it was: {str(error).splitlines()[0]}",
        where=str(folder),
        remedy="Look at free space and write rights, then run the command again.",
    )


def literal(text: str) -> str:
    """Quote ``text`` for the few statements that take no bound parameter."""
    return "'" + text.replace("'", "''") + "'"
