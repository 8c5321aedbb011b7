"""Files of bounded size that are numbered when all are written: Parquet by row groups, text by lines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Literal, Self

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.export.folder import Folder
from warehouse.settings import MEGABYTE

FILE_BYTES = 256 * MEGABYTE
"""A file that has so many is followed by another. Hugging Face's own library cuts at 500 MB before compression."""

Compression = Literal["none", "gz", "zst"]

_SUFFIXES: dict[Compression, str] = {"none": ".jsonl", "gz": ".jsonl.gz", "zst": ".jsonl.zst"}
_CODECS: dict[Compression, str] = {"gz": "gzip", "zst": "zstd"}


class _Parts(ABC):
    """Files ``<prefix>-00000-of-00002<suffix>`` and on, used as a context.

    They get their names, and their place in the manifest, when it ends without error. Where nothing is written there is
    one file without rows, so that readers find what they look for.
    """

    def __init__(self, folder: Folder, prefix: str, suffix: str, file_bytes: int) -> None:
        self._folder, self._prefix, self._suffix, self._file_bytes = folder, prefix, suffix, file_bytes
        self._parts: list[tuple[Path, int]] = []

    def __enter__(self) -> Self:
        """Open the first file."""
        self._next()
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        """Close the last file, and name all of them."""
        self._close()
        self._sink.close()
        if kind is None:
            self._folder.number(self._prefix, self._suffix, self._parts)

    def _make_room(self, n_rows: int) -> None:
        """Go on to a next file where this one is full, and count the rows that are to come."""
        if self._sink.tell() >= self._file_bytes:
            self._close()
            self._sink.close()
            self._next()
        path, n_before = self._parts[-1]
        self._parts[-1] = (path, n_before + n_rows)

    def _next(self) -> None:
        path = self._folder.path / f"{self._prefix}-{len(self._parts):05}"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._parts.append((path, 0))
        self._sink = pa.OSFile(str(path), "wb")
        self._open(self._sink)

    @abstractmethod
    def _open(self, sink: pa.OSFile) -> None:
        """Begin a file."""

    @abstractmethod
    def _close(self) -> None:
        """End it."""


class ParquetParts(_Parts):
    """Parquet files, a row group a batch."""

    def __init__(
        self, folder: Folder, prefix: str, schema: pa.Schema, *, file_bytes: int = FILE_BYTES
    ) -> None:
        super().__init__(folder, prefix, ".parquet", file_bytes)
        self._schema = schema

    def write(self, batch: pa.RecordBatch) -> None:
        """Write a row group."""
        self._make_room(batch.num_rows)
        self._writer.write_batch(batch, row_group_size=batch.num_rows)

    def _open(self, sink: pa.OSFile) -> None:
        self._writer = pq.ParquetWriter(sink, self._schema, compression="zstd")

    def _close(self) -> None:
        self._writer.close()


class TextParts(_Parts):
    """Files of JSON, a document a line, compressed or not."""

    def __init__(
        self,
        folder: Folder,
        prefix: str,
        compression: Compression = "none",
        *,
        file_bytes: int = FILE_BYTES,
    ) -> None:
        super().__init__(folder, prefix, _SUFFIXES[compression], file_bytes)
        self._codec = _CODECS.get(compression)

    def write(self, line: str) -> None:
        """Write a line that has its line break."""
        self._make_room(1)
        self._stream.write(line.encode())

    def _open(self, sink: pa.OSFile) -> None:
        self._stream = pa.CompressedOutputStream(sink, self._codec) if self._codec else sink

    def _close(self) -> None:
        self._stream.close()
