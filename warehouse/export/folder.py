"""The folder that an export writes: beside its target until it is whole, then in its place, with checksums.

<target>.part/    what is being written; a killed export leaves it, and the next one removes it
<target>/         appears by one rename, with manifest.json and SHA256SUMS
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.errors import ExportError, LakeLockedError
from warehouse.locks import flocked
from warehouse.settings import Settings

MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"

_MAKER = "podlake"
_MARK = ".podlake-export"
"""Stands in a folder that is being written, and is locked by who writes it."""


@dataclass(frozen=True, slots=True)
class Written:
    """One file of an export: its path in the folder, and its rows; None where it has none."""

    path: str
    n_rows: int | None
    n_bytes: int
    sha256: str


@dataclass(slots=True)
class Folder:
    """A folder that is being written."""

    path: Path
    files: list[Written] = field(default_factory=list)

    def add(self, file: Path, n_rows: int | None) -> None:
        """Take up a finished file in the manifest."""
        name = file.relative_to(self.path).as_posix()
        self.files.append(Written(name, n_rows, file.stat().st_size, _sha256(file)))

    def number(self, prefix: str, suffix: str, parts: Sequence[tuple[Path, int]]) -> None:
        """Name finished parts ``<prefix>-00000-of-00002<suffix>`` and on, and take them up with their rows."""
        for position, (part, n_rows) in enumerate(parts):
            name = f"{prefix}-{position:05}-of-{len(parts):05}{suffix}"
            self.add(part.rename(self.path / name), n_rows)

    def write(self, name: str, text: str, n_rows: int | None = None) -> None:
        """Write a small file, and take it up."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
        self.add(file, n_rows)


@contextmanager
def export_folder(target: Path, settings: Settings, about: Mapping[str, object]) -> Iterator[Folder]:
    """Give an export a folder to write; it becomes ``target`` when the block ends, and is gone if it fails.

    Args:
        target: A folder that is new, empty, or an earlier export without strangers' files, which is replaced.
        settings: Names the lake, in which no export may lie.
        about: What the manifest says besides the files; the same lake must give the same bytes, so no clock.

    Raises:
        ExportError: The target is something else, or another export writes to it.
    """
    target = target.resolve()
    _check_target(target, settings)
    part = target.with_name(f"{target.name}.part")
    _check_replaceable(part)
    with _claimed(part) as mark:
        folder = Folder(part)
        try:
            yield folder
        except BaseException:
            shutil.rmtree(part)
            raise
        _finish(folder, about)
        mark.unlink()
        swap(part, target)


def swap(part: Path, target: Path) -> None:
    """Put the new folder in the place of the old one; a kill between leaves both, whole, under other names."""
    if not target.exists():
        part.rename(target)
        return
    old = target.with_name(f"{target.name}.old-{os.getpid()}")
    target.rename(old)
    part.rename(target)
    shutil.rmtree(old)


def _check_target(target: Path, settings: Settings) -> None:
    if target.is_relative_to(settings.lake.resolve()):
        raise ExportError(
            "an export cannot lie inside the lake",
            where=str(target),
            remedy="Name a folder elsewhere: maintenance deletes what it does not know.",
        )
    _check_replaceable(target)


def _check_replaceable(folder: Path) -> None:
    """Refuse to replace anything but an empty folder and exports, whole or in the making.

    Raises:
        ExportError: The folder holds a file that no export of podlake put there.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ExportError("the target is no folder", where=str(folder), remedy="Name another one.")
    if (folder / _MARK).exists():
        return
    ours = _own_files(folder)
    files = (file for file in folder.rglob("*") if not file.is_dir() or file.is_symlink())
    strangers = sorted(name for file in files if (name := file.relative_to(folder).as_posix()) not in ours)
    if strangers:
        raise ExportError(
            f"the folder holds {strangers[0]!r}, which no export put there",
            where=str(folder),
            remedy="Name an empty or new folder, or move the file away.",
        )


def _own_files(folder: Path) -> set[str]:
    """Return the names that the manifest of an earlier export lists, with its own."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        listed = {str(file["path"]) for file in manifest["files"]} if manifest["made_by"] == _MAKER else None
    except (OSError, ValueError, KeyError, TypeError):
        listed = None
    return set() if listed is None else {*listed, MANIFEST, CHECKSUMS}


@contextmanager
def _claimed(part: Path) -> Iterator[Path]:
    """Hold an empty folder, marked and locked."""
    part.mkdir(parents=True, exist_ok=True)
    mark = part / _MARK
    mark.touch()
    try:
        with flocked(mark, 0):
            for entry in part.iterdir():
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                elif entry != mark:
                    entry.unlink()
            yield mark
    except LakeLockedError as error:
        raise ExportError(
            "another export writes to this folder", where=str(part), remedy="Wait for it, or name another."
        ) from error


def _finish(folder: Folder, about: Mapping[str, object]) -> None:
    """Write the manifest and the checksums."""
    files = [
        {"path": one.path, "rows": one.n_rows, "bytes": one.n_bytes, "sha256": one.sha256}
        for one in folder.files
    ]
    manifest = {"made_by": _MAKER, **about, "files": files}
    text = json.dumps(manifest, ensure_ascii=False, indent=2, default=str) + "\n"
    (folder.path / MANIFEST).write_text(text, encoding="utf-8")
    sums = [(one.sha256, one.path) for one in folder.files] + [(_sha256(folder.path / MANIFEST), MANIFEST)]
    lines = "".join(f"{digest}  {name}\n" for digest, name in sums)
    (folder.path / CHECKSUMS).write_text(lines, encoding="utf-8")


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
