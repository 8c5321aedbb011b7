"""The tables of ``core``: podcasts, episodes, and what was said in them."""

from __future__ import annotations

from warehouse.contracts.table import (
    COUNT,
    FLAG,
    MOMENT,
    SECONDS,
    SHARE,
    TEXT,
    TEXTS,
    VECTOR,
    YEAR,
    Column,
    Table,
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
