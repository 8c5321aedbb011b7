"""Read zip and tar archives member by member: nothing is unpacked to disk, no header is believed.

An archive is told by its content. Word, EPUB and similar documents are zips by content and yet documents,
and a lone compressed file is no archive; both are left to the decoder, which names them.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import math
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from os import fsencode
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, Self, cast
from urllib.parse import quote_from_bytes

import pyarrow as pa

from tasks.document import Problem
from tasks.sources import is_leftover
from warehouse.errors import TerminalError
from warehouse.settings import MEGABYTE, Settings

Kind = Literal["zip", "tar", "gzip", "bzip2", "xz", "zstd"]

_COMPRESSED: dict[bytes, Kind] = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
# What the first entry of a zip is called when the zip is one document: OOXML, EPUB and OpenDocument, Java.
_PACKAGE = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"mimetype", b"META-INF/")
_ZIP_NAME_OFFSET = 30
_ZIP_ENCRYPTED = 0x1
_ZIP_UTF8 = 0x800
_TAR_BLOCK = 512
_LONGEST_HEADER = MEGABYTE
"""tarfile holds a header whole, and several times as large; names have 4 kB at most, attributes seldom 64."""
# What tarfile raises where a header's numbers are none, and from which it would conclude that the archive ends.
_NONSENSE = (tarfile.InvalidHeaderError, IndexError, OverflowError, RecursionError)  # type: ignore[attr-defined]
_EXTENSION = re.compile(r"\.(?:zip|tar(?:\.\w+)?|tgz|tbz2?|txz|tzst)$", re.IGNORECASE)
# Absolute, on a drive, or through a parent folder; with the separators of either system.
_OUTWARD = re.compile(r"^[\\/]|^[A-Za-z]:[\\/]|(?:^|[\\/])\.\.(?:[\\/]|$)")

# Small texts may shrink more than any ratio allows: below this nothing counts as a bomb by ratio.
_HARMLESS_BYTES = MEGABYTE

_UNSAFE: Problem = ("unsafe-path", "the member's name points out of the archive")
_DUPLICATE: Problem = (
    "duplicate-member",
    "the archive holds this name more than once; the first one is read",
)
_ENCRYPTED: Problem = ("encrypted", "the member needs a password; unpack the archive and ingest the folder")
_LINK: Problem = (
    "archive-link",
    "the member is a link to another file; unpack the archive and ingest the folder",
)
_SPARSE: Problem = ("sparse-file", "the member is a sparse file, which no transcript is")

DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,  # a zip compression that Python does not know
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
)
"""What reading a damaged archive raises."""


class ArchiveBombError(TerminalError):
    """An archive that expands to more than the settings allow."""


class Readable(Protocol):
    """Anything that hands out its bytes in order."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes, none at the end."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive.

    Attributes:
        name: Its path in the archive, with slashes; a name met before is numbered.
        parts: Folders and file name, without a top folder that repeats the archive's own name.
        mark: What changes with its content while the archive's own stamp stays: checksum or offset.
        open: Opens it; raises one of DAMAGE or ArchiveBombError, then or while it is read.
        problem: Why it must not be opened, as reason code and detail.
    """

    name: str
    mark: str
    open: Callable[[], Readable]
    problem: Problem | None
    parts: tuple[str, ...] = ()


class _Metered:
    """A stream that stops with ArchiveBombError once its budget is spent."""

    def __init__(self, stream: Readable, budget: Budget) -> None:
        self._stream, self._budget = stream, budget
        self._n_read, self._end = 0, math.inf

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        self._budget.spend(len(data))
        self._n_read += len(data)
        if self._n_read > self._end:
            raise tarfile.ReadError(f"a header is longer than {_LONGEST_HEADER:,} bytes")
        return data

    @contextmanager
    def at_most(self, n_bytes: int) -> Iterator[None]:
        """Let a block, with all blocks in it, read no more than so many bytes."""
        outer, self._end = self._end, min(self._end, self._n_read + n_bytes)
        try:
            yield
        finally:
            self._end = outer


class Budget:
    """The bytes that one archive may still expand to."""

    def __init__(self, archive_bytes: int, settings: Settings) -> None:
        by_ratio = max(_HARMLESS_BYTES, settings.max_archive_ratio * archive_bytes)
        self._left = min(settings.max_archive_bytes, by_ratio)
        self._what = (
            f"{archive_bytes:,} bytes expand to more than {self._left:,}, which max_archive_bytes "
            f"({settings.max_archive_bytes:,}) and max_archive_ratio ({settings.max_archive_ratio}) allow"
        )

    def spend(self, n_bytes: int) -> None:
        """Take bytes off the budget.

        Raises:
            ArchiveBombError: There were not so many left.
        """
        self._left -= n_bytes
        if self._left < 0:
            raise ArchiveBombError(
                self._what,
                remedy="Its remaining members were not read; if it can be trusted, raise the setting.",
            )


def kind_of(head: bytes, name: str) -> Kind | None:
    """Return what archive a file is, from its first megabyte; None if it is a document.

    The name decides only whether compressed bytes that do not show a tar are a damaged archive
    (``x.tar.gz``) or a document of their own (``x.vtt.gz``).
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None if head.startswith(_PACKAGE, _ZIP_NAME_OFFSET) else "zip"
    if _is_tar(head):
        return "tar"
    for magic, kind in _COMPRESSED.items():
        if head.startswith(magic):
            return kind if _EXTENSION.search(name) or _is_tar(_expanded(head, kind)) else None
    return None


