"""Take a lake along: each function writes one shape of it to a folder, from one snapshot, with checksums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from warehouse.errors import ExportError
from warehouse.export.caption_files import write_captions
from warehouse.export.card import card
from warehouse.export.documents import document_lines, documents
from warehouse.export.folder import Folder, export_folder
from warehouse.export.huggingface import write_splits
from warehouse.export.parts import Compression, TextParts
from warehouse.export.progress import Told, nobody
from warehouse.export.selection import EVERYTHING, Selection, check
from warehouse.export.snapshot import Snapshot, pinned
from warehouse.export.subtitles import Form
from warehouse.export.tables import CORE, key_of, write_tables
from warehouse.lake import Moment
from warehouse.settings import Settings


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted, whatever its shape.

    Attributes:
        target: The folder to write; new, empty, or an earlier export, which is replaced.
        selection: Which episodes.
        at: The snapshot, or the time, whose state of the lake is exported; the last one where none is given.
        told: Hears how it gets on.
    """

    target: Path
    selection: Selection = EVERYTHING
    at: Moment | None = None
    told: Told = nobody


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote: rows of tables, documents, or sentences of captions."""

    target: Path
    snapshot_id: int
    committed_at: datetime
    n_files: int
    n_rows: int
    n_bytes: int
    skipped: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return asdict(self) | {"target": str(self.target), "committed_at": self.committed_at.isoformat()}


@dataclass(slots=True)
class _Making:
    """An export on its way."""

    lake: duckdb.DuckDBPyConnection
    snapshot: Snapshot
    folder: Folder
    skipped: dict[str, int] = field(default_factory=dict)

    def exported(self, target: Path) -> Exported:
        """Sum up."""
        files = self.folder.files
        return Exported(
            target,
            self.snapshot.snapshot_id,
            self.snapshot.committed_at,
            len(files),
            sum(one.n_rows or 0 for one in files),
            sum(one.n_bytes for one in files),
            self.skipped,
        )


def export_tables(settings: Settings, request: Request, tables: Sequence[str] = ()) -> Exported:
    """Write tables and marts as Parquet, a folder each; the core tables where none is named.

    Raises:
        ExportError: There is no such table, it cannot be cut down to the selection, or the target must not be replaced.
        LakeError: There is no lake, no such snapshot, or another podlake made it.
    """
    names = tuple(dict.fromkeys(tables)) or CORE
    for name in names:
        key_of(name)
    with _making(settings, request, "parquet") as making:
        write_tables(making.lake, making.folder, names, request.selection, request.told)
    return making.exported(request.target)


def export_documents(settings: Settings, request: Request, compression: Compression = "none") -> Exported:
    """Write a document a line, as JSON; errors are those of ``export_tables``."""
    with _making(settings, request, "jsonl") as making:
        lines = document_lines(making.lake, request.selection, request.told)
        with TextParts(making.folder, "documents/part", compression) as parts:
            for line in lines:
                parts.write(line)
    return making.exported(request.target)


def export_dataset(settings: Settings, request: Request) -> Exported:
    """Write a folder that Hugging Face's ``datasets`` loads; errors are those of ``export_tables``."""
    with _making(settings, request, "huggingface") as making:
        counts = write_splits(making.folder, documents(making.lake, request.selection, request.told))
        making.folder.write("README.md", card(counts, making.snapshot, version("podlake")))
    return making.exported(request.target)


def export_captions(settings: Settings, request: Request, form: Form, *, estimated: bool = False) -> Exported:
    """Write captions, a file for the current transcript of each episode; errors are those of ``export_tables``."""
    with _making(settings, request, form) as making:
        making.skipped = write_captions(
            making.lake, making.folder, form, request.selection, estimated=estimated, told=request.told
        )
    return making.exported(request.target)


@contextmanager
def _making(settings: Settings, request: Request, shape: str) -> Iterator[_Making]:
    """Open the lake at one snapshot, and a folder that becomes the target when the block ends."""
    with pinned(settings, request.at) as (lake, snapshot):
        check(lake, request.selection)
        about = {
            "podlake_version": version("podlake"),
            "shape": shape,
            "snapshot": {"id": snapshot.snapshot_id, "committed_at": snapshot.committed_at.isoformat()},
            "selection": request.selection.parameters,
        }
        with export_folder(request.target, settings, about) as folder:
            try:
                yield _Making(lake, snapshot, folder)
            except duckdb.Error as error:
                raise ExportError(
                    f"the lake could not be read to its end: {str(error).splitlines()[0]}",
                    where=str(settings.lake),
                    remedy="Look at podlake doctor and at the free space for temporary files; the target is as it was.",
                ) from error
