"""Every table of the lake, declared once.

DDL, polars schemas, the structural expectations and the data dictionary derive from these
declarations; nothing else in podlake writes a column list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from warehouse.metrics import METRICS, N_STEPS

SCHEMA_VERSION = 4

_SQL_TYPES: dict[pl.DataType, str] = {
    pl.String(): "VARCHAR",
    pl.List(pl.String()): "VARCHAR[]",
    pl.List(pl.Int32()): "INTEGER[]",
    pl.List(pl.Float32()): "FLOAT[]",
    pl.Boolean(): "BOOLEAN",
    pl.Int16(): "SMALLINT",
    pl.Int32(): "INTEGER",
    pl.Int64(): "BIGINT",
    pl.Float64(): "DOUBLE",
    pl.Datetime("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
}

TEXT = pl.String()
TEXTS = pl.List(pl.String())
VECTOR = pl.List(pl.Float32())
FLAG = pl.Boolean()
YEAR = pl.Int16()
COUNT = pl.Int32()
COUNTS = pl.List(pl.Int32())
BYTES = pl.Int64()
SECONDS = pl.Float64()
SHARE = pl.Float64()
MOMENT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its polars type, whether it may be null, and what it means."""

    name: str
    dtype: pl.DataType
    description: str
    nullable: bool = False
    unit: str = ""

    @property
    def sql_type(self) -> str:
        """The type that DuckDB gives it."""
        return _SQL_TYPES[self.dtype]

    @property
    def sql(self) -> str:
        """The column's line in ``CREATE TABLE``."""
        return f'"{self.name}" {self.sql_type}{"" if self.nullable else " NOT NULL"}'


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, the key that makes a row unique, and the table its rows hang on."""

    schema: str
    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    parent: str | None = None

    @property
    def full_name(self) -> str:
        """Schema and name, as SQL writes them."""
        return f"{self.schema}.{self.name}"

    @property
    def polars_schema(self) -> pl.Schema:
        """The schema that a frame of this table has, in column order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @property
    def ddl(self) -> str:
        """The ``CREATE TABLE`` statement (DuckLake knows no keys, so none is declared)."""
        columns = ", ".join(column.sql for column in self.columns)
        return f"CREATE TABLE {self.full_name} ({columns})"

    def empty(self) -> pl.DataFrame:
        """Return a frame of this table without rows."""
        return pl.DataFrame(schema=self.polars_schema)


DOCUMENTS = Table(
    "raw",
    "documents",
    "One revision of one source document: the ledger, and the lossless copy of the source.",
    ("document_id", "revision"),
    (
        Column("document_id", TEXT, "Stable id of the document: podcast and path below it."),
        Column("revision", COUNT, "1 for the first content seen, one more for each change."),
        Column("podcast_id", TEXT, "The podcast the document belongs to."),
        Column("episode_id", TEXT, "The episode the document belongs to."),
        Column("podcast", TEXT, "Name of the podcast's root folder."),
        Column("path", TEXT, "Path below the podcast's root folder."),
        Column("uri", TEXT, "Where the document was read."),
        Column("stamp", TEXT, "Cheap change token of the source; equal stamps mean equal bytes."),
        Column("sha256", TEXT, "SHA-256 of the source's bytes, as hexadecimal."),
        Column("n_bytes", BYTES, "Size of the source.", unit="bytes"),
        Column("format", TEXT, "Format that the content showed, or what was seen instead."),
        Column("encoding", TEXT, "Encoding that turns text back into the source's bytes.", nullable=True),
        Column("language", TEXT, "Language that the source declares.", nullable=True),
        Column("issues", TEXTS, "What is odd in the text without being fatal, as code:count."),
        Column("text", TEXT, "The decoded source, unaltered; null where it is not text.", nullable=True),
        Column("title", TEXT, "Title that the document itself gives.", nullable=True),
        Column("published_at", MOMENT, "Publication time that the document itself gives.", nullable=True),
        Column("duration_s", SECONDS, "Duration of the episode that the document itself gives.", True, "s"),
        Column("persons", TEXTS, "Guests and speakers that the document's front matter names."),
        Column("url", TEXT, "Link to the episode that the document itself gives.", nullable=True),
        Column("status", TEXT, "published, quarantined or rejected."),
        Column("reason", TEXT, "Why the document is not published.", nullable=True),
        Column("run_id", TEXT, "The run that landed this revision."),
        Column("batch", COUNT, "The batch of the run."),
        Column("version", TEXT, "Version of the transform that read it."),
        Column("ingested_at", MOMENT, "When the revision landed."),
        Column("vanished_at", MOMENT, "When the source was first found gone; null while it is there.", True),
    ),
)

