"""List the files of the sources: in a fixed order, each folder once, whatever links point where."""

from __future__ import annotations

import re
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import fspath, stat_result
from os.path import abspath
from pathlib import Path

from warehouse.errors import SourceError

_LEFTOVERS = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".DS_Store",
        ".Trash",
        ".venv",
        ".cache",
        ".ipynb_checkpoints",
        "__MACOSX",
        "Thumbs.db",
    }
)
"""What systems and tools leave beside people's files; other hidden files may hold transcripts."""

_USER = re.compile(r"\A([^/?#]*//+)(?:[^/?#]*@|[^/?#@:\[]*:(?!\d*[/?#]).*@)", re.DOTALL)
"""A user with a password; where no port follows the colon, one in which a ``/``, ``?`` or ``#`` was not encoded."""

_NO_FILE = "it is a pipe, a socket or a device, and was not opened"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file found in a source.

    Attributes:
        source: Name of the source folder; for a source that is a file, of the folder it lies in.
        parts: Folders and file name below that folder.
        path: Absolute path.
        status: What the file system says of the file, or of a link that leads nowhere.
        is_source: Whether the source is this very file.
        error: Why the file, or a folder instead of one, cannot be looked at; empty if it can.
    """

    source: str
    parts: tuple[str, ...]
    path: Path
    status: stat_result
    is_source: bool = False
    error: str = ""

    @property
    def stamp(self) -> str:
        """A token that changes when the file does."""
        status = self.status
        return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"


@dataclass(frozen=True, slots=True)
class _Entry:
    source: str
    parts: tuple[str, ...]
    path: Path


def resolve(sources: Sequence[str | Path], lake: Path) -> list[Path]:
    """Return the sources as absolute paths, in order, without those that lie in another one.

    Addresses on the web are none: ``tasks.feeds`` reads them.

    Raises:
        SourceError: A source does not exist, is the lake itself, or is neither file nor folder.
    """
    # Path.resolve would replace a link's name, which names the podcast, by its target's.
    local = (source for source in sources if not is_address(fspath(source)))
    paths = [Path(abspath(Path(source).expanduser())) for source in local]  # noqa: PTH100  see above
    for absolute in paths:
        _check(absolute, lake)
    by_target = {absolute.resolve(): absolute for absolute in reversed(paths)}
    kept = {
        absolute
        for target, absolute in by_target.items()
        if not any(_lists(other, target) for other in by_target)
    }
    return [absolute for absolute in dict.fromkeys(paths) if absolute in kept]


def is_address(source: str) -> bool:
    """Say whether a source is an address on the web and no path."""
    return source.lower().startswith(("http://", "https://"))


def shown(source: str) -> str:
    """Return a source as it may be told and kept: an address without its user and password.

    Example:
        >>> shown("https://me:secret@example.org/feed")
        'https://example.org/feed'
    """
    return _USER.sub(r"\1", source)


def files(sources: Sequence[Path], lake: Path) -> Iterator[SourceFile]:
    """Yield the files of resolved sources, sorted by name within each folder.

    What systems leave behind and the lake are passed over. Links are followed; linked folders
    come last, and only if no other way led to them.
    """
    walk = _Walk(lake)
    for source in sources:
        status = source.stat()
        if stat.S_ISDIR(status.st_mode):
            yield from walk.below(_Entry(source.name, (), source))
        else:
            yield SourceFile(source.parent.name, (source.name,), source, status, is_source=True)
    yield from walk.linked()


def size_of(sources: Sequence[str | Path], lake: Path) -> int:
    """Return the bytes of all files of the sources; archives count as compressed.

    Raises:
        SourceError: As ``resolve`` does.
    """
    return sum(file.status.st_size for file in files(resolve(sources, lake), lake) if not file.error)


def is_leftover(name: str) -> bool:
    """Say whether a file or folder is no person's, such as ``.git`` or the ``._`` files of a Mac."""
    return name in _LEFTOVERS or name.startswith("._")


def _check(source: Path, lake: Path) -> None:
    try:
        status = source.stat()
    except OSError as error:
        raise SourceError(
            f"the source cannot be read: {error.strerror}",
            where=fspath(source),
            remedy="Give a folder, a file, or a zip or tar archive that exists.",
        ) from error
    if not (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
        raise SourceError(
            "the source is neither a file nor a folder",
            where=fspath(source),
            remedy="Give a folder, a file, or a zip or tar archive.",
        )
    if lake.exists() and source.samefile(lake):
        raise SourceError(
            "the source is the lake itself",
            where=fspath(source),
            remedy="Name another folder, or another lake.",
        )


def _lists(outer: Path, inner: Path) -> bool:
    """Say whether listing one folder lists another path too."""
    if outer == inner or not inner.is_relative_to(outer):
        return False
    return not any(is_leftover(part) for part in inner.relative_to(outer).parts)


class _Walk:
    """Lists folders and remembers which ones it has listed."""

    def __init__(self, lake: Path) -> None:
        self._listed: set[tuple[int, int]] = set()
        self._links: deque[_Entry] = deque()
        if lake.exists():
            self._is_new(lake.stat())

    def below(self, top: _Entry) -> Iterator[SourceFile]:
        """Yield the files below a folder; a stack, as folders nest deeper than Python recurses."""
        stack = [iter([top])]
        while stack:
            entry = next(stack[-1], None)
            if entry is None:
                stack.pop()
                continue
            try:
                status = entry.path.stat()
                if stat.S_ISDIR(status.st_mode):
                    stack.append(self._list(entry, status, follow=entry is top))
            except OSError as error:
                yield from _unreadable(entry, error)
            else:
                if not stat.S_ISDIR(status.st_mode):
                    problem = "" if stat.S_ISREG(status.st_mode) else _NO_FILE
                    yield SourceFile(entry.source, entry.parts, entry.path, status, error=problem)

    def linked(self) -> Iterator[SourceFile]:
        """Yield what lies below the linked folders met so far, and below those that they lead to."""
        while self._links:
            yield from self.below(self._links.popleft())

    def _list(self, folder: _Entry, status: stat_result, *, follow: bool) -> Iterator[_Entry]:
        """Return the entries of a folder: none if it was listed before, or is a link that must wait."""
        if not follow and folder.path.is_symlink():
            self._links.append(folder)
            return iter(())
        if not self._is_new(status):
            return iter(())
        names = sorted(child.name for child in folder.path.iterdir() if not is_leftover(child.name))
        return (_Entry(folder.source, (*folder.parts, name), folder.path / name) for name in names)

    def _is_new(self, status: stat_result) -> bool:
        """Say whether a folder is met for the first time, and remember it."""
        identity = status.st_dev, status.st_ino
        if identity in self._listed:
            return False
        self._listed.add(identity)
        return True


def _unreadable(entry: _Entry, error: OSError) -> Iterator[SourceFile]:
    """Yield what cannot be looked at, unless it has vanished since it was listed."""
    try:
        status = entry.path.lstat()
    except FileNotFoundError:
        return
    parts = entry.parts or (entry.path.name,)
    yield SourceFile(entry.source, parts, entry.path, status, error=error.strerror or str(error))
