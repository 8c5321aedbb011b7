"""Split an audited batch into the rows that land and the rows that are held back, with reasons.

A row held back takes the rows that hang on it along. Documents are the exception: their ledger rows
always land, with a status and a reason, and only what was read from them is held back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from expectations.rules import History, Tables
from expectations.runner import FAILURES, Audit, audit
from tasks.publish import StagedBatch
from tasks.stage import Staged, read_tables, rewrite_tables
from warehouse.contracts import (
    DOCUMENTS,
    QUARANTINE,
    RESULTS,
    SENTENCES,
    STAGED,
    TRANSCRIPTS,
    TURNS,
    Table,
    descendants,
)
from warehouse.errors import TerminalError

CORE: tuple[Table, ...] = tuple(table for table in STAGED if table.schema == "core")

_QUARANTINE = pl.Schema(
    {
        name: dtype
        for name, dtype in QUARANTINE.polars_schema.items()
        if name not in {"run_id", "batch", "quarantined_at"}
    }
)

_Held = dict[str, pl.DataFrame]
"""By table, the position of each row held back, once for each rule and detail."""


@dataclass(frozen=True, slots=True)
class Split:
    """One batch after the audit.

    Attributes:
        valid: The rows that land, by table; ``raw.documents`` is complete, with its statuses settled.
        quarantined: The rows held back, with the columns of ``quality.quarantine`` but for the run, the
            batch and the time. A row that breaks two rules is here twice.
        rows_in: Rows of the core tables that came in.
        rows_quarantined: Rows of the core tables held back, each counted once.
    """

    valid: dict[str, pl.DataFrame]
    quarantined: pl.DataFrame
    rows_in: int
    rows_quarantined: int


def split(tables: Tables, found: Audit) -> Split:
    """Divide the rows of a batch that was not rejected.

    Raises:
        TerminalError: A row would be lost or doubled.
    """
    held = {table.full_name: found.failures.get(table.full_name, FAILURES.to_frame()) for table in STAGED}
    _hold_pieces(tables, held)
    valid = {name: _without(frame, held[name]) for name, frame in tables.items()}
    valid[DOCUMENTS.full_name] = _settled(tables, held)
    valid[TRANSCRIPTS.full_name] = _recounted(valid, tables, held)
    quarantined = _quarantined(tables, held)
    rows_quarantined = sum(_checked(table, tables, valid, quarantined) for table in CORE)
    rows_in = sum(tables[table.full_name].height for table in CORE)
    return Split(valid, quarantined, rows_in, rows_quarantined)


def _hold_pieces(tables: Tables, held: _Held) -> None:
    """Add to ``held`` the rows that hang on rows held back, from documents down to sentences."""
    documents = _culprits(DOCUMENTS, tables, held).rename({"document_id": "transcript_id"})
    _hold(documents, (TRANSCRIPTS, *descendants(TRANSCRIPTS)), tables, held)
    for table in CORE:
        _hold(_culprits(table, tables, held), descendants(table), tables, held)


def _culprits(table: Table, tables: Tables, held: _Held) -> pl.DataFrame:
    """Return the keys of a table's rows held back, each with the sentence that its pieces will say."""
    key = table.key[:1] if table is DOCUMENTS else table.key
    why = pl.format("hangs on {} {}, held back by {}", pl.lit(table.full_name), _row_key(key), "rule")
    return (
        _rows(tables[table.full_name], held[table.full_name])
        .select(*key, detail=why)
        .unique(key, keep="first")
    )


def _hold(culprits: pl.DataFrame, pieces: Iterable[Table], tables: Tables, held: _Held) -> None:
    if culprits.is_empty():
        return
    key = [name for name in culprits.columns if name != "detail"]
    for piece in pieces:
        name = piece.full_name
        rows = tables[name].select(key).with_row_index("row").join(culprits, on=key)
        new = rows.join(held[name], on="row", how="anti")
        more = new.select("row", pl.lit("parent-quarantined").alias("rule"), "detail")
        held[name] = pl.concat([held[name], more])


