"""Land what feeds say of themselves, inside the transaction that lands their documents."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.changes import changed, delete, exist, insert, make
from warehouse.contracts import FEEDS, ITEMS, Table
from warehouse.models import model

_KEY = "(feed_id, guid)"


def land_feeds(lake: duckdb.DuckDBPyConnection, folder: Path, run_id: str, *, is_rejected: bool) -> int:
    """Write the feeds and items of a staged batch, and mark the items that are withdrawn or back.

    Leaves the temporary table ``changed_items``. Of a rejected batch nothing is written: its documents did not
    land, so their feeds must be read again.

    Returns:
        How many items are new.
    """
    make(lake, "announced", _staged(folder, ITEMS, is_rejected=is_rejected))
    make(lake, "read_feeds", _staged(folder, FEEDS, is_rejected=is_rejected))
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


def _staged(folder: Path, table: Table, *, is_rejected: bool) -> str:
    path = folder / f"{table.full_name}.parquet"
    if is_rejected or not path.exists():
        return f"FROM {table.full_name} LIMIT 0"
    quoted = str(path).replace("'", "''")
    return f"FROM read_parquet('{quoted}')"
