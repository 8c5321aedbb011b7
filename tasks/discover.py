"""Find the documents of the sources that are new or have changed, one at a time.

A document's uri is ``file:///folder/12.vtt``; of a member of an archive, ``file:///folder/x.zip!/12.vtt``. What
is wrong with an archive as a whole is a document of its own, with the uri ``file:///folder/x.zip!/``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from os import fsencode
from pathlib import Path
from urllib.parse import quote_from_bytes

from tasks import archives
from tasks.archives import DAMAGE, ArchiveBombError, Kind, Member, Readable
from tasks.document import Document, Problem, is_gone, uri_of
from tasks.feeds import lists
from tasks.feeds.reader import FeedReader, Found
from tasks.identity import identify
from tasks.sources import SourceFile, files, is_address, resolve
from warehouse.ledger import Entry, Ledger, Moved, empty_ledger
from warehouse.settings import MEGABYTE, Settings

Unchanged = Callable[[int], None]

_NEW = Entry("", "", "", "")
_CHUNK = 512
_CHUNK_BYTES = 8 * MEGABYTE  # members of a tar are held until the ledger was asked
_PIECE = MEGABYTE
_COPY: Problem = (
    "duplicate",
    "another source has the same name and holds another file at the same path; ingest one of them with --podcast",
)


@dataclass(frozen=True, slots=True)
class _Content:
    """What reading found: a digest, the bytes where they must be kept, or a problem; or an archive or feed."""

    sha256: str = ""
    n_bytes: int = 0
    data: bytes | None = None
    problem: Problem | None = None
    archive: Kind | None = None
    feed: lists.Kind | None = None


@dataclass(frozen=True, slots=True)
class _Listing:
    """A document as listed; only ``load`` looks at its bytes."""

    source: str
    parts: tuple[str, ...]
    uri: str
    stamp: str
    load: Callable[[], _Content]
    container: str = ""
    n_held: int = 0
    file: SourceFile | None = None


def discover(
    sources: Sequence[str | Path],
    settings: Settings,
    ledger: Ledger | None = None,
    unchanged: Unchanged = lambda _: None,
) -> Iterator[Document]:
    """Return the new and changed documents of the sources, listed as they are asked for.

    A document is unchanged if its stamp is the ledger's, which costs no read, or else its digest is. What was held back
    for a reason that may pass is looked at each time, and unchanged while the reason stands. The order
    is that of the sources, then of names; an archive's members stand in its place, in its own order. A source
    that lies in another one is listed with that one.

    Two sources of one name may hold the same path. What lies where the ledger's document lay is a revision of it if that
    one is gone, the same document if its bytes are equal, and otherwise held back.

    A feed file is a document like any other.

    Args:
        sources: Folders, files, and zip or tar archives.
        settings: Limits, the lake to leave out, and the podcast's name if given.
        ledger: What the lake holds; nothing if left out.
        unchanged: Is told how many documents the ledger holds as they are, a few hundred at a time.

    Raises:
        SourceError: A source does not exist or cannot be listed.
    """
    found = _Discovery(settings, ledger or empty_ledger(), unchanged).run(resolve(sources, settings.lake))
    return (one for one in found if isinstance(one, Document))


def discover_with_feeds(sources: Sequence[str], feeds: FeedReader) -> Iterator[Found]:
    """Return what ``discover`` does, and what feeds have that is new, each feed's own facts after its documents.

    Args:
        sources: What ``discover`` takes, feed files and lists of feeds (OPML) among it, and addresses of feeds, which
            come last.
        feeds: Reads feeds, and brings the settings and the ledger.

    Raises:
        SourceError: A source that is no address does not exist or cannot be listed.
    """
    discovery = _Discovery(feeds.settings, feeds.ledger, feeds.unchanged, feeds)
    found = discovery.run(resolve(sources, feeds.settings.lake))
    from_the_web = (one for source in sources if is_address(source) for one in feeds.web(source))
    return chain(found, from_the_web)


@dataclass(frozen=True, slots=True)
class _Discovery:
    settings: Settings
    ledger: Ledger
    unchanged: Unchanged
    feeds: FeedReader | None = None

    def run(self, sources: Sequence[Path]) -> Iterator[Found]:
        listings = (self._file(file) for file in files(sources, self.settings.lake))
        yield from self._changed(listings)

    def _changed(self, listings: Iterator[_Listing]) -> Iterator[Found]:
        """Yield the documents that the ledger does not hold as they are."""
        for chunk in _chunks(listings):
            known = self.ledger.known([listing.uri for listing in chunk])
            n_unchanged = 0
            for listing in chunk:
                entry = known.get(listing.uri, _NEW)
                if entry.stamp == listing.stamp and entry.is_settled:
                    n_unchanged += 1
                    continue
                content = listing.load()
                if content.archive and listing.file:
                    yield from self._archive(listing.file, content.archive)
                elif self.feeds and content.feed and listing.file:
                    file = listing.file
                    yield from (
                        self.feeds.listed(file.path) if content.feed == "list" else self.feeds.file(file)
                    )
                elif document := self._changed_document(listing, content, entry):
                    yield document
                else:
                    n_unchanged += 1
            self.unchanged(n_unchanged)

    def _changed_document(self, listing: _Listing, content: _Content, entry: Entry) -> Document | None:
        """Return a document, unless the ledger has it as it is, or with the same problem."""
        if content.problem:
            self.ledger.spare(listing.uri)
        if content.sha256 and content.sha256 == entry.sha256 and entry.is_settled:
            return None
        document = self._document(listing, content)
        is_as_before = document and document.problem and document.problem[0] == entry.problem
        return None if is_as_before else document

    def _document(self, listing: _Listing, content: _Content) -> Document | None:
        """Return a document; None if the ledger has it at another place."""
        identity = identify(listing.source, listing.parts, self.settings.podcast, listing.container)
        holder = self.ledger.claim(identity.document_id, listing.uri, content.sha256)
        if holder:
            if content.sha256 and content.sha256 == holder.sha256:
                self._follow(listing, holder)
                return None
            if is_gone(holder.uri):
                self.ledger.take(identity.document_id, listing.uri, content.sha256)
            else:
                # Its own uri tells it apart from the document that came first.
                identity = identify(listing.source, listing.parts, self.settings.podcast, listing.uri)
                content = replace(content, data=None, problem=content.problem or _COPY)
        return Document(
            document_id=identity.document_id,
            podcast_id=identity.podcast_id,
            episode_id=identity.episode_id,
            podcast=identity.podcast,
            path=identity.path,
            uri=listing.uri,
            stamp=listing.stamp,
            sha256=content.sha256,
            n_bytes=content.n_bytes,
            content=content.data,
            problem=content.problem,
        )

    def _follow(self, listing: _Listing, holder: Entry) -> None:
        """Let the ledger know where a document lies now, if it is gone from where it was."""
        if is_gone(holder.uri):
            self.ledger.move(Moved(holder.document_id, listing.uri, listing.stamp, holder.sha256))

    def _file(self, file: SourceFile) -> _Listing:
        load = partial(_load_file, file, self.settings.max_document_bytes)
        return _Listing(file.source, file.parts, uri_of(file.path), file.stamp, load, file=file)

    def _archive(self, file: SourceFile, kind: Kind) -> Iterator[Found]:
        """Yield the changed members of an archive, and what is wrong with it as a whole."""
        with ExitStack() as held:
            try:
                yield from self._changed(self._members(file, kind, held))
            except ArchiveBombError as error:
                yield from self._changed(iter([_broken(file, error)]))

    def _members(self, file: SourceFile, kind: Kind, held: ExitStack) -> Iterator[_Listing]:
        """Yield the members of an archive as if it were a folder of its name."""
        try:
            for member in archives.members(file.path, kind, self.settings, held):
                yield self._member(file, member, is_stream=kind != "zip")
        except (ArchiveBombError, *DAMAGE) as error:
            yield _broken(file, error)

    def _member(self, file: SourceFile, member: Member, *, is_stream: bool) -> _Listing:
        name = archives.stem(file.path.name)
        source, folders = (name, ()) if file.is_source else (file.source, (*file.parts[:-1], name))
        listing = _Listing(
            source=source,
            parts=(*folders, *member.parts),
            uri=f"{uri_of(file.path)}!/{quote_from_bytes(fsencode(member.name))}",
            stamp=f"{file.stamp}:{member.mark}",
            load=partial(_load_zipped, member, self.settings.max_document_bytes),
            container="" if file.is_source else file.path.name,
        )
        if not is_stream:
            return listing
        # A tar passes by once: its members are read here, as the ledger is asked about many together.
        content = _load_member(member, self.settings.max_document_bytes)
        return replace(listing, load=lambda: content, n_held=content.n_bytes)


def _load_file(file: SourceFile, limit: int) -> _Content:
    """Return a file's digest, or what archive it is."""
    if file.error:
        return _Content(problem=("unreadable", file.error))
    try:
        with file.path.open("rb") as stream:
            head = stream.read(_PIECE)
            kind = archives.kind_of(head, file.path.name)
            if kind:
                return _Content(archive=kind)
            is_too_large = file.status.st_size > limit  # its digest would be taken anew by every run
            content = (
                _too_large(file.status.st_size, limit)
                if is_too_large
                else _digested(head, stream, limit, keep=False)
            )
            return replace(content, feed=lists.kind_of(head))
    except OSError as error:
        return _Content(problem=("unreadable", error.strerror or str(error)))