def _rows(frame: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Return a table's rows held back, beside their position, rule and detail."""
    return held.join(frame.with_row_index("row"), on="row", maintain_order="left")


def _without(frame: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    if held.is_empty():
        return frame
    return frame.with_row_index("row").join(held, on="row", how="anti", maintain_order="left").drop("row")


def _settled(tables: Tables, held: _Held) -> pl.DataFrame:
    """Return every document; one that is held back, or whose transcript is, says so and why."""
    reason = pl.format("{}: {}", "rule", "detail").alias("held_reason")
    documents = _rows(tables[DOCUMENTS.full_name], held[DOCUMENTS.full_name]).select("document_id", reason)
    transcripts = _rows(tables[TRANSCRIPTS.full_name], held[TRANSCRIPTS.full_name]).select(
        pl.col("transcript_id").alias("document_id"), reason
    )
    reasons = pl.concat([documents, transcripts]).unique("document_id", keep="first", maintain_order=True)
    is_new = (pl.col("status") == "published") & pl.col("held_reason").is_not_null()
    return (
        tables[DOCUMENTS.full_name]
        .join(reasons, on="document_id", how="left", maintain_order="left")
        .with_columns(
            status=pl.when(is_new).then(pl.lit("quarantined")).otherwise("status"),
            reason=pl.when(is_new).then("held_reason").otherwise("reason"),
        )
        .drop("held_reason")
    )


def _recounted(valid: Tables, tables: Tables, held: _Held) -> pl.DataFrame:
    """Return the transcripts that land; those that lost a piece count what is left of them.

    The words counted are those of the sentences that land. A turn keeps its whole text even when one
    of its sentences is held back, as it passed its own rules.
    """
    transcripts = valid[TRANSCRIPTS.full_name]
    lost = pl.concat(
        _rows(tables[piece.full_name], held[piece.full_name]).select("transcript_id")
        for piece in (TURNS, SENTENCES)
    )
    if lost.is_empty():
        return transcripts
    left = transcripts.join(lost, on="transcript_id", how="semi").select("transcript_id")
    sentences, turns = (
        left.join(valid[piece.full_name], on="transcript_id", how="left").group_by("transcript_id")
        for piece in (SENTENCES, TURNS)
    )
    recount = sentences.agg(
        pl.count("sentence").cast(pl.Int32).alias("n_sentences"),
        pl.sum("n_words"),
        pl.max("end_s").alias("duration_s"),
    ).join(turns.agg(pl.count("turn").cast(pl.Int32).alias("n_turns")), on="transcript_id")
    return transcripts.update(recount, on="transcript_id", include_nulls=True)


def _quarantined(tables: Tables, held: _Held) -> pl.DataFrame:
    """Return every row held back, whole, with its reason; documents are whole in the ledger instead."""
    unread = tables[DOCUMENTS.full_name].filter(status="quarantined")
    code_and_detail = pl.col("reason").str.splitn(": ", 2).struct
    parts = [
        unread.select(
            table_name=pl.lit(DOCUMENTS.full_name),
            row_key=_row_key(DOCUMENTS.key),
            document_id="document_id",
            rule=code_and_detail.field("field_0").fill_null("unexplained"),
            detail=code_and_detail.field("field_1").fill_null(""),
            row=pl.lit(None, pl.String),
        ),
        *(_held_back(table, tables[table.full_name], held[table.full_name]) for table in STAGED),
    ]
    uris = tables[DOCUMENTS.full_name].select("document_id", "uri").unique("document_id")
    return (
        pl.concat(parts)
        .join(uris, on="document_id", how="left", maintain_order="left")
        .with_columns(pl.col("document_id", "uri").fill_null(""))
        .select(_QUARANTINE.names())
        .match_to_schema(_QUARANTINE)
    )


def _held_back(table: Table, frame: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of one table held back; rows that share a key are told apart by ``#2``, ``#3``."""
    is_ledger = table is DOCUMENTS
    whole = pl.lit(None, pl.String) if is_ledger else pl.struct(frame.columns).struct.json_encode()
    place = pl.col("row").rank("dense").over("row_key")
    suffix = pl.when(place > 1).then(pl.format("#{}", place)).otherwise(pl.lit(""))
    return (
        _rows(frame, held)
        .with_columns(row_key=_row_key(table.key), whole=whole)
        .select(
            table_name=pl.lit(table.full_name),
            row_key=pl.col("row_key") + suffix,
            document_id="document_id" if is_ledger else "transcript_id",
            rule="rule",
            detail="detail",
            row="whole",
        )
    )


def _row_key(key: Iterable[str]) -> pl.Expr:
    return pl.concat_str((pl.col(name).cast(pl.String).fill_null("missing") for name in key), separator="/")


def _checked(
    table: Table, tables: Tables, valid: Mapping[str, pl.DataFrame], quarantined: pl.DataFrame
) -> int:
    """Return how many rows of a table are held back, once no row is lost and none is doubled."""
    name = table.full_name
    n_in, n_valid = tables[name].height, valid[name].height
    n_held = quarantined.filter(table_name=name)["row_key"].n_unique()
    if n_in != n_valid + n_held:
        raise TerminalError(
            f"{n_in} rows came in, but {n_valid} would land and {n_held} be held back",
            where=name,
            remedy="Nothing was published. This is a defect of podlake: please report it.",
        )
    return n_held


def audit_batch(staged: Staged, run_id: str, history: History) -> StagedBatch:
    """Audit the staged tables, write results and quarantine beside them, and leave only rows that land.

    Raises:
        TerminalError: A row would be lost or doubled.
    """
    if not staged.n_documents:  # only what feeds say of themselves
        return StagedBatch(staged.batch, staged.folder)
    tables = read_tables(staged.folder)
    found = audit(tables, history)
    place = {"run_id": pl.lit(run_id), "batch": pl.lit(staged.batch, pl.Int32)}
    _write(found.results.with_columns(**place), RESULTS, staged.folder)
    if found.rejected:
        n_rows = sum(tables[table.full_name].height for table in CORE)
        return StagedBatch(staged.batch, staged.folder, n_rows, found.rejected)
    divided = split(tables, found)
    if divided.rows_quarantined or found.failures:
        rewrite_tables(divided.valid, staged.folder)
    now = pl.lit(datetime.now(UTC), pl.Datetime("us", "UTC"))
    _write(divided.quarantined.with_columns(**place, quarantined_at=now), QUARANTINE, staged.folder)
    return StagedBatch(staged.batch, staged.folder, divided.rows_quarantined)


def _write(rows: pl.DataFrame, table: Table, folder: Path) -> None:
    rewrite_tables({table.full_name: rows.select(table.polars_schema.names())}, folder)
