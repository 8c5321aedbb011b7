from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tasks import transform
from tasks.batch import Batch
from tasks.decode import Decoded, decode
from tasks.stage import read_tables, stage_batch
from tests.tasks.episodes import source

SAID = ["We waited at the harbour.", "Then the gribble came.", "And it went again."]


def staged(folder: Path) -> dict[str, pl.DataFrame]:
    """Stage a document for each sentence."""
    found = [source(said, f"{number}.txt") for number, said in enumerate(SAID)]
    documents = tuple(replace(one.document, content=one.data) for one in found)
    return read_tables(stage_batch(Batch(0, documents), "run-1", folder).folder)


def test_a_document_that_cannot_even_be_decoded_is_held_back_without_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_on_poison(data: bytes) -> Decoded:
        if b"gribble" in data:
            raise KeyError("gribble")
        return decode(data)

    monkeypatch.setattr(transform, "decode", fails_on_poison)
    documents = staged(tmp_path)["raw.documents"]
    assert documents["status"].to_list() == ["published", "quarantined", "published"]
    assert documents["text"].to_list() == [SAID[0], None, SAID[2]]
    assert documents["reason"][1].startswith("defect: KeyError: 'gribble'. ")


def test_what_fails_without_any_document_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(documents: pl.DataFrame) -> pl.DataFrame:
        del documents
        raise FileNotFoundError("the model is gone")

    monkeypatch.setattr(transform, "parse", fails)
    with pytest.raises(FileNotFoundError):
        staged(tmp_path)
