"""Land what feeds say of themselves, inside the transaction that lands their documents."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.changes import changed, delete, exist, insert, make
from warehouse.contracts import FEEDS, ITEMS, Table
from warehouse.lake import literal
from warehouse.models import model

_KEY = "(feed_id, guid)"


def land_feeds(lake: duckdb.DuckDBPyConnection, folder: Path, run_id: str, *, is_rejected: bool) -> int:
    """Write the feeds and items of a staged batch, and mark the items that are withdrawn or back.

    Leaves the temporary table ``changed_items``. Of a rejected batch nothing is written: its documents did not
    land, so their feeds must be read again.

    Returns:
        How many items are new.
    """
    if is_rejected or not _file(folder, FEEDS).exists():
        make(lake, "changed_items", f"FROM {ITEMS.full_name} LIMIT 0")
        return 0
    make(lake, "announced", _staged(folder, ITEMS))
    make(lake, "read_feeds", _staged(folder, FEEDS))
    make(lake, "changed_items", model("feeds.changed_items"))
    n_new = changed(
        lake, "SELECT count(*) FROM changed_items ANTI JOIN raw.items USING (feed_id, guid)", None
    )
    make(lake, "withdrawn_items", model("feeds.withdrawn"))
    make(lake, "changed_feeds", model("feeds.changed_feeds"), {"run_id": run_id})
    if exist(lake, "FROM changed_items"):
        delete(lake, ITEMS, _KEY, "SELECT (feed_id, guid) FROM changed_items")
        insert(lake, ITEMS, "FROM changed_items")
    if exist(lake, "FROM withdrawn_items"):
        lake.execute("""
            UPDATE raw.items SET withdrawn_at = now()
            WHERE (feed_id, guid) IN (SELECT (feed_id, guid) FROM withdrawn_items)
        """)
    if exist(lake, "FROM changed_feeds"):
        delete(lake, FEEDS, "feed_id", "SELECT feed_id FROM changed_feeds")
        insert(lake, FEEDS, "FROM changed_feeds")
    return n_new


def _file(folder: Path, table: Table) -> Path:
    return folder / f"{table.full_name}.parquet"


def _staged(folder: Path, table: Table) -> str:
    """Return what reads the staged rows of a table; one without rows has no file."""
    path = _file(folder, table)
    return f"FROM read_parquet({literal(str(path))})" if path.exists() else f"FROM {table.full_name} LIMIT 0"
