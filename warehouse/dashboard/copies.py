"""Copy what the pages read of a snapshot into a plain DuckDB file, for the thousands of small reads of an export.

A small read of the lake takes 10 ms or more, of a plain file some 2; and any number of processes may read it at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from warehouse.contracts import DOCUMENTS, TABLES
from warehouse.dashboard.reader import Look, Memory
from warehouse.lake import connect, literal
from warehouse.models import VIEWS, model, views
from warehouse.settings import Settings

_ONLY_HELD_TEXTS = "* REPLACE (CASE WHEN document_id IN (SELECT document_id FROM lake.quality.quarantine) THEN text END AS text)"
"""Pages show parts of the sources of which something is held back, and of no others."""


def copy(settings: Settings, snapshot_id: int, file: Path) -> None:
    """Copy the tables and marts of a snapshot into a new file."""
    with closing(connect(settings, at=snapshot_id)) as lake:
        lake.execute(f"ATTACH {literal(str(file))} AS copy")
        for schema in dict.fromkeys((*(table.schema for table in TABLES.values()), VIEWS)):
            lake.execute(f"CREATE SCHEMA copy.{schema}")
        for name, table in TABLES.items():
            # In order, so that the rows of one episode stand together and others are not read for it.
            order = ", ".join(table.key)
            columns = _ONLY_HELD_TEXTS if name == DOCUMENTS.full_name else "*"
            lake.execute(f"CREATE TABLE copy.{name} AS SELECT {columns} FROM lake.{name} ORDER BY {order}")  # noqa: S608  contracts' names
        lake.execute("USE copy")
        for name in views():
            # A table each, since a page asks twice, and marts read each other.
            lake.execute(f"CREATE TABLE {VIEWS}.{name} AS {model(f'{VIEWS}.{name}')}")


@contextmanager
def look_at(settings: Settings, snapshot_id: int, as_of: datetime, file: Path) -> Iterator[Look]:
    """Look at a copy; what only the lake knows, its files and changes, still comes from there."""
    with closing(connect(settings, at=snapshot_id)) as lake:
        lake.execute(f"ATTACH {literal(str(file))} AS copy (READ_ONLY)")
        # Processes beside each other read small things: threads of their own would only get in each other's way.
        lake.execute("USE copy; SET threads = 1")
        yield Look(settings, snapshot_id, as_of, lake, Memory())