def stem(name: str) -> str:
    """Return an archive's name without its extension."""
    return _EXTENSION.sub("", name) or name


def members(path: Path, kind: Kind, settings: Settings, held: ExitStack) -> Iterator[Member]:
    """Yield the files of an archive in its own order; folders, devices and hidden files are passed over.

    A member of a tar can be read only until the next one is asked for, one of a zip until ``held`` is closed.

    Raises:
        ArchiveBombError: The archive expands to more than the settings allow.
        OSError, EOFError, ...: One of DAMAGE, where the archive is cut off or corrupt.
    """
    budget = Budget(path.stat().st_size, settings)
    found = _zip_members(path, budget, held) if kind == "zip" else _tar_members(path, kind, budget)
    met: set[int] = set()  # hashes, as a million names would take much more memory
    for number, member in enumerate(found):
        placed = _placed(member, stem(path.name))
        if any(is_leftover(part) for part in placed.parts):
            continue
        if hash(placed.parts) in met:
            name, parts = f"{member.name}#{number}", (*placed.parts[:-1], f"{placed.parts[-1]}#{number}")
            placed = replace(placed, name=name, parts=parts, problem=_DUPLICATE)
        met.add(hash(placed.parts))
        yield placed


def _placed(member: Member, top: str) -> Member:
    """Return the member with its parts; one that points out of the archive has a single, quoted part."""
    parts = tuple(part for part in member.name.split("/") if part not in {"", "."})
    if not parts or _OUTWARD.search(member.name):
        quoted = quote_from_bytes(fsencode(member.name), safe="")
        return replace(member, parts=(f"unsafe {quoted}",), problem=_UNSAFE)
    below = parts[1:] if len(parts) > 1 and parts[0] == top else parts
    return replace(member, name="/".join(parts), parts=below)


def _zip_members(path: Path, budget: Budget, held: ExitStack) -> Iterator[Member]:
    archive = held.enter_context(zipfile.ZipFile(path))
    for info in archive.infolist():
        if not info.is_dir():
            opener = partial(_open_zipped, archive, info, budget)
            yield Member(_zip_name(info), f"{info.CRC:08x}", opener, _zip_problem(info))


def _open_zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Readable:
    return _Metered(archive.open(info), budget)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; many tools write UTF-8 without the flag that says so."""
    name = info.filename
    if not info.flag_bits & _ZIP_UTF8:
        with suppress(UnicodeError):  # then it is the code page that the format prescribes
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _zip_problem(info: zipfile.ZipInfo) -> Problem | None:
    if info.flag_bits & _ZIP_ENCRYPTED:
        return _ENCRYPTED
    if stat.S_ISLNK(info.external_attr >> 16):
        return _LINK
    return None


class _StrictInfo(tarfile.TarInfo):
    """A tar header of bounded length; one that is damaged ends the archive with an error, not in silence."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        """Read all that tells of one member: its header, and those of long names, extensions and maps before it."""
        stream = cast(_Metered, archive.fileobj.fileobj)  # type: ignore[attr-defined]  # what tarfile's own stream reads
        try:
            with stream.at_most(_LONGEST_HEADER):
                return super().fromtarfile(archive)
        except _NONSENSE as error:
            raise tarfile.ReadError(f"a header makes no sense: {error}") from error

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Read one block; only an empty one may end an archive."""
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if buf.strip(b"\0"):
                raise tarfile.ReadError(str(error)) from error
            raise


def _tar_members(path: Path, kind: Kind, budget: Budget) -> Iterator[Member]:
    with path.open("rb") as file:
        stream = _Metered(_plain(file, kind), budget)
        with tarfile.open(fileobj=cast(BinaryIO, stream), mode="r|", tarinfo=_StrictInfo) as archive:
            while (info := archive.next()) is not None:
                if info.isreg() or info.islnk() or info.issym():
                    yield Member(
                        info.name, str(info.offset), partial(_open_tarred, archive, info), _tar_problem(info)
                    )
                # tarfile keeps every header that it has read.
                archive.members.clear()  # type: ignore[attr-defined]
                archive.pax_headers.clear()  # type: ignore[attr-defined]


def _open_tarred(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Readable:
    return archive.extractfile(info) or io.BytesIO()


def _tar_problem(info: tarfile.TarInfo) -> Problem | None:
    if info.islnk() or info.issym():
        return _LINK
    return _SPARSE if info.issparse() else None


def _plain(file: BinaryIO, kind: Kind) -> Readable:
    """Return the expanded bytes of a compressed file as a stream."""
    if kind == "gzip":
        return gzip.GzipFile(fileobj=file)
    if kind == "bzip2":
        return bz2.BZ2File(file)
    if kind == "xz":
        return lzma.LZMAFile(file)
    if kind == "zstd":
        return cast(Readable, pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd"))
    return file


def _expanded(head: bytes, kind: Kind) -> bytes:
    """Return the first block of compressed bytes, empty where they are damaged."""
    try:
        return _plain(io.BytesIO(head), kind).read(_TAR_BLOCK)
    except DAMAGE:
        return b""


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"
