"""The files that no one should have to ingest end as rows, or held back with a clear reason."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from flows.ingest import run_ingest
from tests.flows.lakes import select
from tests.hostile import MEGABYTE, PUBLISHED, make_hostile
from warehouse.settings import Settings

ENDINGS = """
    SELECT document.uri, coalesce(string_agg(DISTINCT rule), status)
    FROM raw.documents AS document
    LEFT JOIN quality.quarantine AS held ON document.document_id = held.document_id AND table_name = 'raw.documents'
    GROUP BY document.uri, status
"""


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize(
    "line_bytes", [MEGABYTE, pytest.param(200 * MEGABYTE, marks=pytest.mark.slow)], ids=["1 MB", "200 MB"]
)
def test_each_hostile_file_ends_as_it_should(tmp_path: Path, settings: Settings, line_bytes: int) -> None:
    folder = tmp_path / "hostile"
    expected = make_hostile(folder, line_bytes=line_bytes, max_document_bytes=settings.max_document_bytes)
    summary = run_ingest([str(folder)], settings)

    endings = {name_of(str(uri), folder): str(ending) for uri, ending in select(settings, ENDINGS)}
    assert {name: ending for name, ending in endings.items() if ending != expected.get(name)} == {}
    assert endings.keys() == expected.keys()
    assert summary.published == sum(ending == PUBLISHED for ending in expected.values())
    assert summary.documents == len(expected)
    lost = "SELECT document_id FROM raw.documents ANTI JOIN core.transcripts ON document_id = transcript_id"
    assert select(settings, f"{lost} WHERE status = 'published'") == []

    again = run_ingest([str(folder)], settings)
    assert (again.published, again.quarantined) == (0, 0)


def name_of(uri: str, folder: Path) -> str:
    """Return a uri as the hostile set names it: relative, a member below its archive."""
    path = os.fsdecode(unquote_to_bytes(uri.removeprefix("file://")))
    return path.removeprefix(f"{folder}/").removesuffix("!/").replace("!/", "/", 1)