FEEDS = Table(
    "raw",
    "feeds",
    "One feed, as it was when it last had something new.",
    ("feed_id",),
    (
        Column("feed_id", TEXT, "Stable id of the feed: the address under which it was first asked for."),
        Column("podcast_id", TEXT, "The podcast that it feeds."),
        Column("podcast", TEXT, "Name under which the podcast was first met; its ids derive from it."),
        Column("title", TEXT, "Title that the feed gives the podcast now.", nullable=True),
        Column(
            "guid", TEXT, "The podcast's own id (podcast:guid), which stays when a feed moves.", nullable=True
        ),
        Column("asked_url", TEXT, "Address under which it was first asked for."),
        Column("url", TEXT, "Address to ask now: another one once it has moved for good."),
        Column("etag", TEXT, "Entity tag; null until all that it announced has landed.", nullable=True),
        Column(
            "last_modified", TEXT, "Its date of change, as the server gave it; null like etag.", nullable=True
        ),
        Column("sha256", TEXT, "SHA-256 of its first page; null like etag.", nullable=True),
        Column("n_items", COUNT, "Items on all of its pages."),
        Column("is_whole", FLAG, "Whether all of its pages were read to their end."),
        Column("error", TEXT, "Why it could not be read when it was last asked for.", nullable=True),
        Column("fetched_at", MOMENT, "When it was last fetched and had something new."),
        Column("changed_at", MOMENT, "When its items last changed."),
    ),
)

ITEMS = Table(
    "raw",
    "items",
    "One item of a feed; one that the feed no longer has is marked and kept.",
    ("feed_id", "guid"),
    (
        Column("feed_id", TEXT, "The feed."),
        Column("guid", TEXT, "Id of the item; its audio's address, link or title where it has none."),
        Column("podcast_id", TEXT, "The podcast of the feed."),
        Column("episode_id", TEXT, "The episode that the item describes."),
        Column("title", TEXT, "Title.", nullable=True),
        Column("published_at", MOMENT, "Publication time.", nullable=True),
        Column("season", COUNT, "Number of the season.", nullable=True),
        Column("number", COUNT, "Number of the episode.", nullable=True),
        Column("duration_s", SECONDS, "Duration of the audio.", True, "s"),
        Column("persons", TEXTS, "Who takes part (podcast:person)."),
        Column("link", TEXT, "Its web page.", nullable=True),
        Column("audio_url", TEXT, "Where its audio is.", nullable=True),
        Column("audio_type", TEXT, "Media type of the audio.", nullable=True),
        Column("audio_bytes", BYTES, "Size of the audio.", True, "bytes"),
        Column("transcripts", TEXT, "All its transcripts as JSON: url, type, language, rel."),
        Column(
            "chapters", TEXT, "Its chapters as JSON: start_s, title; null where it has none.", nullable=True
        ),
        Column("chapters_url", TEXT, "Where its chapters are, if not in the feed.", nullable=True),
        Column("chapters_method", TEXT, "psc/1 or podcast-chapters/1; null without chapters.", nullable=True),
        Column(
            "matched_by",
            TEXT,
            "What tied files to it: guid, number, title or file name; null if nothing.",
            True,
        ),
        Column(
            "files_episode_id", TEXT, "Id that the episode of these files would have alone.", nullable=True
        ),
        Column("first_seen_at", MOMENT, "When it first landed."),
        Column(
            "withdrawn_at", MOMENT, "When the feed was first found without it; null while it is there.", True
        ),
    ),
    parent="raw.feeds",
)

