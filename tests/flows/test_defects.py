"""A document on which podlake itself fails: it is held back alone, and lands once podlake is mended."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from flows.ingest import run_ingest
from flows.reprocess import run_reprocess
from tasks import transform
from tasks.parse import parse
from tests.flows.lakes import CORE, contents, n_snapshots, select
from warehouse.settings import Settings

pytestmark = pytest.mark.usefixtures("prefect_server")

POISON = "Then the gribble came."


def fails_on_poison(documents: pl.DataFrame) -> pl.DataFrame:
    if documents["text"].str.contains(POISON, literal=True).any():
        raise ZeroDivisionError("division\nby zero")
    return parse(documents)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Five transcripts, of which the fourth is one that podlake cannot stand."""
    folder = tmp_path / "Harbour Talk"
    folder.mkdir()
    for number in range(1, 6):
        said = POISON if number == 4 else "Then the tide came."
        (folder / f"{number}.txt").write_text(f"We waited at the harbour. {said}\n", "utf-8")
    return folder


def test_a_document_that_makes_podlake_fail_is_held_back_alone_and_heals(
    source: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(transform, "parse", fails_on_poison)
        summary = run_ingest([str(source)], settings)
    assert (summary.documents, summary.published, summary.quarantined) == (5, 4, 1)
    assert summary.held_back == {"raw.documents: defect": 1}
    held = select(settings, "SELECT path, text, reason FROM raw.documents WHERE status = 'quarantined'")
    ((path, text, reason),) = held
    assert (path, text) == ("4.txt", f"We waited at the harbour. {POISON}\n")
    assert reason.startswith("defect: ZeroDivisionError: division by zero. ")
    assert "podlake reprocess" in reason
    before = n_snapshots(settings)
    assert run_ingest([str(source)], settings).unchanged == 5
    assert n_snapshots(settings) == before, "what is held back is not tried again and again"

    monkeypatch.setattr(transform, "VERSION", "mended")
    assert run_reprocess(settings).published == 5
    assert select(settings, "SELECT DISTINCT status, reason FROM raw.documents") == [("published", None)]
    fresh = settings.model_copy(update={"lake": settings.lake.parent / "fresh"})
    run_ingest([str(source)], fresh)
    assert contents(settings, CORE) == contents(fresh, CORE)
