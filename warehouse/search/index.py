"""The index itself: one tantivy document a sentence, one a transcript, and one that says what it is an index of.

All of them change in one commit, so that a process that is killed leaves the index as it was before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import tantivy

from warehouse.errors import SearchIndexError
from warehouse.search.analysis import EXACT, STEMS, WHOLE, WORDS, analyzers

VERSION = 2
"""Version of the fields below and of how texts are analysed; an index of another one is made anew."""

_WRITER_BYTES = 100_000_000
"""What the writer gathers before it writes a segment; more makes fewer segments, and no faster index."""


@dataclass(frozen=True, slots=True)
class State:
    """What an index is an index of.

    Attributes:
        snapshot_id: The lake's snapshot that it follows.
        as_of: When that was made.
        lake_id: The lake.
        version: ``VERSION`` of the podlake that made it.
    """

    snapshot_id: int
    as_of: datetime
    lake_id: str
    version: int = VERSION

    def as_json(self) -> str:
        """Return it as the index keeps it."""
        return json.dumps(asdict(self) | {"as_of": self.as_of.isoformat()})

    @classmethod
    def from_json(cls, text: str) -> State:
        """Read what ``as_json`` wrote."""
        values = json.loads(text)
        return cls(**values | {"as_of": datetime.fromisoformat(values["as_of"])})


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """An index, and its state at the time of a searcher that sees one commit and no later one."""

    index: tantivy.Index
    searcher: tantivy.Searcher
    state: State

    @property
    def schema(self) -> tantivy.Schema:
        """The fields."""
        return self.index.schema


def create(folder: Path) -> tantivy.Index:
    """Make an empty index in an empty folder."""
    builder = tantivy.SchemaBuilder()
    for name, analyzer, option in (
        ("words", WORDS, "position"),
        ("stems", STEMS, "freq"),
        ("speaker", WORDS, "basic"),
        ("podcast", WHOLE, "basic"),
        ("episode", WORDS, "basic"),
        ("kind", EXACT, "basic"),
    ):
        builder.add_text_field(name, tokenizer_name=analyzer, index_option=option)
    builder.add_text_field("transcript_id", stored=True, tokenizer_name=EXACT, index_option="basic")
    builder.add_unsigned_field("year", indexed=True, fast=True)
    for name in ("text", "said_by", "about"):
        builder.add_bytes_field(name, stored=True)  # a text field would be indexed as well
    builder.add_unsigned_field("sentence", stored=True)
    builder.add_float_field("start_s", stored=True)
    return _prepared(tantivy.Index(builder.build(), str(folder)))


def open_index(folder: Path) -> OpenIndex:
    """Open an index at its last commit.

    Raises:
        SearchIndexError: It is damaged, or another podlake made it.
    """
    with guarded(folder, "read"):
        index = _prepared(tantivy.Index.open(str(folder)))
        searcher = index.searcher()
        (text,) = about(searcher, index.schema, "state")
        state = State.from_json(text)
        if state.version != VERSION:
            raise ValueError(f"it has version {state.version}, and this podlake reads {VERSION}")
        return OpenIndex(index, searcher, state)


def about(searcher: tantivy.Searcher, schema: tantivy.Schema, kind: str) -> list[str]:
    """Return what the documents of a kind hold."""
    query = tantivy.Query.term_query(schema, "kind", kind)
    count = count_of(searcher.search(query, 1))
    hits = searcher.search(query, count, count=False).hits if count else []
    return [as_text(searcher.doc(address), "about") for _, address in hits]


def count_of(found: tantivy.SearchResult) -> int:
    """Return how many documents match, on all pages."""
    return int(found.count)  # type: ignore[attr-defined]  # tantivy's stubs lack it


def as_text(document: tantivy.Document, field: str) -> str:
    """Return a text that a document stores."""
    return bytes(document.get_first(field) or b"").decode()


def writer(index: tantivy.Index) -> tantivy.IndexWriter:
    """Return the one writer of an index; a thread is enough, for Python makes the documents no faster."""
    return index.writer(_WRITER_BYTES, 1)


@contextmanager
def guarded(folder: Path, done: str) -> Iterator[None]:
    """Turn what tantivy raises where an index is damaged, or its disk full, into one error.

    Args:
        folder: Where the index lies.
        done: What the block does with it: read, or written.

    Raises:
        SearchIndexError: The block could not do so.
    """
    try:
        yield
    except (ValueError, TypeError, OSError) as error:
        raise _broken(folder, done, error) from error
    except BaseException as error:
        # A panic of Rust is no Exception, and its class has no name that could be imported.
        if type(error).__name__ == "PanicException":
            raise _broken(folder, done, error) from error
        raise


def _broken(folder: Path, done: str, error: BaseException) -> SearchIndexError:
    return SearchIndexError(
        f"the search index cannot be {done}: {str(error)[:200]}",
        where=str(folder),
        remedy="Look at free space and write rights, then run podlake search --rebuild.",
    )


def _prepared(index: tantivy.Index) -> tantivy.Index:
    for name, analyzer in analyzers().items():
        index.register_tokenizer(name, analyzer)
    # Who asks looks for a new commit himself; tantivy's own way is a thread that polls.
    index.config_reader("manual")
    return index
