"""The tables of ``raw``: what was read, as it was read."""

from __future__ import annotations

from warehouse.contracts.table import BYTES, COUNT, FLAG, MOMENT, SECONDS, TEXT, TEXTS, Column, Table

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
        Column("sha256", TEXT, "SHA-256 of the source's bytes, as hexadecimal; empty if they were not read."),
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