PODCASTS = Table(
    "core",
    "podcasts",
    "One podcast.",
    ("podcast_id",),
    (
        Column("podcast_id", TEXT, "Stable id of the podcast."),
        Column("title", TEXT, "Name of the podcast."),
    ),
)

EPISODES = Table(
    "core",
    "episodes",
    "One episode of a podcast, as its feed and its documents describe it together.",
    ("episode_id",),
    (
        Column("episode_id", TEXT, "Stable id of the episode."),
        Column("podcast_id", TEXT, "The podcast it belongs to."),
        Column("title", TEXT, "Title; the file's name where neither a feed nor a document gives one."),
        Column("guid", TEXT, "Globally unique id that the feed gives.", nullable=True),
        Column("published_at", MOMENT, "Publication time.", nullable=True),
        Column("published_year", YEAR, "Year of publication; the column to filter on.", nullable=True),
        Column("duration_s", SECONDS, "Duration of the audio.", True, "s"),
        Column("persons", TEXTS, "Who takes part, by the feed, or else guests and speakers by front matter."),
        Column("url", TEXT, "Link to the episode.", nullable=True),
        Column("number", COUNT, "Number of the episode that the feed gives.", nullable=True),
        Column("season", COUNT, "Number of its season.", nullable=True),
        Column("audio_url", TEXT, "Where its audio is.", nullable=True),
    ),
    parent="core.podcasts",
)

TRANSCRIPTS = Table(
    "core",
    "transcripts",
    "One transcript of an episode; an episode with several has one that is current.",
    ("transcript_id",),
    (
        Column("transcript_id", TEXT, "Id of the document it was read from."),
        Column("episode_id", TEXT, "The episode it transcribes."),
        Column("podcast_id", TEXT, "The podcast of the episode."),
        Column("revision", COUNT, "Revision of the document."),
        Column("format", TEXT, "Format of the document."),
        Column(
            "language", TEXT, "Language that the source declares, or else the one identified.", nullable=True
        ),
        Column("has_times", FLAG, "Whether the source carries times; where not, times are estimates."),
        Column("has_speakers", FLAG, "Whether the source names speakers."),
        Column("is_punctuated", FLAG, "Whether sentence ends come from the source's own punctuation."),
        Column("n_words", COUNT, "Words."),
        Column("n_sentences", COUNT, "Sentences."),
        Column("n_turns", COUNT, "Speaker turns."),
        Column("duration_s", SECONDS, "End of the last timed sentence.", True, "s"),
        Column("is_current", FLAG, "Whether this is the episode's richest transcript."),
        Column("text_fingerprint", TEXT, "Hash of the words alone: equal in two formats of one text."),
        Column("method", TEXT, "What found the sentence ends, with its version."),
        Column(
            "model",
            TEXT,
            "Model, with its version, that restored what the source lacks; null where none did.",
            nullable=True,
        ),
        Column("version", TEXT, "Version of the transform that made the rows."),
    ),
    parent="core.episodes",
)

_SPAN = (
    Column("start_char", COUNT, "Offset of the first character in the document's text.", unit="characters"),
    Column("end_char", COUNT, "Offset after the last character.", unit="characters"),
    Column("start_s", SECONDS, "Start in the audio.", True, "s"),
    Column("end_s", SECONDS, "End in the audio.", True, "s"),
    Column(
        "error_s",
        SECONDS,
        "Half the width of the 90 % interval of an estimated time; null where the source gives the times.",
        True,
        "s",
    ),
)
_PLACE = (
    Column("transcript_id", TEXT, "The transcript it belongs to."),
    Column("episode_id", TEXT, "The episode of the transcript."),
)

