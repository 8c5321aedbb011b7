"""An export opens from disk, whole, and says what the served pages say."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from flows.dashboard import export
from tests.warehouse.dashboard.test_pages import Links
from warehouse.dashboard.folder import install
from warehouse.errors import TerminalError
from warehouse.settings import Settings, load


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
    archive: Settings, new_lake: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    export(archive, site)
    assert list((site / "episodes").glob("*.html"))
    theirs = {
        "CNAME": "podcasts.example.org",
        ".git/HEAD": "ref: refs/heads/main",
        "static/logo.svg": "<svg/>",
    }
    for name, text in theirs.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text)
    export(load(lake=new_lake), site)
    assert {name: (site / name).read_text() for name in theirs} == theirs
    export(load(lake=new_lake), tmp_path / "new")
    assert files(site) - set(theirs) == files(tmp_path / "new")
    assert {path.name for path in tmp_path.iterdir()} == {"site", "new"}


def test_an_export_into_a_folder_of_something_else_is_refused(archive: Settings, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(TerminalError, match="something other than an export"):
        export(archive, mine)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert (mine / "thesis.txt").read_text() == "years of work"


def written(folder: Path, **pages: str) -> Path:
    """Return a folder of pages that are ready to be put in their place."""
    folder.mkdir()
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text)
    return folder


def test_a_file_that_has_the_name_of_a_page_is_kept_and_the_export_refused(tmp_path: Path) -> None:
    site = tmp_path / "site"
    install(written(tmp_path / "first", index="old"), site)
    (site / "runs.html").write_text("about my marathons")
    with pytest.raises(TerminalError, match=r"holds a 'runs\.html' that no export put there"):
        install(written(tmp_path / "second", index="new", runs="new"), site)
    assert [(site / name).read_text() for name in ("index.html", "runs.html")] == [
        "old",
        "about my marathons",
    ]


def test_a_kill_between_two_pages_leaves_all_and_the_next_export_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    install(written(tmp_path / "first", index="old", left="old"), site)
    (site / "CNAME").write_text("podcasts.example.org")
    second = written(tmp_path / "second", index="new", added="new")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", interrupted)
        with pytest.raises(KeyboardInterrupt):
            install(second, site)
    assert files(site) == {"CNAME", ".podlake-dashboard", "index.html", "left.html", "added.html"}
    install(written(tmp_path / "third", index="newest"), site)
    assert files(site) == {"CNAME", ".podlake-dashboard", "index.html"}


def interrupted(path: Path) -> None:
    raise KeyboardInterrupt(path)


def files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
