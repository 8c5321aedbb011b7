"""A document: who it is, where its bytes are, and what they were when it was discovered."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from os import fsdecode, fsencode
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

Problem = tuple[str, str]
"""A reason code, and what was seen."""


@dataclass(frozen=True, slots=True)
class Document:
    """One source document.

    Attributes:
        document_id: Stable id: podcast and path.
        podcast_id: Stable id of the podcast.
        episode_id: Stable id of the episode.
        podcast: Name of the podcast.
        path: Path below the podcast's root.
        uri: Where it is.
        stamp: Cheap change token; equal stamps mean equal bytes.
        sha256: Digest of its bytes as hexadecimal; empty if they could not be read.
        n_bytes: Its size.
        content: Bytes of an archive's member; None means that they are at the uri.
        problem: Reason code and detail if it cannot be read.
        revision: The revision that it is in the lake, if it was read from there; publishing numbers all others.
    """

    document_id: str
    podcast_id: str
    episode_id: str
    podcast: str
    path: str
    uri: str
    stamp: str
    sha256: str
    n_bytes: int
    content: bytes | None = field(default=None, repr=False)
    problem: Problem | None = None
    revision: int = 1


def read(document: Document) -> tuple[Document, bytes]:
    """Return a document's bytes, and the document: with a problem if these are not the bytes discovered.

    A file that has changed or vanished since it was listed is not parsed: the next run finds it as it is
    then, as its stamp and digest are taken off the document. A document with a problem has no bytes.
    """
    if document.problem or document.content is not None:
        return document, document.content or b""
    try:
        with _path_of(document.uri).open("rb") as file:
            data = file.read(document.n_bytes + 1)  # never more than was checked against the limit
    except OSError as error:
        return _gone(document, f"it could be listed but not read: {error.strerror}"), b""
    if hashlib.sha256(data).hexdigest() != document.sha256:
        return _gone(document, "it changed while it was being ingested; the next run reads it again"), b""
    return document, data


def _gone(document: Document, detail: str) -> Document:
    return replace(document, stamp="", sha256="", problem=("changed", detail))


def uri_of(path: Path) -> str:
    """Return the uri of a path, whose bytes need be no text."""
    return "file://" + quote_from_bytes(fsencode(path))


def is_gone(uri: str) -> bool:
    """Say whether the file, or the archive, that a uri names is there no more; what lies on the web is not looked for."""
    if not uri.startswith("file://"):
        return False
    try:
        _path_of(uri.partition("!/")[0]).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _path_of(uri: str) -> Path:
    return Path(fsdecode(unquote_to_bytes(uri.removeprefix("file://"))))