TURNS = Table(
    "core",
    "turns",
    "One speaker turn.",
    ("transcript_id", "turn"),
    (
        *_PLACE,
        Column("turn", COUNT, "Position in the transcript, from 0."),
        *_SPAN,
        Column(
            "speaker",
            TEXT,
            "Canonical name of the speaker; S1 and S2 by turns where the model found the turns; null where nothing tells.",
            nullable=True,
        ),
        Column("speaker_label", TEXT, "The label as found.", nullable=True),
        Column("p_start", SHARE, "Probability that the speaker changes here.", unit="0..1"),
        Column(
            "method",
            TEXT,
            "What the turn starts with: label, mark, a model with its version, or document (no sign).",
        ),
        Column("n_words", COUNT, "Words."),
        Column("text", TEXT, "The cleaned words."),
    ),
    parent="core.transcripts",
)

SENTENCES = Table(
    "core",
    "sentences",
    "One sentence.",
    ("transcript_id", "sentence"),
    (
        *_PLACE,
        Column("sentence", COUNT, "Position in the transcript, from 0."),
        Column("turn", COUNT, "The turn it belongs to."),
        *_SPAN,
        Column(
            "end_punct",
            TEXT,
            "Mark that ends it: . ? ! or …; null where the source has none and none was restored.",
            nullable=True,
        ),
        Column("p_end", SHARE, "Probability that a sentence ends here.", unit="0..1"),
        Column("n_words", COUNT, "Words."),
        Column("n_fillers", COUNT, "Fillers among the words (um, uh, ...)."),
        Column("n_repeats", COUNT, "Words that repeat the word before."),
        Column("method", TEXT, "What found the sentence's end, with its version."),
        Column("text", TEXT, "The cleaned words, with the marks and case that were restored."),
    ),
    parent="core.turns",
)

SEGMENTS = Table(
    "core",
    "segments",
    "One topic segment or chapter.",
    ("transcript_id", "segment"),
    (
        *_PLACE,
        Column("segment", COUNT, "Position in the transcript, from 0."),
        *_SPAN,
        Column("title", TEXT, "Title of the chapter."),
        Column("method", TEXT, "Where the boundary comes from."),
        Column("score", SHARE, "Confidence in the boundary.", unit="0..1"),
    ),
    parent="core.transcripts",
)

SOUNDS = Table(
    "core",
    "sounds",
    "One sound tag, such as [Music] or [laughs], taken out of the text.",
    ("transcript_id", "sound"),
    (
        *_PLACE,
        Column("sound", COUNT, "Position in the transcript, from 0."),
        Column("start_char", COUNT, "Offset of the tag in the document's text.", unit="characters"),
        Column("end_char", COUNT, "Offset after the tag.", unit="characters"),
        Column("start_s", SECONDS, "Start of the cue that holds the tag.", True, "s"),
        Column("label", TEXT, "The tag's words in lower case."),
    ),
    parent="core.transcripts",
)

VECTORS = Table(
    "core",
    "vectors",
    "One passage of a transcript as a vector, for passages that are alike; podlake search --vectors makes what is new.",
    ("transcript_id", "passage"),
    (
        Column("transcript_id", TEXT, "The transcript."),
        Column(
            "fingerprint",
            TEXT,
            "What its sentences were when this was made: search.transcripts' sentences_fingerprint.",
        ),
        Column("passage", COUNT, "Position in the transcript, from 0."),
        Column("start_sentence", COUNT, "Its first sentence."),
        Column("end_sentence", COUNT, "The sentence after its last."),
        Column("model", TEXT, "The model that made the vector, with its version and width."),
        Column(
            "vector",
            VECTOR,
            "Vector of length 1: the more alike two passages, the nearer to 1 their product.",
        ),
    ),
)

TERM_COUNTS = Table(
    "mart",
    "term_counts",
    "Words counted ahead of the questions; mart.terms reads them, and podlake models run counts what is new.",
    ("transcript_id", "text_fingerprint", "term"),
    (
        Column("transcript_id", TEXT, "The transcript."),
        Column("text_fingerprint", TEXT, "Hash of the transcript's words when they were counted."),
        Column(
            "term", TEXT, "A word in lower case; null where the transcript says none twice.", nullable=True
        ),
        Column("n", COUNT, "How often it is said."),
    ),
)