def _load_zipped(member: Member, limit: int) -> _Content:
    """Return a zip's member; damage to one leaves the others readable."""
    try:
        return _load_member(member, limit)
    except DAMAGE as error:
        return _Content(problem=("bad-archive", f"the member cannot be read: {error}"))


def _load_member(member: Member, limit: int) -> _Content:
    """Return a member's digest and bytes."""
    if member.problem:
        return _Content(problem=member.problem)
    stream = member.open()
    head = stream.read(_PIECE)
    content = _digested(head, stream, limit, keep=True)
    if archives.kind_of(head, member.name):
        nested = (
            "nested-archive",
            "archives in archives are not opened; unpack this one and ingest it by itself",
        )
        return replace(content, data=None, problem=nested)
    return content


def _digested(head: bytes, stream: Readable, limit: int, *, keep: bool) -> _Content:
    """Return the digest of a stream that begins with ``head``, and its bytes if they are to be kept."""
    digest, n_bytes, kept = hashlib.sha256(), 0, []
    piece = head
    while piece:
        digest.update(piece)
        n_bytes += len(piece)
        if keep and n_bytes <= limit:
            kept.append(piece)
        piece = stream.read(_PIECE)
    if n_bytes > limit:
        return _too_large(n_bytes, limit)
    return _Content(digest.hexdigest(), n_bytes, b"".join(kept) if keep else None)


def _too_large(n_bytes: int, limit: int) -> _Content:
    detail = f"{n_bytes:,} bytes are more than max_document_bytes ({limit:,}) allows; split it or raise the setting"
    return _Content(n_bytes=n_bytes, problem=("too-large", detail))


def _broken(file: SourceFile, error: Exception) -> _Listing:
    """Return what is wrong with an archive as a document beside its members."""
    is_bomb = isinstance(error, ArchiveBombError)
    problem = (
        ("archive-bomb", str(error))
        if is_bomb
        else ("bad-archive", f"the archive cannot be read on: {error}")
    )
    content = _Content(problem=problem)
    source = archives.stem(file.path.name) if file.is_source else file.source
    return _Listing(source, file.parts, f"{uri_of(file.path)}!/", file.stamp, lambda: content)


def _chunks(listings: Iterator[_Listing]) -> Iterator[list[_Listing]]:
    """Group listings, so that the ledger is asked seldom and little is held."""
    chunk: list[_Listing] = []
    n_held = 0
    for listing in listings:
        chunk.append(listing)
        n_held += listing.n_held
        if len(chunk) == _CHUNK or n_held >= _CHUNK_BYTES:
            yield chunk
            chunk, n_held = [], 0
    if chunk:
        yield chunk
