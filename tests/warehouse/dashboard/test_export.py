"""An export opens from disk, whole, and says what the served pages say."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from flows.dashboard import export
from tests.warehouse.dashboard.test_pages import Links
from warehouse.errors import TerminalError
from warehouse.settings import Settings


@pytest.fixture(scope="module")
def exported(archive: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("export") / "pages"
    assert export(archive, target) == len(list(target.rglob("*.html")))
    return target


def test_every_link_leads_to_a_file(exported: Path) -> None:
    for page in exported.rglob("*.html"):
        text = page.read_text()
        assert 'href="/' not in text, page
        for address in Links(text).found:
            if not address.startswith(("http", "#")):
                assert (page.parent / unquote(address)).resolve().is_file(), (page, address)
        style = (page.parent / text.split('rel="stylesheet" href="')[1].split('"')[0]).resolve()
        assert style == exported.resolve() / "static" / "style.css"


def test_pages_say_what_the_served_ones_say(exported: Path, client: TestClient) -> None:
    for path in (
        "/runs",
        "/checks/core.sentences/key-unique",
        "/podcasts",
        "/datasets/core.turns",
        "/quarantine",
    ):
        written = json.loads((exported / f"{path[1:]}.json").read_text())
        served = client.get(path, params={"as": "json"}).json()
        if path.startswith("/datasets"):  # rows stand in another order in a copy, so other ones are the first
            written["tables"], served["tables"] = (
                {name: len(rows) for name, rows in told["tables"].items()} for told in (written, served)
            )
        assert written == served


def test_an_export_into_the_current_folder(
    archive: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    export(archive, Path())
    assert (tmp_path / "here" / "index.html").is_file()


def test_an_export_replaces_an_earlier_one_and_nothing_else(
    archive: Settings, exported: Path, tmp_path: Path
) -> None:
    (exported / "left-over.html").touch()
    export(archive, exported)
    assert not (exported / "left-over.html").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(TerminalError, match="something other than an export"):
        export(archive, mine)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert (mine / "thesis.txt").read_text() == "years of work"