RUNS = Table(
    "quality",
    "runs",
    "One ingestion run that had something to do.",
    ("run_id",),
    (
        Column("run_id", TEXT, "Id of the run; sorts by start."),
        Column("started_at", MOMENT, "When it began."),
        Column("updated_at", MOMENT, "When it last published."),
        Column("status", TEXT, "running or finished; a run that stays running was killed."),
        Column("sources", TEXTS, "What it was asked to ingest."),
        Column("n_documents", COUNT, "New or changed documents read."),
        Column("n_published", COUNT, "Documents published."),
        Column("n_quarantined", COUNT, "Documents held back."),
        Column("n_bytes", BYTES, "Bytes read.", unit="bytes"),
        Column("stages", TEXT, "Seconds and CPU seconds of each stage, as JSON."),
        Column("podlake_version", TEXT, "Version of podlake."),
    ),
)

BATCHES = Table(
    "quality",
    "batches",
    "One batch of a run, published or rejected as a whole.",
    ("run_id", "batch"),
    (
        Column("run_id", TEXT, "The run."),
        Column("batch", COUNT, "Position in the run, from 0."),
        Column("status", TEXT, "published or rejected."),
        Column("n_documents", COUNT, "Documents in the batch."),
        Column("n_bytes", BYTES, "Bytes of the documents.", unit="bytes"),
        Column("rows_in", BYTES, "Rows that the transform made."),
        Column("rows_published", BYTES, "Rows that landed in core tables."),
        Column("rows_quarantined", BYTES, "Rows held back."),
        Column("published_at", MOMENT, "When the batch landed."),
    ),
    parent="quality.runs",
)

RESULTS = Table(
    "quality",
    "results",
    "The result of one expectation on one table of one batch.",
    ("run_id", "batch", "table_name", "rule"),
    (
        Column("run_id", TEXT, "The run."),
        Column("batch", COUNT, "The batch; -1 for what looks at the run as a whole."),
        Column("table_name", TEXT, "Table the rule looks at."),
        Column("rule", TEXT, "Name of the rule."),
        Column("column_name", TEXT, "Column that owns the rule."),
        Column("severity", TEXT, "critical, warning or info."),
        Column("status", TEXT, "passed, failed or errored."),
        Column("n_rows", BYTES, "Rows looked at."),
        Column("n_unexpected", BYTES, "Rows that break the rule."),
        Column("observed", TEXT, "Value that a table rule observed.", nullable=True),
        Column("why", TEXT, "Why the rule exists."),
        Column("error", TEXT, "What the rule raised.", nullable=True),
    ),
    parent="quality.batches",
)

QUARANTINE = Table(
    "quality",
    "quarantine",
    "One row held back, whole, with the reason.",
    ("run_id", "batch", "table_name", "row_key", "rule"),
    (
        Column("run_id", TEXT, "The run that held it back."),
        Column("batch", COUNT, "The batch."),
        Column("table_name", TEXT, "Table the row was meant for."),
        Column("row_key", TEXT, "Key of the row in that table."),
        Column("document_id", TEXT, "Document it comes from."),
        Column("uri", TEXT, "Where the document was read."),
        Column("rule", TEXT, "Rule that it breaks, or the reason the document could not be parsed."),
        Column("detail", TEXT, "What was seen, and what to do."),
        Column("row", TEXT, "The row as JSON.", nullable=True),
        Column("quarantined_at", MOMENT, "When it was held back."),
    ),
    parent="quality.batches",
)

MEASURES = Table(
    "quality",
    "measures",
    "What was measured of one document when a run landed it.",
    ("run_id", "document_id", "revision"),
    (
        Column("run_id", TEXT, "The run."),
        Column("batch", COUNT, "The batch."),
        Column("document_id", TEXT, "The document."),
        Column("revision", COUNT, "The revision that the run landed."),
        Column("podcast_id", TEXT, "The podcast of the document."),
        Column("format", TEXT, "Format of the document."),
        Column("published_year", YEAR, "Year of the episode's publication.", nullable=True),
        *(
            Column(metric.name, pl.Float64(), metric.description, nullable=True, unit=metric.unit)
            for metric in METRICS
        ),
    ),
    parent="quality.runs",
)

