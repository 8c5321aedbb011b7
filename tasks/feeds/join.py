"""Tie the files of a folder to the items of a feed of the same podcast: by guid, number, title, or file name.

Rules are tried in this order, and each ties only what it ties without doubt. An episode then has the id of its item,
whichever came first; what files would be called alone stays in ``raw.items``, so that they are known again.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.changes import delete, exist, insert, make
from warehouse.contracts import EPISODES, ITEMS, STAGED
from warehouse.lake import literal
from warehouse.models import model

RULES = ("guid", "number", "title", "file name")


def join_items(lake: duckdb.DuckDBPyConnection, documents: Path) -> None:
    """Tie what can be tied among the podcasts of a batch, and move the rows of files that landed before.

    Leaves the temporary table ``joined``: the id of files' episodes beside the id that their item gives them.
    Adds the items that were tied to ``changed_items``.

    Args:
        lake: A connection inside a transaction that has the temporary table ``changed_items``.
        documents: The staged ``raw.documents`` of the batch; it may be missing.
    """
    if exist(lake, "FROM raw.items"):
        _tie(lake, documents)
    make(
        lake,
        "joined",
        "SELECT DISTINCT files_episode_id, episode_id FROM raw.items WHERE files_episode_id IS NOT NULL",
    )


def _tie(lake: duckdb.DuckDBPyConnection, documents: Path) -> None:
    columns = "podcast_id, episode_id, path, title"
    staged = (
        f"FROM read_parquet({literal(str(documents))})"
        if documents.exists()
        else "FROM raw.documents LIMIT 0"
    )
    make(lake, "arrived", f"SELECT {columns} {staged}")
    make(
        lake,
        "joinable",
        "SELECT podcast_id FROM arrived UNION SELECT podcast_id FROM changed_items",
    )
    make(
        lake,
        "free_files",
        f"""
        SELECT DISTINCT {columns}
        FROM (SELECT {columns} FROM raw.documents UNION ALL FROM arrived) AS files
        WHERE podcast_id IN (SELECT podcast_id FROM joinable)
            AND episode_id NOT IN (SELECT episode_id FROM raw.items)
            AND episode_id NOT IN (SELECT files_episode_id FROM raw.items WHERE files_episode_id IS NOT NULL)
        """,  # noqa: S608  the columns are ours
    )
    make(
        lake,
        "free_items",
        "FROM raw.items WHERE matched_by IS NULL AND podcast_id IN (SELECT podcast_id FROM joinable)",
    )
    make(lake, "pairs", model("feeds.keys"))
    make(
        lake,
        "matches",
        "SELECT matched_by, files_episode_id, episode_id FROM raw.items LIMIT 0",
    )
    for rule in RULES:
        lake.execute(f"INSERT INTO matches {model('feeds.matches')}", {"rule": rule})
    if exist(lake, "FROM matches"):
        _write_matches(lake)


def _write_matches(lake: duckdb.DuckDBPyConnection) -> None:
    """Note the ties in the items, and let rows that have landed follow them."""
    make(
        lake,
        "tied",
        """
        SELECT items.* REPLACE (matches.matched_by AS matched_by, matches.files_episode_id AS files_episode_id)
        FROM raw.items AS items JOIN matches ON items.episode_id = matches.episode_id
        """,
    )
    delete(lake, ITEMS, "(feed_id, guid)", "SELECT (feed_id, guid) FROM tied")
    insert(lake, ITEMS, "FROM tied")
    lake.execute("INSERT INTO changed_items BY NAME FROM tied")
    for table in STAGED:
        landed = f"FROM {table.full_name} WHERE episode_id IN (SELECT files_episode_id FROM matches)"  # noqa: S608  contracts name the table
        if exist(lake, landed):
            follow = f"""
                UPDATE {table.full_name} AS landed SET episode_id = matches.episode_id
                FROM matches WHERE landed.episode_id = matches.files_episode_id
            """  # noqa: S608  contracts name the table
            lake.execute(follow)
    delete(lake, EPISODES, "episode_id", "SELECT files_episode_id FROM matches")