PROFILE = Table(
    "quality",
    "profile",
    "One metric over the documents that a run landed of a podcast in a format, of a format, of a year, or of all, "
    "beside the runs before it.",
    ("run_id", "podcast_id", "format", "published_year", "metric"),
    (
        Column("run_id", TEXT, "The run."),
        Column("podcast_id", TEXT, "The podcast; null for all of them.", nullable=True),
        Column("format", TEXT, "The format; null for all of them.", nullable=True),
        Column("published_year", YEAR, "The year of publication; null for all of them.", nullable=True),
        Column("metric", TEXT, "A metric of quality.measures."),
        Column("n", COUNT, "Documents that have a value."),
        Column("value", pl.Float64(), "Mean over these documents."),
        Column("p10", pl.Float64(), "A tenth of them lie below."),
        Column("p50", pl.Float64(), "Half of them lie below."),
        Column("p90", pl.Float64(), "A tenth of them lie above."),
        Column("n_by_step", COUNTS, f"Documents in each of the {N_STEPS} steps of the metric's scale."),
        Column(
            "n_runs",
            COUNT,
            "Runs before this one that it is compared with: the last 30 that did not lie off themselves.",
        ),
        Column("baseline", pl.Float64(), "Mean over these runs; null without any.", nullable=True),
        Column(
            "distance",
            pl.Float64(),
            "Wasserstein distance from these runs without the document that lies farthest off, in standard deviations "
            "of documents; null where the past or the run is too small to tell.",
            True,
            "standard deviations",
        ),
        Column(
            "z",
            pl.Float64(),
            "Shift of the mean against these runs, in standard errors; null like distance, but for small runs.",
            True,
            "standard errors",
        ),
        Column("rise", pl.Float64(), "CUSUM of upward shifts since the last change point."),
        Column("fall", pl.Float64(), "CUSUM of downward shifts since the last change point."),
        Column(
            "is_change", FLAG, "Whether one of them crossed the limit: a change point; null like z.", True
        ),
    ),
    parent="quality.runs",
)

INCIDENTS = Table(
    "quality",
    "incidents",
    "One thing that went wrong with a schedule, from the first run that showed it to the one that was well again.",
    ("incident_id",),
    (
        Column("incident_id", TEXT, "Id of the incident; sorts by opening."),
        Column("kind", TEXT, "failed, late or degraded."),
        Column("subject", TEXT, "The schedule that it concerns."),
        Column("opened_at", MOMENT, "When it was first seen, and told."),
        Column("last_seen_at", MOMENT, "When it was last seen."),
        Column("closed_at", MOMENT, "When a run was well again, or somebody closed it.", nullable=True),
        Column("n_seen", COUNT, "Runs that showed it."),
        Column("muted_until", MOMENT, "Until when nothing is told of this kind and subject.", nullable=True),
        Column("acknowledged_at", MOMENT, "When a person took note of it.", nullable=True),
        Column("acknowledged_by", TEXT, "Who did.", nullable=True),
        Column("detail", TEXT, "What was seen last."),
        Column("run_id", TEXT, "Prefect's id of the run that showed it last.", nullable=True),
    ),
)

TABLES: dict[str, Table] = {
    table.full_name: table
    for table in (
        DOCUMENTS,
        FEEDS,
        ITEMS,
        PODCASTS,
        EPISODES,
        TRANSCRIPTS,
        TURNS,
        SENTENCES,
        SEGMENTS,
        SOUNDS,
        VECTORS,
        TERM_COUNTS,
        RUNS,
        BATCHES,
        RESULTS,
        QUARANTINE,
        MEASURES,
        PROFILE,
        INCIDENTS,
    )
}

STAGED: tuple[Table, ...] = (DOCUMENTS, TRANSCRIPTS, TURNS, SENTENCES, SEGMENTS, SOUNDS)
"""Tables that the transform makes and a batch stages, parents before children."""


def descendants(table: Table) -> Iterator[Table]:
    """Yield the staged tables whose rows hang on rows of ``table``, nearest first."""
    for child in STAGED:
        if child.parent == table.full_name:
            yield child
            yield from descendants(child)
